"""The events behind a figure: every counted entry with what it adds, page by page.

Pages follow the date and the entry's id, so that a page costs the same wherever it lies.
"""

import calendar
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Date, Uuid, cast, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.indicators.measures import Arithmetic, Measure
from services.indicators.models import LedgerEntry
from services.indicators.recount import counted_by, first_day, last_day

LEDGER = LedgerEntry.metadata.tables["ledger_entry"]

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
    month: int | None = None,
    basic_area: str | None = None,
    after: Place | None = None,
    limit: int = 50,
    traces_url: str = "",
) -> Page:
    """One page of the events behind a figure of the ward, of an area, of a year or a month."""
    since, until = period(measure, fiscal_year, month)
    pages = []
    for source in measure.sources:
        rows = counted_by(measure, source, since, until)
        if basic_area is not None:
            rows = rows.where(LEDGER.c.basic_area == basic_area)
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


def _event(row: dict[str, object], traces_url: str) -> CountedEvent:
    trace_url = None
    if row["receipt_number"]:
        trace_url = f"{traces_url}?receipt={quote(str(row['receipt_number']))}"
    elif row["case_id"]:
        trace_url = f"{traces_url}?case_id={row['case_id']}"
    return CountedEvent.model_validate(
        row | {"on": row["on_date"], "group": row["group_code"], "trace_url": trace_url}
    )
