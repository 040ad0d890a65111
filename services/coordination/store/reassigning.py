"""Many cases given to somebody else in one act, with their tasks: chosen, moved, taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.cases import Kind
from contracts.life import CaseState
from services.coordination.models import CaseFile, ReassignedCase, Reassignment, Strand, Task
from services.coordination.store.ownership import Owner, hand_case_over, owner_of

MOVED, UNCHANGED = "moved", "unchanged"
NOT_FOUND, CLOSED, CHANGED_SINCE = "not-found", "closed", "changed-since"


async def chosen_cases(session: AsyncSession, wanted: Reassignment) -> Sequence[CaseFile]:
    """The cases that the act is about, as they are now, locked in one order.

    Of a person: those they have, and those in which an open task is theirs. Closed cases only as
    long as they are followed up: nobody is asked for the others any more.
    """
    terms: list[ColumnElement[bool]] = []
    if wanted.case_ids is not None:
        terms.append(col(CaseFile.case_id).in_(wanted.case_ids))
    else:
        terms.append(_still_waits())
    if wanted.from_coordinator is not None:
        terms.append(or_(col(CaseFile.coordinator) == wanted.from_coordinator, _has_task(wanted)))
    if wanted.from_agency is not None:
        terms.append(col(CaseFile.coordinator_agency) == wanted.from_agency)
    found = select(CaseFile).where(*terms).order_by(col(CaseFile.case_id)).with_for_update()
    return (await session.scalars(found)).all()


def _has_task(wanted: Reassignment) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            col(Task.case_id) == col(CaseFile.case_id),
            col(Task.assignee) == wanted.from_coordinator,
            col(Task.closed_at).is_(None),
        )
        .correlate(CaseFile)
    )


def _still_waits() -> ColumnElement[bool]:
    followed_up = (
        exists()
        .where(
            col(Strand.case_id) == col(CaseFile.case_id),
            col(Strand.kind) == Kind.CASE,
            col(Strand.waits_until).is_not(None),
        )
        .correlate(CaseFile)
    )
    return or_(col(CaseFile.state) != CaseState.CLOSED, followed_up)


async def open_tasks_of(session: AsyncSession, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many open tasks each case has."""
    found = await session.scalars(
        select(col(Task.case_id)).where(
            col(Task.case_id).in_(case_ids), col(Task.closed_at).is_(None)
        )
    )
    counts: dict[UUID, int] = dict.fromkeys(case_ids, 0)
    for case_id in found:
        counts[case_id] += 1
    return counts


async def carry_out(
    session: AsyncSession, act: Reassignment, at: datetime
) -> Sequence[ReassignedCase]:
    """Move every case of the act, and say of each what became of it."""
    cases = await chosen_cases(session, act)
    outcomes = [await _move(session, act, case, at) for case in cases]
    there = {case.case_id for case in cases}
    outcomes += [
        ReassignedCase(reassignment_id=act.reassignment_id, case_id=case_id, outcome=NOT_FOUND)
        for case_id in sorted(set(act.case_ids or ()) - there)
    ]
    session.add_all(outcomes)
    act.status, act.done_at = "done", at
    await session.flush()
    return outcomes


async def _move(
    session: AsyncSession, act: Reassignment, case: CaseFile, at: datetime
) -> ReassignedCase:
    """Only the tasks, where the case itself is somebody else's."""
    before = owner_of(case)
    theirs = act.from_coordinator in (None, before.coordinator)
    coordinator = act.to_coordinator if theirs else before.coordinator
    to = Owner(coordinator, act.to_agency or before.agency)
    outcome, tasks = UNCHANGED, 0
    if to != before or not theirs:
        outcome = MOVED
        tasks = await hand_case_over(
            session, case, to, at, leaving=act.from_coordinator, heir=act.to_coordinator
        )
    return _remembered(act, case, before, to, outcome, tasks)


def _remembered(
    act: Reassignment, case: CaseFile, before: Owner, to: Owner, outcome: str, tasks: int
) -> ReassignedCase:
    return ReassignedCase(
        reassignment_id=act.reassignment_id,
        case_id=case.case_id,
        outcome=outcome,
        tasks=tasks,
        from_coordinator=before.coordinator,
        from_agency=before.agency,
        to_coordinator=to.coordinator,
        to_agency=to.agency,
    )


async def moved_by(session: AsyncSession, reassignment_id: UUID) -> Sequence[ReassignedCase]:
    found = select(ReassignedCase).where(col(ReassignedCase.reassignment_id) == reassignment_id)
    return (await session.scalars(found.order_by(col(ReassignedCase.case_id)))).all()


async def take_back(
    session: AsyncSession, act: Reassignment, undone: Sequence[ReassignedCase], at: datetime
) -> Sequence[ReassignedCase]:
    """Give each case back to whose it was; one that has changed hands since stays where it is."""
    moved = {one.case_id: one for one in undone if one.outcome == MOVED}
    cases = await session.scalars(
        select(CaseFile)
        .where(col(CaseFile.case_id).in_(moved))
        .order_by(col(CaseFile.case_id))
        .with_for_update()
    )
    outcomes = []
    for case in cases.all():
        one, now = moved[case.case_id], owner_of(case)
        before = Owner(one.from_coordinator, one.from_agency or now.agency)
        if now != Owner(one.to_coordinator, one.to_agency or now.agency):
            outcomes.append(_remembered(act, case, now, now, CHANGED_SINCE, 0))
            continue
        tasks = await hand_case_over(
            session, case, before, at, leaving=act.from_coordinator, heir=act.to_coordinator
        )
        outcomes.append(_remembered(act, case, now, before, MOVED, tasks))
    session.add_all(outcomes)
    act.status, act.done_at = "done", at
    await session.flush()
    return outcomes


async def due(session: AsyncSession, on: object) -> Sequence[Reassignment]:
    """Planned acts whose day has come; locked, so that one process alone carries them out."""
    found = select(Reassignment).where(
        and_(col(Reassignment.status) == "planned", col(Reassignment.effective_on) <= on)
    )
    ordered = found.order_by(col(Reassignment.effective_on), col(Reassignment.at))
    return (await session.scalars(ordered.limit(1).with_for_update(skip_locked=True))).all()
