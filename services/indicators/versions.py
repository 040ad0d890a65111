"""Versions of a year's figures: frozen as they stand at one moment, and never changed.

A version holds every figure of every set, month and area, with the rules and the wording they were
counted and printed by. What comes later shows as a difference between the version and the open
figures, entry by entry, until a restatement says it anew.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.calendar import tokyo_date
from contracts.catalogue import areas
from contracts.fiscal_years import FiscalYearStep
from services.indicators.digests import Value, digests_of, frozen_values, hash_of
from services.indicators.figures import MONTHS, Figure, MonthFigure, figure_of, figures
from services.indicators.measures import Measure, Measures
from services.indicators.models import (
    FrozenFigure,
    FrozenVersion,
    LedgerBefore,
    LedgerEntry,
)
from services.indicators.notes import notes_of
from services.indicators.recount import first_day, last_day
from services.indicators.tally import WHOLE_WARD, WHOLE_YEAR

FIGURES = FrozenFigure.metadata.tables["frozen_figure"]
LEDGER = LedgerEntry.metadata.tables["ledger_entry"]
BEFORE = LedgerBefore.metadata.tables["ledger_before"]

STANDING = ("final", "restatement")
"""The kinds of version that stand for the year once approved."""


class FigureChange(BaseModel):
    """A figure that differs between a version and another, or the open figures."""

    measure_id: str
    label: str
    basic_area: str
    """Empty: the whole ward."""
    before: int | None
    after: int | None
    sub_before: int | None
    sub_after: int | None


class EntryChange(BaseModel):
    """An entry that came, was corrected or withdrawn after a version was frozen. No words."""

    entry_id: UUID
    event_type: str
    kind: str
    on: date | None
    was_on: date | None
    """Before a correction; None: it was not there."""
    quantity: int
    was: int | None
    withdrawn: bool
    revision: int
    reason: str | None
    venue: str | None
    report_id: UUID | None
    case_id: UUID | None
    recorded_at: datetime


async def freeze(session: AsyncSession, measures: Measures, step: FiscalYearStep) -> int:
    """Freeze the figures of the step's year as they stand; the number of the new version."""
    year = step.fiscal_year
    in_force = list(measures.in_force(year).values())
    values = await _values(session, in_force, year, tokyo_date(step.at))
    highest = await session.scalar(
        select(func.max(col(FrozenVersion.number))).where(col(FrozenVersion.fiscal_year) == year)
    )
    number = (highest or 0) + 1
    session.add(
        FrozenVersion(
            fiscal_year=year,
            number=number,
            kind=str(step.freezes),
            month=step.month,
            status="proposed" if step.freezes in STANDING else "in-force",
            frozen_at=(await session.execute(select(func.now()))).scalar_one(),
            entries=await _entries(session, year),
            hash=hash_of(values),
            digests=digests_of(values),
            measures=[measure.model_dump(mode="json") for measure in in_force],
            notes=[note.model_dump() for note in notes_of(measures, in_force, year)],
            changes=await _changes_since_standing(session, in_force, year, values),
            command_id=step.command.command_id if step.command else None,
            proposed_by=step.command.actor.sub if step.command else None,
            decided_by=None,
            decided_at=None,
        )
    )
    await session.flush()
    await session.execute(
        insert(FIGURES),
        [{"fiscal_year": year, "number": number, **value._asdict()} for value in values],
    )
    return number


async def decide(session: AsyncSession, step: FiscalYearStep) -> int | None:
    """Write what became of the version that was proposed; its number."""
    number: int | None = await session.scalar(
        update(FrozenVersion)
        .where(
            col(FrozenVersion.fiscal_year) == step.fiscal_year,
            col(FrozenVersion.status) == "proposed",
        )
        .values(
            status=step.decides,
            decided_by=step.command.actor.sub if step.command else None,
            decided_at=step.at,
        )
        .returning(col(FrozenVersion.number))
    )
    return number


async def standing(session: AsyncSession, year: int) -> FrozenVersion | None:
    """The version that stands for a year: the latest that was approved; None while it is open."""
    return (
        await session.scalars(
            select(FrozenVersion)
            .where(
                col(FrozenVersion.fiscal_year) == year,
                col(FrozenVersion.kind).in_(STANDING),
                col(FrozenVersion.status) == "in-force",
            )
            .order_by(col(FrozenVersion.number).desc())
            .limit(1)
        )
    ).one_or_none()


