"""What coordination's tests share: the service without its parts, a desk, and people."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from chassis.context import Context
from services.coordination.app import create_app
from services.coordination.commands import PART, CommandRelay
from tests.services.conftest import Tokens
from tests.services.coordination.desk import HANAKO, ICHIRO, Desk
from tests.services.coordination.engine import Engine, Walker

BASE = "/api/coordination/v1"
Post = Callable[..., Awaitable[httpx.Response]]
Get = Callable[..., Awaitable[httpx.Response]]


@pytest_asyncio.fixture(scope="session")
async def service(served: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
    async with served(create_app) as made:
        yield made


@pytest.fixture
def desk(context: Context) -> Desk:
    return Desk(context)


@pytest.fixture
def hanako(tokens: Tokens) -> dict[str, str]:
    """A 調整担当 of the ward."""
    return tokens.bearer(
        HANAKO, roles=("coordinator",), agency="chiiki-fukushi-omori", name="調整 花子"
    )


@pytest.fixture
def ichiro(tokens: Tokens) -> dict[str, str]:
    """A 係長, who decides."""
    return tokens.bearer(ICHIRO, roles=("manager",), agency="fukushi-kanri", name="決裁 一郎")


@pytest.fixture
def sapota(tokens: Tokens) -> dict[str, str]:
    """Staff of SAPOTA."""
    return tokens.bearer("sapota-1", roles=("agency",), agency="sapota", name="訪問 一子")


@pytest.fixture
def jobota(tokens: Tokens) -> dict[str, str]:
    """Staff of JOBOTA."""
    return tokens.bearer("jobota-1", roles=("agency",), agency="jobota", name="就労 次郎")


@pytest.fixture
def walker(desk: Desk) -> Walker:
    return Walker(desk)


@pytest.fixture
def engine(walker: Walker) -> Engine:
    """The workflow engine, with every workflow of the desk's cases running."""
    made = Engine(walker.apply)
    made.running = _Everything()
    return made


class _Everything(set[str]):
    def __contains__(self, _: object) -> bool:
        return True


@pytest.fixture
async def relay(context: Context, engine: Engine) -> AsyncIterator[CommandRelay]:
    """The command relay at work, with nothing left over from other tests."""
    await settle_all(context)
    linked = replace(context, temporal=engine)  # type: ignore[arg-type]
    made = CommandRelay(linked)
    context.parts[PART] = made
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    del context.parts[PART]


async def settle_all(context: Context) -> None:
    """Close every command that another test has left pending."""
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE command SET status = 'applied', settled_at = now() WHERE status = 'pending'"
            )
        )


@pytest.fixture
def post(http: httpx.AsyncClient) -> Post:
    """`await post(path, body, as_=headers, key=...)`."""

    async def send(
        path: str, body: Any, as_: dict[str, str], key: str | None = None
    ) -> httpx.Response:
        headers = {**as_, "Idempotency-Key": key or str(uuid4())}
        content = json.dumps(body, default=str).encode()
        return await http.post(
            BASE + path, content=content, headers={**headers, "Content-Type": "application/json"}
        )

    return send


@pytest.fixture
def get(http: httpx.AsyncClient) -> Get:
    async def read(path: str, as_: dict[str, str], **params: Any) -> httpx.Response:
        return await http.get(BASE + path, headers=as_, params=params)

    return read
