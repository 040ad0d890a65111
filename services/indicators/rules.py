"""Another rule, another answer of the ward: the figures of open years are counted anew by it.

Tallies are kept entry by entry, so they hold what the rules of their day counted. Beside them
stands a digest of the rule; where today's differs, that figure of that year is counted again from
the ledger, in one transaction that no entry slips into. Frozen versions stay as they are.
"""

import asyncio
from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.context import Context
from chassis.telemetry import log
from contracts.calendar import fiscal_year
from services.indicators.events import MEASURES
from services.indicators.measures import Arithmetic, Measure, Measures
from services.indicators.models import CountedRule, DistinctMember, LedgerEntry, Tally
from services.indicators.recount import members, recounted

TALLIES = Tally.metadata.tables["tally"]
MEMBERS = DistinctMember.metadata.tables["distinct_member"]
LEDGER = LedgerEntry.metadata.tables["ledger_entry"]

CELL = ("measure_id", "measure_version", "fiscal_year", "basic_area", "month")


async def keep_to_the_rules(context: Context) -> None:
    """The service's background part: look once, when the service starts."""
    async with context.database.transaction() as session:
        anew = await count_by_the_rules(session, MEASURES)
    if anew:
        log.info("figures are counted anew by another rule", figures=len(anew))
    await asyncio.Event().wait()


async def count_by_the_rules(session: AsyncSession, measures: Measures) -> list[tuple[int, str]]:
    """Count anew what was counted by another rule: the year and the id of each such figure."""
    # Entries wait until this is done; of two processes one counts, and the other finds it done.
    await session.execute(text("LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE"))
    known = {
        (rule.fiscal_year, rule.measure_id, rule.measure_version): rule.rule
        for rule in await session.scalars(select(CountedRule))
    }
    anew = []
    for year in await _counted_years(session):
        in_force = measures.in_force(year).values()
        for measure in in_force:
            if known.get((year, measure.id, measure.version)) != measure.rule:
                await _count_anew(session, measure, year)
                anew.append((year, measure.id))
        await _forget_others(session, in_force, year)
    return anew


async def _counted_years(session: AsyncSession) -> list[int]:
    first, last = (
        await session.execute(select(func.min(LEDGER.c.on_date), func.max(LEDGER.c.on_date)))
    ).one()
    tallied = await session.scalars(select(TALLIES.c.fiscal_year).distinct())
    counted = range(fiscal_year(first), fiscal_year(last) + 1) if first else ()
    return sorted({*tallied, *counted})


async def _count_anew(session: AsyncSession, measure: Measure, year: int) -> None:
    for table in (TALLIES, MEMBERS):
        await session.execute(
            delete(table).where(
                table.c.measure_id == measure.id,
                table.c.measure_version == measure.version,
                table.c.fiscal_year == year,
            )
        )
    if measure.sources:
        cells = recounted(measure, year)
        await session.execute(insert(TALLIES).from_select([*CELL, "value", "sub_value"], cells))
        if measure.arithmetic is Arithmetic.DISTINCT:
            named = members(measure, year)
            await session.execute(
                insert(MEMBERS).from_select([*CELL, "member", "refs", "sub_refs"], named)
            )
    rule = {
        "fiscal_year": year,
        "measure_id": measure.id,
        "measure_version": measure.version,
        "rule": measure.rule,
    }
    await session.execute(
        upsert(CountedRule)
        .values(**rule)
        .on_conflict_do_update(
            index_elements=["fiscal_year", "measure_id", "measure_version"], set_=rule
        )
    )


async def _forget_others(session: AsyncSession, in_force: Iterable[Measure], year: int) -> None:
    """A measure or a version that does not hold in the year has no figure in it."""
    holding = [f"{measure.id} {measure.version}" for measure in in_force]
    for table in (TALLIES, MEMBERS):
        named = func.concat(table.c.measure_id, " ", table.c.measure_version)
        await session.execute(
            delete(table).where(table.c.fiscal_year == year, named.not_in(holding))
        )
    await session.execute(
        delete(CountedRule).where(
            col(CountedRule.fiscal_year) == year,
            func.concat(col(CountedRule.measure_id), " ", col(CountedRule.measure_version)).not_in(
                holding
            ),
        )
    )
