"""人事異動: many cases and their tasks to somebody else in one act (peers B4).

Previewed, then done at once or on a day to come; each case is told of by itself, audited by itself,
and can be taken back by another such act. Tasks that workflows open later follow the case's row.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from chassis.problems import Problem
from chassis.telemetry import log
from contracts import catalogue
from contracts.calendar import today
from contracts.events import new_id
from services.coordination import problems, views
from services.coordination.models import ReassignedCase, Reassignment, Staff
from services.coordination.reading.reassignments import reassignment_views
from services.coordination.store import reassigning as store
from services.coordination.store.cases import remember_staff

LOOK_EVERY_SECONDS = 60.0
"""A planned act is carried out within this time after its day has begun."""

SYSTEM = Principal(sub="reassigning", kind="service")
"""Who carries out what was planned, in the audit trail; who planned it stands with the act."""


@dataclass(frozen=True)
class Wanted:
    """What a bulk act is to do. None of the cases named: all that the person or the office has."""

    reason: str
    from_coordinator: str | None = None
    from_agency: str | None = None
    case_ids: tuple[UUID, ...] | None = None
    to_coordinator: str | None = None
    to_agency: str | None = None
    effective_on: date | None = None


async def preview(
    session: AsyncSession, principal: Principal, wanted: Wanted
) -> views.ReassignmentView:
    """Which cases and how many tasks would follow now. Changes nothing. Raises Problem."""
    act = await _act(session, principal, wanted)
    cases = await store.chosen_cases(session, act)
    tasks = await store.open_tasks_of(session, [case.case_id for case in cases])
    [shown] = await reassignment_views(session, [act], preview=(cases, tasks))
    return shown


async def reassign(
    session: AsyncSession, principal: Principal, wanted: Wanted
) -> views.ReassignmentView:
    """Do it, or plan it for a day to come. Raises Problem."""
    act = await _act(session, principal, wanted)
    await remember_staff(session, principal)
    session.add(act)
    await session.flush()
    if act.effective_on <= today():
        await _audited(session, principal, act, await store.carry_out(session, act, _now()))
    else:
        await audit(session, principal, "cases.plan-reassign", "reassignment", str(_id(act)))
    return await _shown(session, act)


async def cancel(
    session: AsyncSession, principal: Principal, reassignment_id: UUID
) -> views.ReassignmentView:
    """Take back what is only planned. Raises Problem 409 if it is done or cancelled."""
    act = await _known(session, principal, reassignment_id)
    if act.status != "planned":
        raise _settled(act)
    act.status, act.done_at = "cancelled", _now()
    await audit(session, principal, "cases.cancel-reassign", "reassignment", str(_id(act)))
    await session.flush()
    return await _shown(session, act)


async def undo(
    session: AsyncSession, principal: Principal, reassignment_id: UUID, reason: str
) -> views.ReassignmentView:
    """Give every case back, by an act of its own; what changed hands since, stays.

    Raises Problem.
    """
    undone = await _known(session, principal, reassignment_id)
    again = select(col(Reassignment.reassignment_id)).where(
        col(Reassignment.undoes) == reassignment_id
    )
    if undone.status != "done" or await session.scalar(again) is not None:
        raise _settled(undone)
    act = Reassignment(
        reassignment_id=new_id(),
        status="planned",
        by=principal.sub,
        at=_now(),
        reason=reason,
        effective_on=today(),
        from_coordinator=undone.to_coordinator,
        from_agency=undone.to_agency,
        to_coordinator=undone.from_coordinator,
        to_agency=undone.from_agency,
        case_ids=[],
        undoes=reassignment_id,
    )
    session.add(act)
    await session.flush()
    moved = await store.moved_by(session, reassignment_id)
    await _audited(session, principal, act, await store.take_back(session, act, moved, _now()))
    return await _shown(session, act)


async def list_reassignments(session: AsyncSession, principal: Principal) -> views.Reassignments:
    _may(principal)
    found = select(Reassignment).order_by(col(Reassignment.at).desc()).limit(100)
    acts = (await session.scalars(found)).all()
    return views.Reassignments(items=await reassignment_views(session, acts))


async def show_reassignment(
    session: AsyncSession, principal: Principal, reassignment_id: UUID
) -> views.ReassignmentView:
    return await _shown(session, await _known(session, principal, reassignment_id))


async def carry_out_reassignments(context: Context) -> None:
    """Carries out what was planned when its day comes. Runs for as long as the service does."""
    while True:
        await carry_out_due(context, today())
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def carry_out_due(context: Context, on: date) -> int:
    """Every act whose day has come, each in a transaction of its own; how many."""
    done = 0
    while True:
        async with context.database.transaction() as session:
            acts = await store.due(session, on)
            for act in acts:
                await _audited(session, SYSTEM, act, await store.carry_out(session, act, _now()))
                log.info("a planned reassignment was carried out", reassignment_id=str(_id(act)))
        if not acts:
            return done
        done += len(acts)


async def _act(session: AsyncSession, principal: Principal, wanted: Wanted) -> Reassignment:
    """The act as a row that is not stored yet. Raises Problem."""
    _may(principal)
    offices = {code for code, row in catalogue.agencies(today()).items() if row.role == "ward"}
    if wanted.from_coordinator is None and wanted.from_agency is None and not wanted.case_ids:
        raise _faulty("from_coordinator", "nothing-chosen", "対象を指定してください")
    if wanted.to_coordinator is None and wanted.to_agency is None:
        raise _faulty("to_coordinator", "nobody-named", "引き継ぐ人か所管を指定してください")
    if wanted.to_agency is not None and wanted.to_agency not in offices:
        raise _faulty("to_agency", "unknown-agency", "この所管は登録されていません")
    if wanted.to_coordinator is not None and not await session.get(Staff, wanted.to_coordinator):
        raise _faulty("to_coordinator", "unknown-staff", "この職員は登録されていません")
    effective = wanted.effective_on or today()
    if effective < today():
        raise _faulty("effective_on", "in-the-past", "過去の日は指定できません")
    return Reassignment(
        reassignment_id=new_id(),
        status="planned",
        by=principal.sub,
        at=_now(),
        reason=wanted.reason,
        effective_on=effective,
        from_coordinator=wanted.from_coordinator,
        from_agency=wanted.from_agency,
        case_ids=list(wanted.case_ids) if wanted.case_ids else None,
        to_coordinator=wanted.to_coordinator,
        to_agency=wanted.to_agency,
    )


def _may(principal: Principal) -> None:
    """人事異動 is the 係長's to order."""
    if principal.kind != "person" or not principal.has("manager"):
        raise not_allowed(needed=["manager"])


