"""The events behind a figure over HTTP, and what they are made of."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from chassis.context import Ctx, Session
from chassis.problems import Problem, validation_problem
from services.indicators.api.asking import (
    PREFIX,
    Area,
    Reader,
    Year,
    known_area,
    known_daily_area,
    known_measure,
)
from services.indicators.events import MEASURES
from services.indicators.lineage import (
    By,
    Narrowed,
    Page,
    Place,
    Share,
    Told,
    events_behind,
    shares,
    told,
)

router = APIRouter(prefix=PREFIX, tags=["indicators"])

Code = Annotated[str | None, Query(max_length=64)]
DailyArea = Annotated[str | None, Query(description="日常生活圏域 of the venue that was told")]


def _part(
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    basic_area: Area = None,
    daily_area: DailyArea = None,
    venue: Code = None,
    channel: Code = None,
    programme_no: Annotated[int | None, Query(ge=1, le=13)] = None,
    sub: Annotated[bool, Query(description="only the うち")] = False,
) -> Narrowed:
    return Narrowed(
        month=month,
        basic_area=known_area(basic_area),
        daily_area=known_daily_area(daily_area),
        venue=venue,
        channel=channel,
        programme_no=programme_no,
        sub=sub,
    )


Part = Annotated[Narrowed, Depends(_part)]


@router.get("/fiscal-years/{year}/indicators/{indicator_id}/events")
async def events_of_indicator(
    session: Session,
    _: Reader,
    ctx: Ctx,
    year: Year,
    indicator_id: str,
    part: Part,
    after: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """The events behind a figure or a part of it, oldest first."""
    measure = known_measure(year, indicator_id)
    try:
        place = Place.parse(after) if after else None
    except ValueError:
        raise validation_problem([{"type": "value_error", "loc": ("query", "after")}]) from None
    return await events_behind(
        session,
        measure,
        year,
        part=part,
        after=place,
        limit=limit,
        traces_url=ctx.settings.traces_url,
    )


@router.get("/fiscal-years/{year}/indicators/{indicator_id}/shares")
async def shares_of_indicator(
    session: Session, _: Reader, year: Year, indicator_id: str, part: Part, by: By = "venue"
) -> list[Share]:
    """A figure by venue, channel, programme, area or kind of event, the largest share first."""
    return await shares(session, known_measure(year, indicator_id), year, by, part)


@router.get("/entries/{entry_id}")
async def entry(session: Session, _: Reader, ctx: Ctx, entry_id: UUID) -> Told:
    """One entry of the ledger: what it says, what it said before, and where it comes from."""
    found = await told(session, MEASURES, entry_id, ctx.settings.traces_url)
    if found is None:
        raise Problem(404, "not-found", ja="見つかりません", en="Not found")
    return found
