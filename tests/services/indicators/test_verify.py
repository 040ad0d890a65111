"""Whatever is altered behind the service's back, `verify` names it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import Database
from contracts.events.coordination import MeetingHeld
from contracts.events.participation import ResourcePublished
from services.indicators.digests import altered
from services.indicators.entry import entries_of
from services.indicators.events import MEASURES
from services.indicators.store import record
from services.indicators.verify import differences, member_differences
from tests.services.indicators.conftest import empty
from tests.services.indicators.facts import line, of_case, reported
from tests.services.indicators.years import Led

YEAR = 2026
CELL = ("measure_id", "measure_version", "fiscal_year", "basic_area", "month")
KEYS = {
    "tally": CELL,
    "distinct_member": (*CELL, "member"),
    "frozen_figure": ("number", "measure_id", "basic_area", "month"),
}
AMOUNTS = {
    "tally": ("value", "sub_value"),
    "distinct_member": ("refs", "sub_refs"),
    "frozen_figure": ("value", "sub_value"),
}


@pytest.fixture(scope="module")
async def counted(pool: Database) -> Database:
    """A year with all four arithmetics, and its frozen versions."""
    await empty(pool)
    some = [
        line(kind, 1 + n % 4, date(YEAR, 4 + n % 3, 5), group=f"g{n % 3}", basic_area=area)
        for n, area in enumerate(("大森", "蒲田", None, "大森"))
        for kind in ("food-pantry-group", "hiroba-visit", "pregnancy-interview")
    ]
    held = of_case(MeetingHeld, meeting_id=some[0].line_id, legal_basis="consent")
    place = ResourcePublished(resource_id=some[1].line_id, on=date(YEAR, 5, 1), basic_area="調布")
    async with pool.transaction() as session:
        for fact in (reported(*some), held, place):
            await record(session, MEASURES, entries_of(fact))
    await Led(pool, YEAR).to_final()
    return pool


async def named(session: AsyncSession) -> set[tuple[Any, ...]]:
    """The keys of everything that verification finds, each as in its table."""
    _, cells = await differences(session, MEASURES, YEAR)
    _, members = await member_differences(session, MEASURES, YEAR)
    _, versions = await altered(session, YEAR)
    return (
        {("tally", *d.cell) for d in cells}
        | {("distinct_member", *d.member.cell, d.member.key) for d in members}
        | {("frozen_figure", v.number, *figure) for v in versions for figure in v.figures}
    )


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(table=st.sampled_from(sorted(KEYS)), data=st.data())
async def test_any_altered_or_lost_row_is_named_and_nothing_else(
    counted: Database, table: str, data: st.DataObject
) -> None:
    async with AsyncSession(counted.engine) as session:
        keys = KEYS[table]
        found = await session.execute(
            text(f"SELECT {', '.join(keys)} FROM {table} ORDER BY {', '.join(keys)}")  # noqa: S608
        )
        row = data.draw(st.sampled_from([tuple(row) for row in found]))
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(text(_alteration(table, data)), dict(zip(keys, row, strict=True)))
        # Of a frozen figure the months have one digest together.
        told = row[:-1] if table == "frozen_figure" else row
        assert await named(session) == {(table, *told)}


async def test_what_nobody_altered_is_sound(counted: Database) -> None:
    async with AsyncSession(counted.engine) as session:
        assert await named(session) == set()
        assert (await member_differences(session, MEASURES, YEAR))[0] > 0
        assert (await altered(session, YEAR))[0] == 2


def _alteration(table: str, data: st.DataObject) -> str:
    where = " AND ".join(f"{key} = :{key}" for key in KEYS[table])
    if data.draw(st.booleans()):
        return f"DELETE FROM {table} WHERE {where}"  # noqa: S608
    column = data.draw(st.sampled_from(AMOUNTS[table]))
    more = data.draw(st.integers(1, 9))
    return f"UPDATE {table} SET {column} = coalesce({column}, 0) + {more} WHERE {where}"  # noqa: S608


async def test_a_version_from_before_the_digests_is_still_found_altered(
    counted: Database,
) -> None:
    async with AsyncSession(counted.engine) as session:
        for table in ("frozen_version", "frozen_figure"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(text("UPDATE frozen_version SET digests = '{}'"))
        assert await altered(session, YEAR) == (2, [])
        await session.execute(text("UPDATE frozen_figure SET value = 7 WHERE number = 2"))
        (found,) = (await altered(session, YEAR))[1]
        assert (found.number, found.figures) == (2, ())
