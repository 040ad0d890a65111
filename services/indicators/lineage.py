"""The events behind a figure: every counted entry with what it adds, page by page.

Pages follow the date and the entry's id, so that a page costs the same wherever it lies.
"""

import calendar
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Date,
    Select,
    String,
    Uuid,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from contracts.venues import daily_area_of_venues
from services.indicators.entry import Entry
from services.indicators.measures import Arithmetic, Measure, Measures
from services.indicators.models import LedgerBefore, LedgerEntry
from services.indicators.recount import added_up, counted_by, first_day, last_day

LEDGER = LedgerEntry.metadata.tables["ledger_entry"]
BEFORE = LedgerBefore.metadata.tables["ledger_before"]

BEFORE_ALL_YEARS = date(1, 1, 1)


class Place(NamedTuple):
    """Where in the list a page ends."""

    on: date
    entry_id: UUID

    def __str__(self) -> str:
        return f"{self.on.isoformat()}.{self.entry_id}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ValueError if no page ended there."""
        on, _, entry_id = text.partition(".")
        return cls(date.fromisoformat(on), UUID(entry_id))


class Narrowed(BaseModel):
    """Which part of a figure is looked at; None: all of it."""

    model_config = ConfigDict(frozen=True)

    month: int | None = None
    basic_area: str | None = None
    daily_area: str | None = None
    """By the venue that was told; what tells none is in no daily area."""
    venue: str | None = None
    channel: str | None = None
    programme_no: int | None = None
    sub: bool = False
    """Only what stands in the うち."""

    def of(self, rows: Select[Any]) -> Select[Any]:
        for name in ("basic_area", "venue", "channel", "programme_no"):
            value = getattr(self, name)
            if value is not None:
                rows = rows.where(LEDGER.c[name] == value)
        if self.daily_area is not None:
            there = [v for v, area in daily_area_of_venues().items() if area == self.daily_area]
            rows = rows.where(LEDGER.c.venue.in_(there))
        return rows


WHOLE = Narrowed()


class CountedEvent(BaseModel):
    """One event behind a figure. Identifiers and codes only."""

    entry_id: UUID
    event_id: UUID
    event_type: str
    kind: str
    on: date
    quantity: int
    value: int
    sub_value: int
    key: str | None
    """The group, person or place, where a figure counts different ones."""
    flags: list[str]
    channel: str | None
    programme_no: int | None
    agency: str | None
    venue: str | None
    group: str | None
    basic_area: str | None
    case_id: UUID | None
    receipt_number: str | None
    report_id: UUID | None
    revision: int
    recorded_at: datetime
    trace_url: str | None


class Page(BaseModel):
    indicator_id: str
    fiscal_year: int
    events: list[CountedEvent]
    next: str | None
    """What to ask `after` for the next page; None on the last one."""


def period(measure: Measure, fiscal_year: int, month: int | None) -> tuple[date, date]:
    """The days whose events a figure is made of: for a stock, all until its date."""
    since, until = first_day(fiscal_year), last_day(fiscal_year)
    if month is not None:
        year = fiscal_year if month >= 4 else fiscal_year + 1
        since = date(year, month, 1)
        until = date(year, month, calendar.monthrange(year, month)[1])
    return (BEFORE_ALL_YEARS if measure.arithmetic is Arithmetic.STOCK else since), until


async def events_behind(
    session: AsyncSession,
    measure: Measure,
    fiscal_year: int,
    *,
    part: Narrowed = WHOLE,
    after: Place | None = None,
    limit: int = 50,
    traces_url: str = "",
) -> Page:
    """One page of the events behind a figure, or behind a part of it."""
    since, until = period(measure, fiscal_year, part.month)
    pages = []
    for source in measure.sources:
        rows = part.of(counted_by(measure, source, since, until, only_sub=part.sub))
        if after is not None:
            end = tuple_(cast(literal(after.on), Date), cast(literal(after.entry_id), Uuid))
            rows = rows.where(tuple_(LEDGER.c.on_date, LEDGER.c.entry_id) > end)
        ordered = rows.order_by(LEDGER.c.on_date, LEDGER.c.entry_id).limit(limit + 1)
        pages.append(select(ordered.subquery()))
    page = union_all(*pages).subquery("page")
    found = (
        await session.execute(
            select(LEDGER, page.c.value, page.c.sub_value, page.c.key)
            .join(page, page.c.entry_id == LEDGER.c.entry_id)
            .order_by(LEDGER.c.on_date, LEDGER.c.entry_id)
            .limit(limit + 1)
        )
    ).mappings()
    events = [_event(dict(row), traces_url) for row in found]
    shown = events[:limit]
    more = len(events) > limit
    return Page(
        indicator_id=measure.id,
        fiscal_year=fiscal_year,
        events=shown,
        next=str(Place(shown[-1].on, shown[-1].entry_id)) if more else None,
    )