async def frozen_figures(
    session: AsyncSession, version: FrozenVersion, basic_area: str | None, chosen: str | None = None
) -> list[Figure]:
    """The figures of a version as they were frozen, with the wording of then."""
    rows = await session.execute(
        select(FIGURES).where(
            FIGURES.c.fiscal_year == version.fiscal_year,
            FIGURES.c.number == version.number,
            FIGURES.c.basic_area == (basic_area or WHOLE_WARD),
        )
    )
    found = {(row.measure_id, row.month): row for row in rows}
    told = [Measure.model_validate(one) for one in version.measures]
    return [
        figure_of(
            measure,
            version.fiscal_year,
            *_amount(found.get((measure.id, WHOLE_YEAR))),
            [_month(month, found.get((measure.id, month))) for month in MONTHS],
        )
        for measure in told
        if chosen in (None, measure.set)
    ]


async def changes_since(
    session: AsyncSession, measures: Measures, version: FrozenVersion, today: date
) -> list[FigureChange]:
    """Every figure of the ward and its areas that is not what the version says any more."""
    in_force = list(measures.in_force(version.fiscal_year).values())
    now = await _values(session, in_force, version.fiscal_year, today)
    return _compared(in_force, await frozen_values(session, version), now)


async def entries_since(
    session: AsyncSession, version: FrozenVersion, limit: int = 200
) -> list[EntryChange]:
    """The entries that make those differences, the newest first: each with what it said before."""
    first, last = first_day(version.fiscal_year), last_day(version.fiscal_year)
    was = (
        select(BEFORE)
        .where(BEFORE.c.entry_id == LEDGER.c.entry_id, BEFORE.c.replaced_at > version.frozen_at)
        .order_by(BEFORE.c.revision)
        .limit(1)
        .lateral("was")
    )
    rows = await session.execute(
        select(LEDGER, was.c.on_date.label("was_on"), was.c.said)
        .outerjoin(was, was.c.entry_id == LEDGER.c.entry_id)
        .where(
            LEDGER.c.recorded_at > version.frozen_at,
            or_(LEDGER.c.on_date.between(first, last), was.c.on_date.between(first, last)),
        )
        .order_by(LEDGER.c.recorded_at.desc(), LEDGER.c.entry_id)
        .limit(limit)
    )
    return [
        EntryChange.model_validate(
            {**row, "on": row["on_date"], "was": row["said"]["quantity"] if row["said"] else None}
        )
        for row in rows.mappings()
    ]


async def _values(
    session: AsyncSession, in_force: list[Measure], year: int, today: date
) -> list[Value]:
    values = []
    for area in (WHOLE_WARD, *dict.fromkeys(one.basic_area for one in areas())):
        for figure in await figures(session, in_force, year, area or None, today):
            values.append(Value(figure.id, area, WHOLE_YEAR, figure.value, figure.sub_value))
            values += [
                Value(figure.id, area, month.month, month.value, month.sub_value)
                for month in figure.months
            ]
    return values


async def _changes_since_standing(
    session: AsyncSession, in_force: list[Measure], year: int, values: list[Value]
) -> list[dict[str, Any]]:
    before = await standing(session, year)
    if before is None:
        return []
    known = await frozen_values(session, before)
    return [change.model_dump() for change in _compared(in_force, known, values)]


def _compared(
    in_force: list[Measure], before: Iterable[Value], after: Iterable[Value]
) -> list[FigureChange]:
    """The figures of the whole year that differ, in the order of the table."""
    first, second = (
        {(v.measure_id, v.basic_area): v for v in values if v.month == WHOLE_YEAR}
        for values in (before, after)
    )
    labels = {measure.id: measure.label for measure in in_force}
    found = []
    for key in [*first, *(key for key in second if key not in first)]:
        was, now = _amount(first.get(key)), _amount(second.get(key))
        if was != now:
            measure_id, area = key
            found.append(
                FigureChange(
                    measure_id=measure_id,
                    label=labels.get(measure_id, measure_id),
                    basic_area=area,
                    before=was[0],
                    after=now[0],
                    sub_before=was[1],
                    sub_after=now[1],
                )
            )
    order = {measure_id: place for place, measure_id in enumerate(labels)}
    return sorted(found, key=lambda c: (order.get(c.measure_id, len(order)), c.basic_area))


async def _entries(session: AsyncSession, year: int) -> int:
    counted = await session.scalar(
        select(func.count())
        .select_from(LEDGER)
        .where(~LEDGER.c.withdrawn, LEDGER.c.on_date.between(first_day(year), last_day(year)))
    )
    return int(counted or 0)


def _amount(row: Any) -> tuple[int | None, int | None]:
    return (row.value, row.sub_value) if row is not None else (None, None)


def _month(month: int, row: Any) -> MonthFigure:
    value, sub_value = _amount(row)
    return MonthFigure(month=month, value=value, sub_value=sub_value)
