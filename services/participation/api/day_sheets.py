"""Day sheets (日報) over HTTP: written once a day for each venue, corrected, taken back."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context, Ctx, Session
from chassis.writing import Writing
from contracts.calendar import today
from contracts.community import day_sheet_items
from contracts.message import Code, Private
from services.participation.api.door import STAFF
from services.participation.api.venues import VenueView, found_venue, venue_view
from services.participation.api.writing import Write, records, same_version
from services.participation.day_sheet import LARGEST, missing_days, unusual
from services.participation.fields import (
    Sent,
    Version,
    Why,
    Words,
    hours_in_order,
    past_day,
)
from services.participation.models import DaySheet, Venue
from services.participation.refusals import missing, refuse
from services.participation.store import venues as store
from services.participation.store.venues import Day
from services.participation.store.work import current_way, work_of
from services.participation.work import Scope, Way

router = records("日報 / day sheets")

HINT_SHEETS = 14
"""So many sheets before a day tell what is usual at a venue."""
MOST_DAYS = 92


class SheetFields(Sent):
    values: dict[Code, Annotated[int, Field(ge=0, le=LARGEST, strict=True)]] = Field(
        title="人数", min_length=1
    )
    opens_at: time | None = Field(None, title="開始時刻")
    closes_at: time | None = Field(None, title="終了時刻")
    remark: Words | None = Field(None, title="備考")


class NewSheet(SheetFields):
    on: date = Field(title="日付")


class SheetCorrection(SheetFields):
    version: Version
    reason: Why


class Withdrawal(Sent):
    reason: Why


class RevisionView(BaseModel):
    version: int
    reason: str
    before: dict[str, Any]
    changed_by: str
    changed_at: datetime


class SheetView(BaseModel):
    sheet_id: UUID
    venue_id: UUID
    on: date
    values: dict[str, int]
    opens_at: time | None
    closes_at: time | None
    remark: Private = None
    withdrawn: bool
    version: int
    entered_by: str
    entered_at: datetime
    counted: bool
    """Whether the figures count it: not while the venue is reported by file."""
    unusual: list[str] = []
    """Items that are far from what the sheets before say; the sheet is kept all the same."""
    revisions: list[RevisionView] = []


class SheetList(BaseModel):
    sheets: list[SheetView]


class ItemView(BaseModel):
    item: str
    label: str
    unit: str
    kind: str | None
    hint: int | None
    """What the last sheet says."""


class DayView(BaseModel):
    """A day at a venue: the sheet if there is one, and what helps to write it."""

    venue: VenueView
    on: date
    items: list[ItemView]
    sheet: SheetView | None
    hint_on: date | None
    """The day of the last sheet."""
    way: Way
    """The way by which the venue is counted on this day."""


class Gap(BaseModel):
    venue_id: UUID
    name: str
    days: list[date]


class GapList(BaseModel):
    missing: list[Gap]


@router.get("/day-sheets/missing", dependencies=[Depends(STAFF)])
async def missing_sheets(
    session: Session, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 14
) -> GapList:
    """The days, up to yesterday, on which a venue was open and nobody wrote its sheet."""
    until = today() - timedelta(days=1)
    gaps = []
    for venue in await store.list_venues(session):
        since = max(until - timedelta(days=days - 1), venue.opened_on)
        last = min(until, venue.closed_on) if venue.closed_on else until
        sheets = await store.sheets_between(session, venue.venue_id, since, last)
        absent = missing_days(venue.weekdays, {s.on_date for s in sheets}, since, last)
        if absent:
            gaps.append(Gap(venue_id=venue.venue_id, name=venue.name, days=absent))
    return GapList(missing=gaps)


@router.get("/venues/{venue_id}/days/{on}", dependencies=[Depends(STAFF)])
async def read_day(venue_id: UUID, on: date, session: Session, ctx: Ctx) -> DayView:
    """A day's sheet, or an empty one with the last sheet's numbers as a hint."""
    venue = await found_venue(session, venue_id)
    sheet = await store.sheet_of_day(session, venue_id, on)
    before = next(iter(await store.sheets_before(session, venue_id, on, 1)), None)
    return DayView(
        venue=await venue_view(session, venue),
        on=on,
        items=[
            ItemView(
                item=item.item,
                label=item.label,
                unit=item.unit,
                kind=item.kind,
                hint=before.values.get(item.item) if before else None,
            )
            for item in day_sheet_items(venue.channel)
        ],
        sheet=await _whole(session, ctx, venue, sheet) if sheet else None,
        hint_on=before.on_date if before else None,
        way=await current_way(session, Scope.VENUE, venue.code, on),
    )


@router.get("/venues/{venue_id}/day-sheets", dependencies=[Depends(STAFF)])
async def sheet_list(
    venue_id: UUID, session: Session, since: date | None = None, until: date | None = None
) -> SheetList:
    """The sheets of a venue, the latest first; of the last month unless told otherwise."""
    venue = await found_venue(session, venue_id)
    last = until or today()
    first = max(since or last - timedelta(days=31), last - timedelta(days=MOST_DAYS))
    sheets = await store.sheets_between(session, venue_id, first, last)
    return SheetList(sheets=[await _sheet(session, venue, sheet) for sheet in sheets])


@router.post("/venues/{venue_id}/day-sheets", response_model=SheetView, status_code=201)
async def enter_sheet(venue_id: UUID, sent: NewSheet, write: Write) -> JSONResponse:
    """日報: what happened at a venue on a day. One sheet a day; a second one is a correction."""

    async def act() -> SheetView:
        venue = await found_venue(write.session, venue_id)
        past_day(sent.on)
        check_day(venue, sent.on, sent)
        sheet = await store.enter_sheet(
            write.session, write.ctx.vault, venue, _day(sent, sent.on), write.by, write.now
        )
        if sheet is None:
            standing = await store.sheet_of_day(write.session, venue_id, sent.on)
            more = {"sheet_id": str(standing.sheet_id)} if standing else {}
            raise refuse(409, "day-sheet-exists", "on", **more)
        await write.done("day-sheet.enter", sheet.sheet_id)
        return await _with_warnings(write, venue, sheet)

    return await write.once(act, status=201)


@router.post("/day-sheets/{sheet_id}/correction", response_model=SheetView)
async def correct_sheet(sheet_id: UUID, sent: SheetCorrection, write: Write) -> JSONResponse:
    """Write a sheet anew; what it said, who changed it and why stay on record."""

    async def act() -> SheetView:
        sheet = await _standing(write, sheet_id)
        venue = await found_venue(write.session, sheet.venue_id)
        same_version(sheet.version, sent.version)
        check_day(venue, sheet.on_date, sent)
        changed = await store.correct_sheet(
            write.session,
            write.ctx.vault,
            venue,
            sheet,
            _day(sent, sheet.on_date),
            sent.reason,
            write.by,
            write.now,
        )
        if not changed:
            raise refuse(422, "nothing-changed", "values")
        await write.done("day-sheet.correct", sheet_id, version=sheet.version, why=sent.reason)
        return await _with_warnings(write, venue, sheet)

    return await write.once(act)


@router.post("/day-sheets/{sheet_id}/withdrawal", response_model=SheetView)
async def withdraw_sheet(sheet_id: UUID, sent: Withdrawal, write: Write) -> JSONResponse:
    """Take a sheet back; it counts nowhere, and the day may be written again."""

    async def act() -> SheetView:
        sheet = await _standing(write, sheet_id)
        await store.withdraw_sheet(write.session, sheet, sent.reason, write.by, write.now)
        await write.done("day-sheet.withdraw", sheet_id, why=sent.reason)
        venue = await found_venue(write.session, sheet.venue_id)
        return await _whole(write.session, write.ctx, venue, sheet)

    return await write.once(act)


def check_day(venue: Venue, on: date, sent: SheetFields) -> None:
    """Raises Problem 422 for what cannot be: unknown items, hours the wrong way round, no venue."""
    known = {item.item for item in day_sheet_items(venue.channel)}
    for item in sent.values:
        if item not in known:
            raise refuse(422, "item-unknown", f"values.{item}")
    hours_in_order(sent.opens_at, sent.closes_at, "closes_at")
    if on < venue.opened_on or (venue.closed_on is not None and on > venue.closed_on):
        raise refuse(422, "on-closed-day", "on")


def _day(sent: SheetFields, on: date) -> Day:
    return Day(on, sent.values, sent.opens_at, sent.closes_at, sent.remark)


async def _standing(write: Writing, sheet_id: UUID) -> DaySheet:
    sheet = await store.find_sheet(write.session, sheet_id, lock=True)
    if sheet is None:
        raise missing("day-sheet")
    if sheet.withdrawn:
        raise refuse(409, "already-withdrawn")
    return sheet


async def _sheet(session: AsyncSession, venue: Venue, sheet: DaySheet) -> SheetView:
    return SheetView(
        **sheet.model_dump(exclude={"on_date", "sealed", "updated_at"}),
        on=sheet.on_date,
        counted=any(work.counted for work in await work_of(session, sheet.sheet_id)),
    )


async def _whole(session: AsyncSession, ctx: Context, venue: Venue, sheet: DaySheet) -> SheetView:
    """A sheet with its remark and everything that it said before."""
    found = await _sheet(session, venue, sheet)
    found.remark = await store.remark_of(session, ctx.vault, sheet)
    found.revisions = [
        RevisionView.model_validate(row, from_attributes=True)
        for row in await store.sheet_revisions(session, sheet.sheet_id)
    ]
    return found


async def _with_warnings(write: Writing, venue: Venue, sheet: DaySheet) -> SheetView:
    before = await store.sheets_before(write.session, venue.venue_id, sheet.on_date, HINT_SHEETS)
    found = await _whole(write.session, write.ctx, venue, sheet)
    found.unusual = unusual(sheet.values, [one.values for one in before])
    return found
