"""Venues and their day sheets: entered once a day, corrected with the old figures kept."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from contracts.catalogue import basic_area_of
from contracts.events import new_id
from services.participation.day_sheet import counted
from services.participation.models import DaySheet, DaySheetRevision, Venue
from services.participation.store.work import count_work, withdraw_work
from services.participation.work import Figure

VAULT_KIND = "day-sheet"


class Day(NamedTuple):
    """What is written for a day."""

    on: date
    values: Mapping[str, int]
    opens_at: time | None = None
    closes_at: time | None = None
    remark: str | None = None


async def enter_venue(session: AsyncSession, **fields: Any) -> Venue | None:
    """A new venue; None if its code is taken."""
    venue = Venue(
        venue_id=new_id(),
        version=1,
        closed_on=None,
        basic_area=basic_area_of(fields["daily_area"]) or "",
        **fields,
    )
    made = await session.scalar(
        insert(Venue)
        .values(**venue.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Venue.venue_id))
    )
    return await session.get(Venue, made) if made else None


async def find_venue(session: AsyncSession, venue_id: UUID, *, lock: bool = False) -> Venue | None:
    rows = select(Venue).where(col(Venue.venue_id) == venue_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def venue_by_code(session: AsyncSession, code: str) -> Venue | None:
    rows = select(Venue).where(col(Venue.code) == code)
    return (await session.scalars(rows)).one_or_none()


async def venue_by_code_or_name(session: AsyncSession, said: str) -> Venue | None:
    """The venue of a code, or the only one of a name."""
    rows = select(Venue).where(or_(col(Venue.code) == said, col(Venue.name) == said)).limit(2)
    found = (await session.scalars(rows)).all()
    return found[0] if len(found) == 1 else None


async def list_venues(session: AsyncSession, channel: str | None = None) -> Sequence[Venue]:
    rows = select(Venue).order_by(col(Venue.channel), col(Venue.code))
    if channel is not None:
        rows = rows.where(col(Venue.channel) == channel)
    return (await session.scalars(rows)).all()


async def enter_sheet(
    session: AsyncSession, vault: Vault, venue: Venue, day: Day, by: str, now: datetime
) -> DaySheet | None:
    """Keep a day; None if there is a sheet for it already."""
    sheet = DaySheet(
        sheet_id=new_id(),
        venue_id=venue.venue_id,
        on_date=day.on,
        opens_at=day.opens_at,
        closes_at=day.closes_at,
        values=dict(day.values),
        sealed=None,
        withdrawn=False,
        version=1,
        entered_by=by,
        entered_at=now,
        updated_at=now,
    )
    row = sheet.model_dump()
    row["item_values"] = row.pop("values")
    made = await session.scalar(
        insert(DaySheet.__table__)  # type: ignore[attr-defined]
        .values(**row)
        .on_conflict_do_nothing()
        .returning(DaySheet.__table__.c.sheet_id)  # type: ignore[attr-defined]
    )
    if made is None:
        return None
    kept = await find_sheet(session, made)
    if kept is not None:
        await _write_remark(session, vault, kept, day.remark)
        await _count(session, venue, kept, by, now, "entered")
    return kept


async def correct_sheet(
    session: AsyncSession,
    vault: Vault,
    venue: Venue,
    sheet: DaySheet,
    day: Day,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Write a day anew; what stood stays in a revision. False if nothing would change.

    The caller holds the sheet's lock and has compared the version.
    """
    said = await remark_of(session, vault, sheet)
    new = (dict(day.values), day.opens_at, day.closes_at, day.remark)
    if new == (sheet.values, sheet.opens_at, sheet.closes_at, said):
        return False
    _keep_revision(session, sheet, reason, by, now)
    sheet.values, sheet.opens_at, sheet.closes_at = new[:3]
    sheet.updated_at = now
    await _write_remark(session, vault, sheet, day.remark)
    await _count(session, venue, sheet, by, now, reason)
    return True


async def withdraw_sheet(
    session: AsyncSession, sheet: DaySheet, reason: str, by: str, now: datetime
) -> None:
    """Take a sheet back (of another day, of another venue); the day is free again."""
    _keep_revision(session, sheet, reason, by, now)
    sheet.withdrawn, sheet.updated_at = True, now
    await withdraw_work(session, sheet.sheet_id, reason, by, now)


async def find_sheet(
    session: AsyncSession, sheet_id: UUID, *, lock: bool = False
) -> DaySheet | None:
    rows = select(DaySheet).where(col(DaySheet.sheet_id) == sheet_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def sheet_of_day(session: AsyncSession, venue_id: UUID, on: date) -> DaySheet | None:
    rows = select(DaySheet).where(
        col(DaySheet.venue_id) == venue_id,
        col(DaySheet.on_date) == on,
        ~col(DaySheet.withdrawn),
    )
    return (await session.scalars(rows)).one_or_none()


async def sheets_between(
    session: AsyncSession, venue_id: UUID, since: date, until: date
) -> Sequence[DaySheet]:
    """The standing sheets of a venue, the latest day first."""
    rows = await session.scalars(
        select(DaySheet)
        .where(
            col(DaySheet.venue_id) == venue_id,
            col(DaySheet.on_date).between(since, until),
            ~col(DaySheet.withdrawn),
        )
        .order_by(col(DaySheet.on_date).desc())
    )
    return rows.all()


async def sheets_before(
    session: AsyncSession, venue_id: UUID, on: date, limit: int
) -> Sequence[DaySheet]:
    rows = await session.scalars(
        select(DaySheet)
        .where(
            col(DaySheet.venue_id) == venue_id,
            col(DaySheet.on_date) < on,
            ~col(DaySheet.withdrawn),
        )
        .order_by(col(DaySheet.on_date).desc())
        .limit(limit)
    )
    return rows.all()


async def sheet_revisions(session: AsyncSession, sheet_id: UUID) -> Sequence[DaySheetRevision]:
    rows = await session.scalars(
        select(DaySheetRevision)
        .where(col(DaySheetRevision.sheet_id) == sheet_id)
        .order_by(col(DaySheetRevision.version))
    )
    return rows.all()


async def remark_of(session: AsyncSession, vault: Vault, sheet: DaySheet) -> str | None:
    if sheet.sealed is None:
        return None
    return await vault.open(session, VAULT_KIND, sheet.sheet_id, sheet.sealed)


async def _count(
    session: AsyncSession, venue: Venue, sheet: DaySheet, by: str, now: datetime, reason: str
) -> None:
    for kind, quantity in counted(venue.channel, sheet.values).items():
        figure = Figure(
            kind,
            venue.channel,
            sheet.on_date,
            quantity,
            venue=venue.code,
            basic_area=venue.basic_area,
        )
        await count_work(session, "day-sheet", sheet.sheet_id, figure, by, now, reason=reason)


async def _write_remark(
    session: AsyncSession, vault: Vault, sheet: DaySheet, remark: str | None
) -> None:
    sheet.sealed = await vault.seal(session, VAULT_KIND, sheet.sheet_id, remark) if remark else None


def _keep_revision(
    session: AsyncSession, sheet: DaySheet, reason: str, by: str, now: datetime
) -> None:
    sheet.version += 1
    hours = [one.isoformat() if one else None for one in (sheet.opens_at, sheet.closes_at)]
    before: dict[str, Any] = json.loads(json.dumps({"values": sheet.values, "hours": hours}))
    session.add(
        DaySheetRevision(
            sheet_id=sheet.sheet_id,
            version=sheet.version,
            reason=reason,
            before=before,
            sealed_before=sheet.sealed,
            changed_by=by,
            changed_at=now,
        )
    )
