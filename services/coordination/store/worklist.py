"""The worklist: every wait for a person, opened and closed by the workflows' steps."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import catalogue
from contracts.acts import ErrandTopic
from contracts.calendar import tokyo_date
from contracts.cases import Kind
from contracts.life import CaseState, Role
from contracts.steps import Escalate, Step
from services.coordination.models import CaseFile, Duty, Reminder, Strand, Task
from services.coordination.store import snoozing
from services.coordination.store.cases import add_entry, lock_case
from services.coordination.store.letters import remind_agencies


async def turn_tasks(session: AsyncSession, case: CaseFile, step: Step) -> None:
    """Close and open tasks as a step says. Whoever had the task before keeps it."""
    ends = step.kind is Kind.CASE and step.state == CaseState.CLOSED
    earlier = await _open_of(session, step.workflow_id, with_reminders=ends)
    duty = await session.get(Duty, step.entity_id) if step.topic == ErrandTopic.DUTY else None
    kept = {(task.owner, task.agency): task.assignee for task in earlier if task.assignee}
    if step.closes_tasks:
        for task in earlier:
            task.closed_at = step.at
            if step.command is not None:
                task.closed_by = step.command.actor.sub
                task.closing_act = step.command.act.code
    for asked in step.opens:
        # An agency that is no more has left its work to another (組織改正).
        agency = catalogue.agency_in_charge(
            asked.agency or case.coordinator_agency, tokyo_date(step.at)
        )
        of_office = asked.owner is Role.COORDINATOR and asked.agency in (
            None,
            case.coordinator_agency,
        )
        own = case.coordinator if of_office else duty.assignee if duty else None
        await session.execute(
            insert(Task)
            .values(
                task_id=asked.task_id,
                case_id=case.case_id,
                workflow_id=step.workflow_id,
                kind=step.kind,
                entity_id=step.entity_id,
                state=step.state,
                asks=asked.asks,
                acts=list(asked.acts),
                owner=asked.owner,
                agency=agency,
                assignee=kept.get((asked.owner, agency), own),
                opened_at=step.at,
                due_at=asked.due_at,
                escalates_at=asked.escalates_at,
            )
            .on_conflict_do_nothing(index_elements=["task_id"])
        )
    await session.flush()
    await _rest_or_wake(session, step)


async def _rest_or_wake(session: AsyncSession, step: Step) -> None:
    """The tasks of a suspended case's workflows rest; once it goes on they are due that much later,
    as are the workflow's own timers."""
    rests = col(Task.rests_since)
    of_workflow = (col(Task.workflow_id) == step.workflow_id, col(Task.closed_at).is_(None))
    if step.rests:
        await session.execute(
            update(Task).where(*of_workflow, rests.is_(None)).values(rests_since=step.at)
        )
        return
    rested = step.at - rests
    await session.execute(
        update(Task)
        .where(*of_workflow, rests.is_not(None))
        .values(
            due_at=col(Task.due_at) + rested,
            escalates_at=col(Task.escalates_at) + rested,
            rests_since=None,
        )
    )


async def _open_of(session: AsyncSession, workflow_id: str, *, with_reminders: bool) -> list[Task]:
    """A workflow's own open tasks. A reminder outlives its states, and ends with a closed case."""
    found = select(Task).where(col(Task.workflow_id) == workflow_id, col(Task.closed_at).is_(None))
    if not with_reminders:
        found = found.where(col(Task.task_id).not_in(select(col(Reminder.task_id))))
    return list((await session.scalars(found)).all())


async def show_waiting(session: AsyncSession, case: CaseFile) -> None:
    """Write on the case what it waits for, for whom and until when (invariant 7)."""
    first = (
        await session.scalars(
            select(Task)
            .where(
                col(Task.case_id) == case.case_id,
                col(Task.closed_at).is_(None),
                col(Task.rests_since).is_(None),
                col(Task.task_id).not_in(
                    select(col(Reminder.task_id)).where(col(Reminder.case_id) == case.case_id)
                ),
            )
            .order_by(col(Task.due_at).asc().nulls_last(), col(Task.task_id))
            .limit(1)
        )
    ).one_or_none()
    if first is not None:
        case.waiting_asks, case.waiting_role = first.asks, first.owner
        case.waiting_agency, case.waiting_until = first.agency, first.due_at
        case.waiting_assignee = first.assignee
        case.waiting_kind, case.waiting_state = first.kind, first.state
        return
    case.waiting_asks = case.waiting_role = case.waiting_agency = case.waiting_assignee = None
    case.waiting_kind = case.waiting_state = case.waiting_until = None
    strand = (
        await session.scalars(
            select(Strand)
            .where(col(Strand.case_id) == case.case_id, col(Strand.waits_until).is_not(None))
            .order_by(col(Strand.waits_until), col(Strand.workflow_id))
            .limit(1)
        )
    ).one_or_none()
    if strand is not None:
        case.waiting_kind, case.waiting_state = strand.kind, strand.state
        case.waiting_until = strand.waits_until


async def locked_task(session: AsyncSession, task_id: UUID) -> Task | None:
    """A task as it is now, held until the transaction ends. The case is locked before it."""
    return await session.get(Task, task_id, with_for_update=True, populate_existing=True)


async def escalate(session: AsyncSession, told: Escalate) -> None:
    """Bring an open task to mind, or to a superior. Told twice, or of a closed task: nothing."""
    case = await lock_case(session, told.case_id)
    task = await session.get(Task, told.task_id, with_for_update=True)
    if case is None or task is None or task.closed_at is not None:
        return
    if told.reason == "reminder":
        if task.reminded_at is not None and task.reminded_at >= told.at:
            return
        task.reminded_at = told.at
        if task.kind == Kind.MEETING:
            await remind_agencies(session, task.entity_id, task.state, told.at)
    else:
        if task.escalated_at is not None and task.escalated_at >= told.at:
            return
        task.escalated_at, task.escalated_to = told.at, told.to
    snoozing.wake(task)
    add_entry(
        session,
        case,
        cause="reminder" if told.reason == "reminder" else "escalated",
        state=task.state,
        at=told.at,
        kind=Kind(task.kind),
        entity_id=task.entity_id,
        result=str(told.to),
    )


async def name_coordinator(session: AsyncSession, case: CaseFile, sub: str) -> None:
    """Put a person in charge of a case and of its open tasks that nobody has taken."""
    case.coordinator = sub
    await session.execute(
        update(Task)
        .where(
            col(Task.case_id) == case.case_id,
            col(Task.closed_at).is_(None),
            col(Task.assignee).is_(None),
            col(Task.owner) == Role.COORDINATOR,
        )
        .values(assignee=sub)
    )
    await show_waiting(session, case)
