"""Counted work: kept once per record and kind, told whole whenever what counts changes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts import catalogue
from contracts.events.participation import CommunityWorkRecorded, ReportingWaySet
from services.participation.models import ReportingWay, Work, WorkRevision
from services.participation.work import Figure, Scope, Way, record_id, scope_id, scope_of, way_on

SAYS = ("kind", "channel", "on_date", "quantity", "venue", "group_code", "basic_area", "withdrawn")
"""The columns that say what was done."""

WAY_CHANGED = "reporting-way"
"""The reason of a revision that only counts or no longer counts what stands."""


async def count_work(
    session: AsyncSession,
    source_kind: str,
    source_id: UUID,
    figure: Figure,
    by: str,
    now: datetime,
    *,
    reason: str = "entered",
    withdrawn: bool = False,
) -> Work:
    """Keep what a record says for a kind, under one id however often it is said.

    The figures hear of it only while the kind (or the venue) is counted by these records; a change
    is a revision that keeps what stood before.
    """
    await _steady(session, *scope_of(figure))
    rows = select(Work).where(col(Work.record_id) == record_id(source_id, figure.kind))
    found = (await session.scalars(rows.with_for_update())).one_or_none()
    programme_no = catalogue.channels(figure.on)[figure.channel].programme_no
    said: dict[str, Any] = {
        "kind": figure.kind,
        "channel": figure.channel,
        "on_date": figure.on,
        "quantity": figure.quantity,
        "venue": figure.venue,
        "group_code": figure.group,
        "basic_area": figure.basic_area,
        "withdrawn": withdrawn,
    }
    counts = (
        not withdrawn and await current_way(session, *scope_of(figure), figure.on) is Way.RECORDS
    )
    if found is None:
        found = Work(
            record_id=record_id(source_id, figure.kind),
            source_kind=source_kind,
            source_id=source_id,
            programme_no=programme_no,
            revision=1,
            counted=counts,
            **said,
        )
        session.add(found)
        await session.flush()
        if counts:
            await _tell(session, found)
    elif any(getattr(found, name) != value for name, value in said.items()):
        counted_before = found.counted
        await _revise(session, found, reason, by, now)
        for name, value in said.items():
            setattr(found, name, value)
        found.programme_no, found.counted = programme_no, counts
        if counts or counted_before:
            await _tell(session, found)
    return found


async def withdraw_work(
    session: AsyncSession, source_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Nothing of a record counts any more; what it said stays on record."""
    for work in await work_of(session, source_id, lock=True):
        if not work.withdrawn:
            await _revise(session, work, reason, by, now)
            told, work.withdrawn, work.counted = work.counted, True, False
            if told:
                await _tell(session, work)


async def work_of(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> Sequence[Work]:
    rows = select(Work).where(col(Work.source_id) == source_id).order_by(col(Work.record_id))
    return (await session.scalars(rows.with_for_update() if lock else rows)).all()


async def revisions_of(session: AsyncSession, source_id: UUID) -> list[WorkRevision]:
    """What the counted things of a record said before, the oldest first."""
    rows = await session.scalars(
        select(WorkRevision)
        .join(Work, col(Work.record_id) == col(WorkRevision.record_id))
        .where(col(Work.source_id) == source_id)
        .order_by(col(WorkRevision.changed_at), col(WorkRevision.record_id))
    )
    return list(rows)


async def ways(session: AsyncSession) -> Sequence[ReportingWay]:
    """Every way that was ever set, by what it is about and the date from which it holds."""
    rows = select(ReportingWay).order_by(
        col(ReportingWay.scope), col(ReportingWay.code), col(ReportingWay.from_on)
    )
    return (await session.scalars(rows)).all()


async def current_way(session: AsyncSession, scope: Scope, code: str, on: date) -> Way:
    return way_on(await _ways_of(session, scope, code), on)


async def _ways_of(session: AsyncSession, scope: Scope, code: str) -> list[tuple[date, str]]:
    rows = await session.scalars(
        select(ReportingWay).where(col(ReportingWay.scope) == scope, col(ReportingWay.code) == code)
    )
    return [(row.from_on, row.way) for row in rows]


async def set_way(
    session: AsyncSession,
    scope: Scope,
    code: str,
    channel: str | None,
    from_on: date,
    way: Way,
    by: str,
    now: datetime,
) -> int:
    """From a date on, count by one way only; the number of records that this counts or uncounts.

    What stands from that date on is counted, or no longer, in the same transaction.
    """
    await _steady(session, scope, code, alone=True)
    await session.merge(
        ReportingWay(scope=scope, code=code, from_on=from_on, way=way, set_by=by, set_at=now)
    )
    await session.flush()
    await emit(
        session,
        ReportingWaySet(
            scope_id=scope_id(scope, code),
            scope=scope.value,
            code=code,
            channel=channel,
            way=way.value,
            on=from_on,
        ),
    )
    return await _count_again(session, scope, code, from_on, by, now)


async def _count_again(
    session: AsyncSession, scope: Scope, code: str, since: date, by: str, now: datetime
) -> int:
    said = [
        (row.from_on, row.way)
        for row in await ways(session)
        if (row.scope, row.code) == (scope, code)
    ]
    column = col(Work.venue) if scope is Scope.VENUE else col(Work.kind)
    standing = await session.scalars(
        select(Work)
        .where(column == code, col(Work.on_date) >= since, ~col(Work.withdrawn))
        .order_by(col(Work.record_id))
        .with_for_update()
    )
    changed = 0
    for work in standing:
        counts = way_on(said, work.on_date) is Way.RECORDS
        if scope_of(_figure(work)) == (scope, code) and counts != work.counted:
            await _revise(session, work, WAY_CHANGED, by, now)
            work.counted = counts
            await _tell(session, work)
            changed += 1
    return changed


async def _steady(session: AsyncSession, scope: Scope, code: str, *, alone: bool = False) -> None:
    """Nobody changes the way while something is counted by it, until this transaction ends."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(func.hashtextextended(f"way {scope} {code}", 0))))


async def _revise(session: AsyncSession, work: Work, reason: str, by: str, now: datetime) -> None:
    before: dict[str, Any] = {name: getattr(work, name) for name in SAYS}
    work.revision += 1
    session.add(
        WorkRevision(
            record_id=work.record_id,
            revision=work.revision,
            reason=reason,
            before=before | {"on_date": work.on_date.isoformat(), "counted": work.counted},
            changed_by=by,
            changed_at=now,
        )
    )


async def _tell(session: AsyncSession, work: Work) -> None:
    await session.flush()
    await emit(
        session,
        CommunityWorkRecorded(
            record_id=work.record_id,
            revision=work.revision,
            withdrawn=not work.counted,
            kind=work.kind,
            channel=work.channel,
            programme_no=work.programme_no,
            on=work.on_date,
            quantity=work.quantity,
            venue=work.venue,
            group=work.group_code,
            basic_area=work.basic_area,
        ),
    )


def _figure(work: Work) -> Figure:
    return Figure(work.kind, work.channel, work.on_date, work.quantity, venue=work.venue)
