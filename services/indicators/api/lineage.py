"""The events behind a figure over HTTP, and what they are made of."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.context import Ctx, Session
from chassis.problems import validation_problem
from services.indicators.api.asking import PREFIX, Area, Reader, Year, known_area, known_measure
from services.indicators.lineage import Page, Place, events_behind

router = APIRouter(prefix=PREFIX, tags=["indicators"])


@router.get("/fiscal-years/{year}/indicators/{indicator_id}/events")
async def events_of_indicator(
    session: Session,
    _: Reader,
    ctx: Ctx,
    year: Year,
    indicator_id: str,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    basic_area: Area = None,
    after: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """The events behind a figure, oldest first."""
    measure = known_measure(year, indicator_id)
    try:
        place = Place.parse(after) if after else None
    except ValueError:
        raise validation_problem([{"type": "value_error", "loc": ("query", "after")}]) from None
    return await events_behind(
        session,
        measure,
        year,
        month=month,
        basic_area=known_area(basic_area),
        after=place,
        limit=limit,
        traces_url=ctx.settings.traces_url,
    )
