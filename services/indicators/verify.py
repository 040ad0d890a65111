"""Does every figure equal a recount from the ledger? And what exactly does the ledger hold?

The recount is one statement, so that it sees one moment of a database that goes on counting.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import String, and_, cast, false, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.indicators.measures import Arithmetic, Measures
from services.indicators.models import DistinctMember, LedgerEntry, Tally
from services.indicators.recount import first_day, last_day, members, recounted
from services.indicators.tally import Cell, Member

LEDGER = LedgerEntry.metadata.tables["ledger_entry"]
MEMBERS = DistinctMember.metadata.tables["distinct_member"]
TALLIES = Tally.metadata.tables["tally"]


class Difference(NamedTuple):
    """A cell whose tally is not what the ledger gives."""

    cell: Cell
    tallied: int
    recounted: int
    tallied_sub: int
    recounted_sub: int


async def differences(
    session: AsyncSession, measures: Measures, fiscal_year: int
) -> tuple[int, list[Difference]]:
    """How many cells of a fiscal year were compared, and those that differ."""
    in_force = measures.in_force(fiscal_year).values()
    counted = [recounted(measure, fiscal_year) for measure in in_force if measure.sources]
    if not counted:
        return 0, []
    anew = union_all(*counted).cte("anew")
    kept = select(TALLIES).where(TALLIES.c.fiscal_year == fiscal_year).cte("kept")
    same = and_(*(anew.c[name] == kept.c[name] for name in Cell._fields))
    amounts = [
        func.coalesce(amount, 0)
        for amount in (kept.c.value, anew.c.value, kept.c.sub_value, anew.c.sub_value)
    ]
    rows = await session.execute(
        select(
            *(func.coalesce(kept.c[name], anew.c[name]) for name in Cell._fields), *amounts
        ).select_from(kept.join(anew, same, full=True))
    )
    compared = [
        Difference(Cell(row[0], row[1], row[2], row[3], int(row[4])), *(int(n) for n in row[5:]))
        for row in rows
    ]
    wrong = [d for d in compared if (d.tallied, d.tallied_sub) != (d.recounted, d.recounted_sub)]
    return len(compared), sorted(wrong)


class MemberDifference(NamedTuple):
    """A member of a distinct count that is not named by as many entries as is kept of it."""

    member: Member
    kept: int
    recounted: int
    kept_sub: int
    recounted_sub: int


async def member_differences(
    session: AsyncSession, measures: Measures, fiscal_year: int
) -> tuple[int, list[MemberDifference]]:
    """How many members of a year's distinct counts were compared, and those that differ.

    The next entry that names such a member, or ceases to, would change a figure wrongly.
    """
    distinct = [
        members(measure, fiscal_year)
        for measure in measures.in_force(fiscal_year).values()
        if measure.sources and measure.arithmetic is Arithmetic.DISTINCT
    ]
    kept = select(MEMBERS).where(MEMBERS.c.fiscal_year == fiscal_year).cte("kept")
    anew = (union_all(*distinct) if distinct else select(kept).where(false())).cte("anew")
    keys = (*Cell._fields, "member")
    same = and_(*(anew.c[name] == kept.c[name] for name in keys))
    counts = (kept.c.refs, anew.c.refs, kept.c.sub_refs, anew.c.sub_refs)
    rows = await session.execute(
        select(
            *(func.coalesce(kept.c[name], anew.c[name]) for name in keys),
            *(func.coalesce(count, 0) for count in counts),
        ).select_from(kept.join(anew, same, full=True))
    )
    compared = [
        MemberDifference(
            Member(Cell(row[0], row[1], row[2], row[3], int(row[4])), row[5]),
            *(int(count) for count in row[6:]),
        )
        for row in rows
    ]
    wrong = [d for d in compared if (d.kept, d.kept_sub) != (d.recounted, d.recounted_sub)]
    return len(compared), sorted(wrong)


NOT_COUNTED = ("recorded_at", "withdrawn", "trace_id", "reason", "event_id")
"""Columns that say how an entry came here: another installation that was told the same differs."""


class Day(NamedTuple):
    """What the ledger holds of one day; the same hash means the same entries."""

    on: date
    entries: int
    hash: str


async def days(session: AsyncSession, fiscal_year: int) -> list[Day]:
    """One line for each day of a fiscal year on which something stands in the ledger."""
    told = [c for c in LEDGER.c if c.name not in NOT_COUNTED]
    line = func.concat_ws("|", *(func.coalesce(cast(c, String), "") for c in told))
    together = func.string_agg(
        line, aggregate_order_by(literal_column("E'\\n'"), LEDGER.c.entry_id)
    )
    digest = func.encode(func.sha256(func.convert_to(together, "UTF8")), "hex")
    rows = await session.execute(
        select(LEDGER.c.on_date, func.count(), digest)
        .where(
            ~LEDGER.c.withdrawn,
            LEDGER.c.on_date.between(first_day(fiscal_year), last_day(fiscal_year)),
        )
        .group_by(LEDGER.c.on_date)
        .order_by(LEDGER.c.on_date)
    )
    return [Day(*row) for row in rows]
