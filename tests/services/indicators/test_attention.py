"""Figures far above the usual are counted and listed; targets and their past stay on record."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from chassis.auth import Principal
from chassis.db import Database
from chassis.tables import OUTBOX
from contracts.events import new_id
from contracts.events.intake import ActivityWithdrawn
from services.indicators.attention import flagged, review, set_target, targets
from services.indicators.events import count
from tests.services.indicators.facts import SOME_DAY, corrected, line, reported

HANAKO = Principal(sub="hanako", kind="person", name="統計 花子")


async def tell(database: Database, *facts: Any) -> None:
    for fact in facts:
        async with database.transaction() as session:
            await count(session, fact)


async def listed(database: Database, status: str = "open") -> list[tuple[int, float]]:
    async with database.transaction() as session:
        return [(row.quantity, row.usual) for row in await flagged(session, status, 50)]  # type: ignore[attr-defined]


@pytest.fixture
async def usual(database: Database) -> Database:
    """A venue that reports ten a day."""
    await tell(
        database,
        reported(*(line("hiroba-visit", 10, date(2026, 6, n), venue="v1") for n in range(1, 7))),
    )
    return database


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (line("hiroba-visit", 100, venue="v1"), [(100, 10.0)]),
        (line("hiroba-visit", 99, venue="v1"), []),
        (line("hiroba-visit", 5000, venue="v2"), []),
        (line("flat-visit", 5000, venue="v1"), []),
        (line("hiroba-visit", 5000), []),
    ],
    ids=["ten-times", "below", "unknown-venue", "another-kind", "no-venue"],
)
async def test_ten_times_what_the_venue_usually_reports_is_flagged(
    usual: Database, told: Any, expected: Any
) -> None:
    await tell(usual, reported(told))
    assert await listed(usual) == expected
    async with usual.transaction() as session:
        counted = await session.scalar(
            text("SELECT sum(quantity) FROM ledger_entry WHERE entry_id = :id"),
            {"id": told.line_id},
        )
        facts = await session.scalars(select(OUTBOX.c.type))
    assert counted == told.quantity, "it is counted all the same"
    assert list(facts) == ["kasane.figure.flagged.v1"] * len(expected)


async def test_what_is_flagged_does_not_become_usual_until_it_is_accepted(usual: Database) -> None:
    wrong = line("hiroba-visit", 200, venue="v1")
    await tell(usual, reported(wrong), reported(line("hiroba-visit", 150, venue="v1")))
    assert {quantity for quantity, _ in await listed(usual)} == {150, 200}
    async with usual.transaction() as session:
        assert await review(session, wrong.line_id, "accepted", HANAKO)
        assert not await review(session, wrong.line_id, "asked-back", HANAKO)
    await tell(usual, reported(line("hiroba-visit", 150, venue="v1")))
    assert [quantity for quantity, _ in await listed(usual)] == [150], "it is no longer ten times"


async def test_a_corrected_or_withdrawn_line_leaves_the_list(usual: Database) -> None:
    mended, gone, still = (line("hiroba-visit", 300 + n, venue="v1") for n in range(3))
    await tell(
        usual,
        reported(mended, gone, still),
        corrected(mended.line_id, 2, "hiroba-visit", 30, SOME_DAY, venue="v1"),
        corrected(still.line_id, 2, "hiroba-visit", 400, SOME_DAY, venue="v1"),
        ActivityWithdrawn(report_id=new_id(), line_id=gone.line_id, revision=2, reason="mistake"),
    )
    assert [quantity for quantity, _ in await listed(usual)] == [400]
    assert {quantity for quantity, _ in await listed(usual, "corrected")} == {300, 301}


async def test_a_target_that_is_changed_or_lifted_stays_on_record(database: Database) -> None:
    async with database.transaction() as session:
        for value in (100, 120, None):
            await set_target(session, 2026, "1.8.flat-visitors", value, HANAKO)
        await set_target(session, 2026, "2.12.hiroba-users", 7, HANAKO)
    async with database.transaction() as session:
        standing = {name: one.value for name, one in (await targets(session, 2026)).items()}
        past = await session.scalars(text("SELECT value FROM target ORDER BY measure_id, number"))
        assert list(past) == [100, 120, None, 7]
    assert standing == {"1.8.flat-visitors": None, "2.12.hiroba-users": 7}
