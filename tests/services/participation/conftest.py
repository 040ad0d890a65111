"""Participation's HTTP and activities on an emptied database."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from chassis.context import Context
from contracts.life import Role
from services.participation.activities import Activities
from services.participation.app import create_app
from tests.services.participation.hand import BASE, Hand, keyed

PLACE: dict[str, Any] = {
    "name": "見本の居場所",
    "organiser": "見本の会",
    "kinds": ["ibasho"],
    "daily_area": "大森東",
    "capacity": 2,
    "contact": "架空 花子 03-0000-0000",
    "publish": True,
    "not_a_duplicate": True,
}

Enter = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def participation(served: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
    async with served(create_app) as (client, context):
        async with context.database.transaction() as session:
            await session.execute(
                text(
                    "TRUNCATE resource, resource_change, resource_photo, resource_import,"
                    " resource_import_fault, placement, placement_step, hold, waiting,"
                    " development_request, outbox, idempotency_key, audit"
                )
            )
        yield client, context


@pytest.fixture
def client(participation: tuple[httpx.AsyncClient, Context]) -> httpx.AsyncClient:
    return participation[0]


@pytest.fixture
def context(participation: tuple[httpx.AsyncClient, Context]) -> Context:
    return participation[1]


@pytest.fixture
def activities(context: Context) -> Activities:
    return Activities(context)


@pytest.fixture
def keeper(tokens: Any) -> dict[str, str]:
    headers: dict[str, str] = tokens.person("shakyo-1", Role.AGENCY, agency="shakyo")
    return headers


@pytest.fixture
async def hand(client: httpx.AsyncClient, keeper: dict[str, str], context: Context) -> Hand:
    """Somebody who keeps the records of community building, which are empty at first."""
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "TRUNCATE inbox, work, work_revision, reporting_way, venue, day_sheet,"
                " day_sheet_revision, community_group, activity, activity_support,"
                " activity_session, volunteer, engagement, donor, food_drive, food_lot,"
                " stock_move, food_pantry, hand_over, issue_group, issue, issue_note, course,"
                " course_session, learner, registration, attendance, certificate,"
                " certificate_counter"
            )
        )
    return Hand(client, keeper)


@pytest.fixture
def enter(client: httpx.AsyncClient, keeper: dict[str, str]) -> Enter:
    """Enter a resource over the API; listed, unless told otherwise."""

    async def entered(**fields: Any) -> dict[str, Any]:
        answer = await client.post(f"{BASE}/resources", json=PLACE | fields, headers=keyed(keeper))
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return entered


async def told(context: Context) -> list[dict[str, Any]]:
    """Every fact that waits in the outbox, with its type, oldest first."""
    async with context.database.transaction() as session:
        rows = await session.execute(text("SELECT type, body FROM outbox ORDER BY seq"))
        return [{"type": row.type, **json.loads(row.body)} for row in rows]


async def types_told(context: Context) -> list[str]:
    return [fact["type"].split(".", 1)[1].removesuffix(".v1") for fact in await told(context)]
