"""What intake's tests share: the service without its parts, and honest things to send."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from services.intake.app import create_app
from tests.services.conftest import Tokens

BASE = "/api/intake/v1"
Body = dict[str, Any]
Post = Callable[..., Awaitable[httpx.Response]]


@pytest_asyncio.fixture(scope="session")
async def service(served: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
    async with served(create_app) as made:
        yield made


@pytest.fixture
def anyone(tokens: Tokens) -> dict[str, str]:
    """A frontline client of every channel."""
    return tokens.frontline()


@pytest.fixture
def coordinator(tokens: Tokens) -> dict[str, str]:
    return tokens.person("coordinator", "coordinator")


@pytest.fixture
def post(http: httpx.AsyncClient, anyone: dict[str, str]) -> Post:
    """`await post(path, body, as_=..., key=...)`."""

    async def send(
        path: str, body: Any, *, as_: dict[str, str] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {
            **(as_ or anyone),
            "Idempotency-Key": key or str(uuid4()),
            "Content-Type": "application/json",
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await http.post(BASE + path, content=content, headers=headers)

    return send


@pytest.fixture
def facts(context: Context) -> Callable[[str], Awaitable[list[Body]]]:
    """`await facts(subject)`: what was told about an intake or a report, oldest first."""

    async def told(subject: str) -> list[Body]:
        async with context.database.transaction() as session:
            rows = await session.execute(
                text("SELECT type, body FROM outbox WHERE subject = :subject ORDER BY seq"),
                {"subject": subject},
            )
            return [{"type": kind, **json.loads(body)} for kind, body in rows]

    return told


@pytest.fixture
def count(context: Context) -> Callable[..., Awaitable[int]]:
    """`await count(table)`: rows of a table; `await count(table, "channel = 'sapota'")`."""

    async def rows(table: str, where: str = "true") -> int:
        async with context.database.transaction() as session:
            query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608
            return int(await session.scalar(text(query)) or 0)

    return rows


def an_intake(**changes: Any) -> Body:
    """An intake of today at SAPOTA about one person whom nobody else resembles."""
    unique = uuid4().hex[:8]
    return {
        "channel": "sapota",
        "received_on": today().isoformat(),
        "daily_area": "馬込",
        "topics": ["withdrawal"],
        "text": "外出しない状態が続いている。",
        "persons": [{"name": f"試験 {unique}", "kana": f"シケン {unique}", "relation": "head"}],
        **changes,
    }


def a_line(**changes: Any) -> Body:
    return {
        "channel": "kosodate-hiroba",
        "kind": "hiroba-visit",
        "date": today().isoformat(),
        "quantity": 12,
        "venue": "hiroba-kamata",
        **changes,
    }