class Share(BaseModel):
    """What one venue, channel, programme, area or kind of event has of a figure."""

    key: str | None
    """None: the reports do not say."""
    value: int
    sub_value: int
    events: int


class Before(BaseModel):
    """What an entry said before it was corrected or withdrawn."""

    revision: int
    on: date | None
    quantity: int
    kind: str
    venue: str | None
    replaced_at: datetime


class Told(BaseModel):
    """One entry of the ledger: what it says, what it said, and where it comes from."""

    event: CountedEvent
    withdrawn: bool
    reason: str | None
    before: list[Before]
    counts_in: list[str]
    """The indicators of its year that count it."""


By = Literal["venue", "channel", "programme_no", "basic_area", "daily_area", "event_type"]


async def shares(
    session: AsyncSession, measure: Measure, fiscal_year: int, by: By, part: Narrowed = WHOLE
) -> list[Share]:
    """A figure divided, the largest share first. Shares of a distinct count may overlap."""
    since, until = period(measure, fiscal_year, part.month)
    things = union_all(
        *(
            part.of(
                counted_by(measure, source, since, until, only_sub=part.sub).add_columns(
                    _divided(by).label("share")
                )
            )
            for source in measure.sources
        )
    ).subquery()
    value, sub = added_up(measure, things)
    rows = await session.execute(
        select(things.c.share, value, sub, func.count())
        .group_by(things.c.share)
        .order_by(value.desc(), things.c.share)
    )
    return [
        Share(key=key, value=int(value), sub_value=int(sub), events=events)
        for key, value, sub, events in rows
    ]


def _divided(by: By) -> ColumnElement[Any]:
    if by == "daily_area":
        areas = literal(dict(daily_area_of_venues()), JSONB)
        found: ColumnElement[Any] = areas[LEDGER.c.venue].astext
        return found
    return cast(LEDGER.c[by], String)


async def told(
    session: AsyncSession, measures: Measures, entry_id: UUID, traces_url: str
) -> Told | None:
    """One entry with its past; None if there is none."""
    row = (
        (await session.execute(select(LEDGER).where(LEDGER.c.entry_id == entry_id)))
        .mappings()
        .one_or_none()
    )
    if row is None or row["on_date"] is None:
        return None
    entry = Entry.model_validate(dict(row))
    before = await session.execute(
        select(BEFORE).where(BEFORE.c.entry_id == entry_id).order_by(BEFORE.c.revision)
    )
    return Told(
        event=_event(
            {**row, "value": entry.quantity, "sub_value": 0, "key": entry.group_code}, traces_url
        ),
        withdrawn=entry.withdrawn,
        reason=entry.reason,
        before=[
            Before(
                revision=one.revision,
                on=one.on_date,
                quantity=one.said["quantity"],
                kind=one.said["kind"],
                venue=one.said["venue"],
                replaced_at=one.replaced_at,
            )
            for one in before
        ],
        counts_in=[measure.id for measure, _ in measures.of(entry) if not entry.withdrawn],
    )


def _event(row: dict[str, object], traces_url: str) -> CountedEvent:
    trace_url = None
    if row["trace_id"]:
        trace_url = f"{traces_url}/{row['trace_id']}"
    elif row["receipt_number"]:
        trace_url = f"{traces_url}/search?receipt={quote(str(row['receipt_number']))}"
    elif row["case_id"]:
        trace_url = f"{traces_url}/search?case_id={row['case_id']}"
    return CountedEvent.model_validate(
        row | {"on": row["on_date"], "group": row["group_code"], "trace_url": trace_url}
    )
