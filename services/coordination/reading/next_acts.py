"""What the caller may do next: from the tables of the lives, the roles, and the agencies."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts import catalogue
from contracts.acts import ClosureReason, LegalBasis
from contracts.calendar import today
from contracts.cases import Kind
from contracts.life import MeetingState, allowed
from services.coordination import labels, views
from services.coordination.forms import fields_of, schema_of
from services.coordination.meeting_rules import still_heard
from services.coordination.models import CaseFile, Meeting, Strand, Task
from services.coordination.permissions import own_strand, role_allows, sees_all
from services.coordination.reading.names import staff_names
from services.coordination.reading.offered import offered
from services.coordination.staleness import version_of
from services.coordination.store.households import members_beside

ADD_PERSON = "add_person"
"""The act that names somebody whom the case is not about yet."""

SETTLE = "settle_reminder"
"""The act that only a reminder asks for."""

FOLLOW_UP, REOPEN = OF_CLOSED = ("record_follow_up", "reopen")
"""The acts of a closed case, which has no workflow any more once nobody looks after it."""

OF_ONE_BASIS = {
    "decide_plan": LegalBasis.CONSENT,
    "decide_support": LegalBasis.LAW_106_6,
    "acknowledge_secrecy": LegalBasis.LAW_106_6,
}
"""Acts of a meeting that only one of the two kinds has a use for."""


async def next_acts(
    session: AsyncSession,
    principal: Principal,
    strands: Sequence[Strand],
    tasks: Sequence[Task],
    persons: Sequence[UUID],
) -> tuple[views.AllowedAct, ...]:
    """The acts that a caller may do on these workflows now, each with its form."""
    agencies = catalogue.agencies(today())
    staff = await staff_names(session)
    found: list[views.AllowedAct] = []
    beside = await members_beside(session, strands[0].case_id) if strands else ()
    bases = await _bases(session, strands)
    for strand in strands:
        if not await _may_work_on(session, principal, strand) or await _past(session, strand):
            continue
        for act, exits in allowed(strand.kind, strand.state).items():
            task = _asking(tasks, strand, act)
            if not role_allows(principal, act) or not _own_task(principal, task):
                continue
            if (act == ADD_PERSON and not beside) or (act == SETTLE and task is None):
                continue
            if act in OF_CLOSED and not await _possible(session, strand, act, task):
                continue
            if OF_ONE_BASIS.get(act, bases.get(strand.entity_id)) != bases.get(strand.entity_id):
                continue
            fields = await offered(
                session,
                strand,
                act,
                fields_of(act, agencies, beside if act == ADD_PERSON else persons, staff),
            )
            if any(one.type == "agency" and one.required and not one.choices for one in fields):
                continue  # nobody of this meeting could be named: no supervisor was invited
            found.append(
                views.AllowedAct(
                    act=act,
                    label=labels.act(act),
                    target=views.Target(kind=strand.kind, id=strand.entity_id),
                    task_id=task.task_id if task else None,
                    version=version_of(strand),
                    leads_to=tuple(
                        views.Exit(state=state, label=labels.state(strand.kind, state))
                        for state in exits
                    ),
                    fields=fields,
                    schema_=schema_of(act),
                )
            )
    # What a task waits for comes first; what is always possible comes last.
    return tuple(sorted(found, key=lambda one: one.task_id is None))


async def _possible(session: AsyncSession, strand: Strand, act: str, task: Task | None) -> bool:
    """A case is reopened for as long as its record exists, and followed up while that is due."""
    if strand.kind != Kind.CASE:
        return True
    if act == FOLLOW_UP:
        return task is not None or strand.waits_until is not None
    case = await session.get_one(CaseFile, strand.case_id)
    return case.closure_reason != ClosureReason.WITHDRAWN


async def _bases(session: AsyncSession, strands: Sequence[Strand]) -> dict[UUID, str]:
    """The legal basis of each meeting among them."""
    meetings = [one.entity_id for one in strands if one.kind == Kind.MEETING]
    found = await session.execute(
        select(col(Meeting.meeting_id), col(Meeting.legal_basis)).where(
            col(Meeting.meeting_id).in_(meetings)
        )
    )
    return {row.meeting_id: row.legal_basis for row in found}


def _asking(tasks: Sequence[Task], strand: Strand, act: str) -> Task | None:
    return next(
        (task for task in tasks if task.workflow_id == strand.workflow_id and act in task.acts),
        None,
    )


async def _past(session: AsyncSession, strand: Strand) -> bool:
    """A meeting of which nothing may be said any more."""
    if strand.kind != Kind.MEETING or strand.state != MeetingState.DONE:
        return False
    held = await session.get(Meeting, strand.entity_id)
    return held is not None and not still_heard(held, datetime.now(UTC))


async def _may_work_on(session: AsyncSession, principal: Principal, strand: Strand) -> bool:
    if sees_all(principal):
        return True
    return await own_strand(session, principal.agency or "", strand.kind, strand.entity_id)


def _own_task(principal: Principal, task: Task | None) -> bool:
    if task is None or task.owner != "agency" or sees_all(principal):
        return True
    return task.agency == principal.agency