async def _known(session: AsyncSession, principal: Principal, key: UUID) -> Reassignment:
    _may(principal)
    act = await session.get(Reassignment, key, with_for_update=True)
    if act is None:
        raise problems.not_found()
    return act


async def _audited(
    session: AsyncSession, who: Principal, act: Reassignment, cases: Iterable[ReassignedCase]
) -> None:
    """A change of who is responsible is an audited act, case by case (peers B4)."""
    for case in cases:
        if case.outcome == store.MOVED:
            await audit(
                session,
                who,
                "case.reassign",
                "case",
                str(case.case_id),
                reassignment_id=str(_id(act)),
                coordinator=case.to_coordinator,
                agency=case.to_agency,
            )


async def _shown(session: AsyncSession, act: Reassignment) -> views.ReassignmentView:
    cases = {act.reassignment_id: await store.moved_by(session, act.reassignment_id)}
    [shown] = await reassignment_views(session, [act], done=cases)
    return shown


def _settled(act: Reassignment) -> Problem:
    return Problem(
        409,
        "reassignment-settled",
        ja="この担当替えは、すでに実施・取消し済みか、まだ実施されていません",
        en="This reassignment is done, cancelled, taken back, or not done yet",
        state=act.status,
    )


def _faulty(field: str, code: str, ja: str) -> Problem:
    return Problem(
        422,
        code,
        ja=ja,
        en=f"{field}: {code}",
        field=field,
        errors=[{"field": field, "code": code, "ja": ja, "en": f"{field}: {code}"}],
    )


def _id(act: Reassignment) -> UUID:
    return act.reassignment_id


def _now() -> datetime:
    return datetime.now(UTC)
