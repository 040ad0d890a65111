"""A year's figures beside last year's and the targets, and how they spread over the areas."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.calendar import TOKYO
from services.indicators import attention, versions
from services.indicators.figures import Figure, figures
from services.indicators.measures import Measures
from services.indicators.models import Tally
from services.indicators.tally import WHOLE_WARD, WHOLE_YEAR

TALLIES = Tally.metadata.tables["tally"]


class AreaFigure(BaseModel):
    basic_area: str
    value: int


class ComparedFigure(BaseModel):
    """A figure, what it was last year, and what it is to be."""

    figure: Figure
    last: Figure | None
    """What stands for last year; None where it was no indicator then."""
    last_version: int | None
    """None: last year's figures are still open."""
    target: int | None
    target_by: str | None
    areas: list[AreaFigure]
    """Of the whole ward: its 基本圏域, as far as the reports say where. A stock's net change."""


async def compared(
    session: AsyncSession,
    measures: Measures,
    year: int,
    now: list[Figure],
    set: str,
    basic_area: str | None,
) -> list[ComparedFigure]:
    """Each figure of a year's table with what it is to be compared with."""
    today = datetime.now(TOKYO).date()
    frozen = await versions.standing(session, year - 1)
    if frozen is None:
        before = [m for m in measures.in_force(year - 1).values() if m.set == set]
        last = await figures(session, before, year - 1, basic_area, today)
    else:
        last = await versions.frozen_figures(session, frozen, basic_area, set)
    known = {figure.id: figure for figure in last}
    targets = await attention.targets(session, year)
    areas = await _areas(session, year)
    return [
        ComparedFigure(
            figure=figure,
            last=known.get(figure.id),
            last_version=frozen.number if frozen else None,
            target=targets[figure.id].value if figure.id in targets else None,
            target_by=targets[figure.id].set_by_name if figure.id in targets else None,
            areas=areas.get((figure.id, figure.version), []) if basic_area is None else [],
        )
        for figure in now
    ]


async def _areas(session: AsyncSession, year: int) -> dict[tuple[str, int], list[AreaFigure]]:
    rows = await session.execute(
        select(
            TALLIES.c.measure_id, TALLIES.c.measure_version, TALLIES.c.basic_area, TALLIES.c.value
        )
        .where(
            TALLIES.c.fiscal_year == year,
            TALLIES.c.month == WHOLE_YEAR,
            TALLIES.c.basic_area != WHOLE_WARD,
        )
        .order_by(TALLIES.c.basic_area)
    )
    found: dict[tuple[str, int], list[AreaFigure]] = {}
    for measure_id, version, area, value in rows:
        found.setdefault((measure_id, version), []).append(AreaFigure(basic_area=area, value=value))
    return found
