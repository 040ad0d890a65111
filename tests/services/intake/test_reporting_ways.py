"""What is counted by records elsewhere is refused when it is reported by file as well."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from contracts.events import new_id
from contracts.events.participation import ReportingWaySet
from services.intake.events import remember_way

REPORTS = "/activity-reports"
YESTERDAY = today() - timedelta(days=1)


def way(scope: str, code: str, said: str = "records", **more: Any) -> ReportingWaySet:
    told: dict[str, Any] = {
        "scope_id": new_id(),
        "scope": scope,
        "code": code,
        "channel": "kosodate-hiroba" if scope == "venue" else None,
        "way": said,
        "on": YESTERDAY,
    }
    return ReportingWaySet.model_validate(told | more)


def line(**more: Any) -> dict[str, Any]:
    told = {
        "channel": "kosodate-hiroba",
        "kind": "hiroba-visit",
        "date": YESTERDAY.isoformat(),
        "quantity": 3,
        "venue": "hiroba-omori-higashi",
    }
    return told | more


@pytest.fixture(autouse=True)
async def _nothing_was_said(context: Context) -> AsyncIterator[None]:
    yield
    async with context.database.transaction() as session:
        await session.execute(text("DELETE FROM reporting_way"))


@pytest.fixture
def send(post: Any) -> Any:
    """Report lines; the rows that are refused, with their codes."""

    async def sent(*lines: dict[str, Any]) -> list[tuple[int, str]]:
        answer = await post(REPORTS, {"lines": lines})
        assert answer.status_code in (202, 422), answer.text
        return [(one["row"], one["code"]) for one in answer.json()["errors"]]

    return sent


async def test_a_venue_with_day_sheets_is_not_reported_by_file_as_well(
    send: Any, context: Context
) -> None:
    async with context.database.transaction() as session:
        await remember_way(session, way("venue", "hiroba-omori-higashi"))
    before = (YESTERDAY - timedelta(days=1)).isoformat()
    assert await send(
        line(),
        line(venue="hiroba-omori-nishi"),
        line(date=before),
        line(venue=None),
        line(kind="jidokan-consultation", channel="jidokan", venue=None),
    ) == [(1, "counted-by-day-sheets"), (4, "venue-needed")]


async def test_a_kind_that_is_recorded_is_not_reported_by_file_as_well(
    send: Any, context: Context
) -> None:
    async with context.database.transaction() as session:
        await remember_way(session, way("kind", "food-drive-donor"))
    drive = line(channel="food-network", kind="food-drive-donor", venue=None)
    assert await send(drive, line()) == [(1, "counted-by-records")]
    async with context.database.transaction() as session:
        await remember_way(session, way("kind", "food-drive-donor", "file"))
    assert await send(drive) == []


async def test_a_line_is_not_moved_to_where_it_is_counted_elsewhere(
    post: Any, context: Context
) -> None:
    report = (await post(REPORTS, {"lines": [line(venue="hiroba-omori-nishi")]})).json()
    async with context.database.transaction() as session:
        await remember_way(session, way("venue", "hiroba-omori-higashi"))
        await remember_way(session, way("venue", "hiroba-omori-nishi"))
    at = f"{REPORTS}/{report['report_id']}/lines/{report['lines'][0]['line_id']}/correction"
    refused = await post(at, {"reason": "typing-error", "venue": "hiroba-omori-higashi"})
    assert (refused.status_code, refused.json()["code"]) == (422, "counted-by-day-sheets")
    mended = await post(at, {"reason": "typing-error", "quantity": 4})
    assert mended.status_code == 200
