"""Tasks that come back by themselves before something ends: laid aside until then, never lost."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.calendar import TOKYO, add_business_days, tokyo_date
from contracts.cases import Kind, case_workflow_id
from contracts.events.envelope import new_id
from contracts.life import Role
from contracts.policies import Policy
from contracts.steps import Escalate
from services.coordination.models import CaseFile, Consent, Reminder, Task
from services.coordination.snooze import SnoozeReason

CONSENT, PROTECTION = "consent", "address-protection"
ASKS = {
    CONSENT: "同意の期限が近づいています。更新するか確かめる",
    PROTECTION: "支援措置の期限が近づいています。更新するか確かめる",
}
SETTLED_BY = {CONSENT: ("record_consent", "settle_reminder"), PROTECTION: ("settle_reminder",)}
BY_ITSELF = "workflow"
AT_ONCE = 100
"""Reminders that are looked for at a time."""


async def remind(
    session: AsyncSession,
    case: CaseFile,
    about: str,
    subject_id: UUID,
    *,
    back_on: date,
    due_on: date,
    at: datetime,
) -> None:
    """The coordinator is asked from `back_on` on, and has until the end of `due_on`.

    Whoever has not answered some business days after being asked is told on, while there is time.
    """
    returns = datetime.combine(back_on, time(), TOKYO)
    last = datetime.combine(due_on, time(23, 59, 59), TOKYO)
    asked_on = max(back_on, tokyo_date(at))
    rises_on = add_business_days(asked_on, Policy().reminder_escalation.count)
    task = Task(
        task_id=new_id(),
        case_id=case.case_id,
        workflow_id=case_workflow_id(case.case_id),
        kind=Kind.CASE,
        entity_id=case.case_id,
        state=case.state,
        asks=ASKS[about],
        acts=list(SETTLED_BY[about]),
        owner=Role.COORDINATOR,
        agency=case.coordinator_agency,
        assignee=case.coordinator,
        opened_at=at,
        due_at=last,
        escalates_at=min(datetime.combine(rises_on, time(23, 59, 59), TOKYO), last),
    )
    if returns > at:
        task.snoozed_until, task.snoozed_by = returns, BY_ITSELF
        task.snooze_reason = SnoozeReason.DATE
    session.add(task)
    await session.flush()
    session.add(
        Reminder(task_id=task.task_id, case_id=case.case_id, about=about, subject_id=subject_id)
    )
    await session.flush()


async def overdue(session: AsyncSession, now: datetime) -> list[Escalate]:
    """Some of the reminders that are to go to a superior now. Their own day is the escalation's, so
    that two who look at once raise it once."""
    found = await session.execute(
        select(col(Task.task_id), col(Task.case_id), col(Task.escalates_at))
        .join(Reminder, col(Reminder.task_id) == col(Task.task_id))
        .where(
            col(Task.closed_at).is_(None),
            col(Task.escalated_at).is_(None),
            col(Task.escalates_at) <= now,
        )
        .order_by(col(Task.escalates_at))
        .limit(AT_ONCE)
    )
    return [
        Escalate(
            task_id=row.task_id,
            case_id=row.case_id,
            to=Role.MANAGER,
            reason="overdue",
            at=row.escalates_at,
        )
        for row in found
    ]


async def settle(
    session: AsyncSession,
    about: str,
    subjects: Iterable[UUID],
    at: datetime,
    by: str = BY_ITSELF,
    act: str | None = None,
) -> None:
    """What was to be brought to mind was done, or is over."""
    tasks = select(col(Reminder.task_id)).where(
        col(Reminder.about) == about, col(Reminder.subject_id).in_(list(subjects))
    )
    await session.execute(
        update(Task)
        .where(col(Task.task_id).in_(tasks), col(Task.closed_at).is_(None))
        .values(closed_at=at, closed_by=by, closing_act=act)
    )


async def settle_task(
    session: AsyncSession, case_id: UUID, task_id: UUID, at: datetime, by: str, act: str
) -> None:
    """Somebody looked at it and let it be."""
    mine = select(col(Reminder.task_id)).where(
        col(Reminder.case_id) == case_id, col(Reminder.task_id) == task_id
    )
    await session.execute(
        update(Task)
        .where(col(Task.task_id).in_(mine), col(Task.closed_at).is_(None))
        .values(closed_at=at, closed_by=by, closing_act=act)
    )


async def settle_expired(
    session: AsyncSession, case_id: UUID, person_id: UUID, kind: str, at: datetime
) -> None:
    """A consent has ended by its date: nobody need think of renewing it in time any more."""
    found = await session.scalars(
        select(col(Consent.consent_id)).where(
            col(Consent.case_id) == case_id,
            col(Consent.person_id) == person_id,
            col(Consent.kind) == kind,
        )
    )
    await settle(session, CONSENT, found.all(), at)
