"""Venues, and the one way by which each is counted, over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from chassis.writing import Writing
from contracts.calendar import today
from contracts.community import day_sheet_items
from contracts.message import Code
from services.participation.api.door import STAFF
from services.participation.api.writing import Write, records, same_version
from services.participation.fields import (
    Confirmed,
    DailyArea,
    Line,
    Sent,
    Version,
    titled,
)
from services.participation.models import ReportingWay, Venue
from services.participation.refusals import missing, refuse
from services.participation.store import venues as store
from services.participation.store.work import current_way, set_way, ways
from services.participation.work import RECORDED_KINDS, Scope, Way

router = records("会場 / venues")

WAYS = {Way.FILE: "活動報告のファイルで数える", Way.RECORDS: "ここの記録で数える"}
Weekday = Annotated[int, Field(ge=0, le=6)]


class NewVenue(Sent):
    code: Code = Field(title="会場の符号", description="活動報告のファイルと同じ符号")
    name: Line = Field(title="会場の名前")
    channel: Code = Field(title="事業(窓口)")
    daily_area: DailyArea = Field(title="日常生活圏域")
    weekdays: list[Weekday] = Field([0, 1, 2, 3, 4], title="開いている曜日", max_length=7)
    opened_on: date = Field(title="開設日")
    way: Way = Field(Way.RECORDS, title="実績の数え方", json_schema_extra=titled(WAYS))
    from_on: date | None = Field(None, title="数え方の開始日", description="空欄は今日から")
    unreported: bool = Field(
        False, title="開始日以降の実績をファイルで報告していないことを確かめました"
    )


class VenueChange(Sent):
    version: Version
    name: Line | None = Field(None, title="会場の名前")
    weekdays: list[Weekday] | None = Field(None, title="開いている曜日", max_length=7)
    closed_on: date | None = Field(None, title="閉じた日")


class NewWay(Sent):
    """From which date on a venue or a kind of activity is counted by which way."""

    scope: Scope = Field(title="対象", json_schema_extra=titled({"venue": "会場", "kind": "種別"}))
    code: Code = Field(title="会場または種別の符号")
    way: Way = Field(title="数え方", json_schema_extra=titled(WAYS))
    from_on: date = Field(title="開始日")
    unreported: Confirmed = Field(
        False, title="この日以降の実績をファイルで報告していないことを確かめました"
    )


class VenueView(BaseModel):
    venue_id: UUID
    code: str
    name: str
    channel: str
    daily_area: str
    basic_area: str
    weekdays: list[int]
    opened_on: date
    closed_on: date | None
    version: int
    way: Way
    """The way in force today."""


class VenueList(BaseModel):
    venues: list[VenueView]


class WayView(BaseModel):
    scope: str
    code: str
    from_on: date
    way: str
    set_by: str
    set_at: datetime


class WayAnswer(WayView):
    recounted: int
    """How many records the figures have from now on, or have no longer."""


class WayList(BaseModel):
    ways: list[WayView]
    kinds: list[str]
    """The kinds whose way can be set; the others are set venue by venue."""


@router.post("/venues", response_model=VenueView, status_code=201)
async def enter_venue(sent: NewVenue, write: Write) -> JSONResponse:
    """Register a venue whose day sheets are kept here, and the way in which it is counted."""

    async def act() -> VenueView:
        if not day_sheet_items(sent.channel):
            raise refuse(422, "channel-without-venues", "channel")
        fields = sent.model_dump(exclude={"way", "from_on", "unreported"})
        fields["weekdays"] = sorted(set(sent.weekdays))
        venue = await store.enter_venue(write.session, **fields)
        if venue is None:
            raise refuse(409, "code-taken", "code")
        since = sent.from_on or today()
        if sent.way is Way.RECORDS:
            await _set_way(write, Scope.VENUE, venue, venue.code, sent.way, since, sent.unreported)
        await write.done("venue.enter", venue.venue_id)
        return await venue_view(write.session, venue)

    return await write.once(act, status=201)


@router.get("/venues", dependencies=[Depends(STAFF)])
async def venue_list(session: Session, channel: str | None = None) -> VenueList:
    found = await store.list_venues(session, channel)
    return VenueList(venues=[await venue_view(session, venue) for venue in found])


@router.get("/venues/{venue_id}", dependencies=[Depends(STAFF)])
async def read_venue(venue_id: UUID, session: Session) -> VenueView:
    return await venue_view(session, await found_venue(session, venue_id))


@router.post("/venues/{venue_id}/correction", response_model=VenueView)
async def correct_venue(venue_id: UUID, sent: VenueChange, write: Write) -> JSONResponse:
    """Change its name or opening days, or close it."""

    async def act() -> VenueView:
        venue = await found_venue(write.session, venue_id, lock=True)
        same_version(venue.version, sent.version)
        if sent.closed_on is not None and sent.closed_on < venue.opened_on:
            raise refuse(422, "end-before-start", "closed_on")
        for name, value in sent.model_dump(exclude={"version"}, exclude_none=True).items():
            setattr(venue, name, value)
        venue.version += 1
        await write.done("venue.correct", venue_id)
        return await venue_view(write.session, venue)

    return await write.once(act)


@router.get("/reporting-ways", dependencies=[Depends(STAFF)])
async def way_list(session: Session) -> WayList:
    """How venues and kinds of activity are counted, from which dates on."""
    return WayList(ways=[_way(row) for row in await ways(session)], kinds=list(RECORDED_KINDS))


@router.post("/reporting-ways", response_model=WayAnswer, status_code=201)
async def set_reporting_way(sent: NewWay, write: Write) -> JSONResponse:
    """Count by one way only from a date on. What stands from then on is counted, or no longer."""

    async def act() -> WayAnswer:
        venue = None
        if sent.scope is Scope.VENUE:
            venue = await store.venue_by_code(write.session, sent.code)
            if venue is None:
                raise missing("venue")
        elif sent.code not in RECORDED_KINDS:
            raise refuse(422, "value-unknown", "code")
        changed = await _set_way(
            write, sent.scope, venue, sent.code, sent.way, sent.from_on, sent.unreported
        )
        await write.done("reporting-way.set", sent.code, way=sent.way, recounted=changed)
        set_now = next(
            row
            for row in await ways(write.session)
            if (row.scope, row.code, row.from_on) == (sent.scope, sent.code, sent.from_on)
        )
        return WayAnswer(**_way(set_now).model_dump(), recounted=changed)

    return await write.once(act, status=201)


async def found_venue(session: AsyncSession, venue_id: UUID, *, lock: bool = False) -> Venue:
    venue = await store.find_venue(session, venue_id, lock=lock)
    if venue is None:
        raise missing("venue")
    return venue


async def venue_view(session: AsyncSession, venue: Venue) -> VenueView:
    way = await current_way(session, Scope.VENUE, venue.code, today())
    return VenueView(**venue.model_dump(), way=way)


def _way(row: ReportingWay) -> WayView:
    return WayView.model_validate(row, from_attributes=True)


async def _set_way(
    write: Writing,
    scope: Scope,
    venue: Venue | None,
    code: str,
    way: Way,
    since: date,
    unreported: bool,
) -> int:
    """Raises Problem 422 for a switch in the past to records without the word that goes with it."""
    if way is Way.RECORDS and since < today() and not unreported:
        raise refuse(422, "past-needs-confirmation", "unreported")
    channel = venue.channel if venue else None
    return await set_way(write.session, scope, code, channel, since, way, write.by, write.now)
