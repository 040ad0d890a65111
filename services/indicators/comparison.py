"""A year's figures beside last year's and the targets, and how they spread over the areas."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.calendar import TOKYO
from services.indicators import attention, versions
from services.indicators.figures import Figure, figures
from services.indicators.measures import Arithmetic, Measures
from services.indicators.models import FrozenFigure, Tally
from services.indicators.tally import WHOLE_WARD, WHOLE_YEAR

TALLIES = Tally.metadata.tables["tally"]
FIGURES = FrozenFigure.metadata.tables["frozen_figure"]


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
    """Of the whole ward: its 基本圏域, as far as the reports say where."""


async def compared(
    session: AsyncSession,
    measures: Measures,
    year: int,
    now: list[Figure],
    set: str,
    basic_area: str | None,
    version: int | None = None,
) -> list[ComparedFigure]:
    """Each figure of a year's table (open, or of a version) and what it is to be compared with."""
    today = datetime.now(TOKYO).date()
    frozen = await versions.standing(session, year - 1)
    if frozen is None:
        before = [m for m in measures.in_force(year - 1).values() if m.set == set]
        last = await figures(session, before, year - 1, basic_area, today)
    else:
        last = await versions.frozen_figures(session, frozen, basic_area, set)
    known = {figure.id: figure for figure in last}
    targets = await attention.targets(session, year)
    areas = await areas_of(session, now, year, version) if basic_area is None else {}
    return [
        ComparedFigure(
            figure=figure,
            last=known.get(figure.id),
            last_version=frozen.number if frozen else None,
            target=targets[figure.id].value if figure.id in targets else None,
            target_by=targets[figure.id].set_by_name if figure.id in targets else None,
            areas=areas.get(figure.id, []),
        )
        for figure in now
    ]


async def areas_of(
    session: AsyncSession, now: list[Figure], year: int, version: int | None
) -> dict[str, list[AreaFigure]]:
    """The figures by area, as open or as a version froze them."""
    of = TALLIES if version is None else FIGURES
    stocks = [figure.id for figure in now if figure.arithmetic is Arithmetic.STOCK]
    # An open stock's level is the sum of its changes in all years up to this one.
    before = and_(of.c.measure_id.in_(stocks), of.c.fiscal_year < year)
    rows = await session.execute(
        select(of.c.measure_id, of.c.basic_area, func.sum(of.c.value))
        .where(
            or_(of.c.fiscal_year == year, before)
            if version is None
            else and_(of.c.fiscal_year == year, FIGURES.c.number == version),
            of.c.month == WHOLE_YEAR,
            of.c.basic_area != WHOLE_WARD,
        )
        .group_by(of.c.measure_id, of.c.basic_area)
        .order_by(of.c.basic_area)
    )
    found: dict[str, list[AreaFigure]] = {}
    for measure_id, area, value in rows:
        found.setdefault(measure_id, []).append(AreaFigure(basic_area=area, value=value))
    return found
