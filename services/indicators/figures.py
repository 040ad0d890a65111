"""The indicator table of a fiscal year, read from the tallies."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.indicators.measures import Arithmetic, Measure
from services.indicators.models import Tally
from services.indicators.tally import NOTHING, WHOLE_WARD, WHOLE_YEAR, Amount

TALLIES = Tally.metadata.tables["tally"]

MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
"""A fiscal year's months in their order."""


class MonthFigure(BaseModel):
    month: int
    value: int | None
    """None where there is nothing to say: the level of a stock in a month to come."""
    sub_value: int | None


class Figure(BaseModel):
    """One row of the indicator table."""

    id: str
    version: int
    basic_goal: int | None
    programme_no: int | None
    programmes: tuple[int, ...]
    """Every programme that it is a figure of; `programme_no` is the one it is printed with."""
    statute_programme: str
    label: str
    unit: str
    arithmetic: Arithmetic
    value: int
    sub_label: str | None
    sub_value: int | None
    months: list[MonthFigure]
    """April first. Distinct counts of months do not add up to the year's; a stock's is its level
    at the end of the month."""
    questions: tuple[str, ...]
    events_url: str


Amounts = dict[tuple[str, int], Amount]
"""By measure and month; month 0 is the year."""


async def figures(
    session: AsyncSession,
    measures: Iterable[Measure],
    fiscal_year: int,
    basic_area: str | None,
    today: date,
) -> list[Figure]:
    """The figures of measures in a fiscal year, for the ward or one 基本圏域, as of a day."""
    chosen = list(measures)
    area = basic_area or WHOLE_WARD
    flows = await _amounts(session, chosen, fiscal_year, area)
    opening = await _opening(session, chosen, fiscal_year, area)
    return [
        _figure(measure, fiscal_year, flows, opening.get(measure.id, NOTHING), today)
        for measure in chosen
    ]


async def _amounts(session: AsyncSession, measures: list[Measure], year: int, area: str) -> Amounts:
    rows = await session.execute(
        select(
            TALLIES.c.measure_id,
            TALLIES.c.measure_version,
            TALLIES.c.month,
            TALLIES.c.value,
            TALLIES.c.sub_value,
        ).where(
            TALLIES.c.measure_id.in_([measure.id for measure in measures]),
            TALLIES.c.fiscal_year == year,
            TALLIES.c.basic_area == area,
        )
    )
    versions = {(measure.id, measure.version) for measure in measures}
    return {
        (name, month): Amount(value, sub_value)
        for name, version, month, value, sub_value in rows
        if (name, version) in versions
    }


async def _opening(
    session: AsyncSession, measures: list[Measure], year: int, area: str
) -> dict[str, Amount]:
    """What the stocks were before the fiscal year began."""
    stocks = [m.id for m in measures if m.arithmetic is Arithmetic.STOCK]
    rows = await session.execute(
        select(TALLIES.c.measure_id, func.sum(TALLIES.c.value), func.sum(TALLIES.c.sub_value))
        .where(
            TALLIES.c.measure_id.in_(stocks),
            TALLIES.c.fiscal_year < year,
            TALLIES.c.basic_area == area,
            TALLIES.c.month == WHOLE_YEAR,
        )
        .group_by(TALLIES.c.measure_id)
    )
    return {name: Amount(int(value), int(sub_value)) for name, value, sub_value in rows}


def _figure(measure: Measure, year: int, flows: Amounts, opening: Amount, today: date) -> Figure:
    total = flows.get((measure.id, WHOLE_YEAR), NOTHING)
    by_month: list[Amount | None] = [flows.get((measure.id, month), NOTHING) for month in MONTHS]
    if measure.arithmetic is Arithmetic.STOCK:
        total = opening.plus(*total)
        by_month = _levels([amount or NOTHING for amount in by_month], opening, year, today)
    months = [
        MonthFigure(
            month=month,
            value=amount.value if amount else None,
            sub_value=amount.sub_value if amount else None,
        )
        for month, amount in zip(MONTHS, by_month, strict=True)
    ]
    return figure_of(measure, year, total.value, total.sub_value, months)


def figure_of(
    measure: Measure,
    year: int,
    value: int | None,
    sub_value: int | None,
    months: list[MonthFigure],
) -> Figure:
    """A row of the table in the measure's own wording; without a うち it says nothing of one."""
    has_sub = measure.sub_label is not None
    told: dict[str, Any] = measure.model_dump(include=set(Figure.model_fields))
    return Figure(
        **told,
        value=value or 0,
        sub_value=(sub_value or 0) if has_sub else None,
        months=months
        if has_sub
        else [month.model_copy(update={"sub_value": None}) for month in months],
        events_url=f"/api/indicators/v1/fiscal-years/{year}/indicators/{measure.id}/events",
    )


def _levels(changes: list[Amount], opening: Amount, year: int, today: date) -> list[Amount | None]:
    """A stock at the end of each month that has begun."""
    level = opening
    levels: list[Amount | None] = []
    for month, change in zip(MONTHS, changes, strict=True):
        level = level.plus(*change)
        begins = date(year if month >= 4 else year + 1, month, 1)
        levels.append(level if begins <= today else None)
    return levels
