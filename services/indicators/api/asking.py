"""What the questions about figures share: years, areas, indicators, and who may ask."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query

from chassis.auth import Principal, requires
from chassis.problems import Problem, validation_problem
from chassis.writing import Writing, writing
from contracts.catalogue import areas
from contracts.life import Role
from services.indicators.events import MEASURES
from services.indicators.measures import Measure

Reader = Annotated[Principal, Depends(requires(*Role))]
"""Whoever works for the ward."""
Keeper = Annotated[Principal, Depends(requires(Role.STATISTICS, Role.OPERATOR))]
"""Whoever keeps the figures."""
Write = Annotated[Writing, Depends(writing(*Role))]

PREFIX = "/api/indicators/v1"

Year = Annotated[int, Path(ge=2019, le=2100, description="年度: the year in which it begins")]
Area = Annotated[str | None, Query(description="基本圏域; left out: the whole ward")]
MeasureSet = Literal["ward", "national"]


def known_measure(year: int, indicator_id: str) -> Measure:
    """The measure as it is counted in a year. Raises Problem 404 `indicator-unknown`."""
    found = MEASURES.in_force(year).get(indicator_id)
    if found is None:
        raise unknown_indicator()
    return found


def unknown_indicator() -> Problem:
    return Problem(
        404,
        "indicator-unknown",
        ja="その年度にこの指標はありません",
        en="There is no such indicator in this fiscal year",
        field="indicator_id",
    )


def known_area(basic_area: str | None) -> str | None:
    """The area as it was asked for. Raises Problem 422 if there is no such 基本圏域."""
    if basic_area is None or any(area.basic_area == basic_area for area in areas()):
        return basic_area
    raise validation_problem([{"type": "literal_error", "loc": ("query", "basic_area")}])


def known_daily_area(daily_area: str | None) -> str | None:
    """The area as it was asked for. Raises Problem 422 if there is no such 日常生活圏域."""
    if daily_area is None or any(area.daily_area == daily_area for area in areas()):
        return daily_area
    raise validation_problem([{"type": "literal_error", "loc": ("query", "daily_area")}])
