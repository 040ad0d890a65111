"""Tasks as people see them: one, and its page."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.context import Context
from contracts.calendar import TOKYO, business_days_between, today, tokyo_date
from contracts.policies import Policy
from services.coordination import labels, problems, views
from services.coordination.models import CaseFile, CasePerson, Strand, Task, TaskComment
from services.coordination.permissions import sees_all, visible
from services.coordination.reading.names import Names
from services.coordination.reading.next_acts import next_acts
from services.coordination.snooze import latest_return


def day_begins(on: date) -> datetime:
    """The instant at which a day begins in Tokyo."""
    return datetime.combine(on, time(), TOKYO)


async def task_views(
    session: AsyncSession, page: list[tuple[Task, CaseFile]]
) -> tuple[views.Task, ...]:
    names = await Names.of(
        session, [sub for task, _ in page for sub in (task.assignee, task.closed_by)]
    )
    return tuple(task_view(task, case, names) for task, case in page)


def task_view(task: Task, case: CaseFile, names: Names) -> views.Task:
    begins = day_begins(today())
    return views.Task(
        task_id=task.task_id,
        case_id=task.case_id,
        receipt_number=case.receipt_number,
        case_state=case.state,
        case_state_label=labels.state("case", case.state),
        target=views.Target.model_validate({"kind": task.kind, "id": task.entity_id}),
        workflow_id=task.workflow_id,
        target_state=task.state,
        target_state_label=labels.state(task.kind, task.state),
        state="open" if task.closed_at is None else "closed",
        asks=task.asks,
        owner=task.owner,
        owner_label=labels.role(task.owner),
        agency=task.agency,
        agency_name=labels.agency(task.agency, task.closed_at),
        assignee=names.maybe(task.assignee),
        acts=tuple(task.acts),
        opened_at=task.opened_at,
        due_at=task.due_at,
        overdue=_waits(task) and task.due_at is not None and task.due_at < begins,
        due_in_business_days=_left(task.due_at),
        escalates_at=task.escalates_at,
        snoozed_until=task.snoozed_until if _laid_aside(task) else None,
        snooze_reason=task.snooze_reason if _laid_aside(task) else None,
        snooze_reason_label=_reason(task) if _laid_aside(task) else None,
        rests_since=task.rests_since if task.closed_at is None else None,
        reminded_at=task.reminded_at,
        escalated_at=task.escalated_at,
        escalated_to=task.escalated_to,
        closed_at=task.closed_at,
        closed_by=names.maybe(task.closed_by),
        closing_act=task.closing_act,
        closing_act_label=labels.act(task.closing_act) if task.closing_act else None,
    )


def _waits(task: Task) -> bool:
    """It is open, and its case is not suspended."""
    return task.closed_at is None and task.rests_since is None


def _left(due_at: datetime | None) -> int | None:
    """Open days until a task is due; 0 on the day itself, negative once it is over."""
    return business_days_between(today(), tokyo_date(due_at)) if due_at else None


def _laid_aside(task: Task) -> bool:
    until = task.snoozed_until
    return task.closed_at is None and until is not None and until > datetime.now(TOKYO)


def _reason(task: Task) -> str:
    return labels.value("snooze_reason", task.snooze_reason or "")


async def visible_task(
    session: AsyncSession, principal: Principal, task_id: UUID
) -> tuple[Task, CaseFile]:
    """A task and its case. Raises Problem 404 where the caller may not see them."""
    row = (
        await session.execute(
            select(Task, CaseFile)
            .join(CaseFile, col(CaseFile.case_id) == col(Task.case_id))
            .where(col(Task.task_id) == task_id, visible(principal))
        )
    ).one_or_none()
    if row is None:
        raise problems.not_found()
    return row[0], row[1]


def _latest(task: Task) -> date | None:
    """The last day until which the task may be laid aside; None if it may not be."""
    latest = latest_return(task.due_at, task.escalates_at, today(), Policy().snooze_longest)
    return latest if _waits(task) and latest > today() else None


async def _comments(session: AsyncSession, task_id: UUID) -> Sequence[TaskComment]:
    found = select(TaskComment).where(col(TaskComment.task_id) == task_id)
    order = (col(TaskComment.at), col(TaskComment.comment_id))
    return (await session.scalars(found.order_by(*order))).all()


async def show_task(
    ctx: Context, session: AsyncSession, principal: Principal, task_id: UUID
) -> views.TaskView:
    """One task, with what the caller may do with it. Raises Problem.

    Its comments are for the agency whose task it is, and for the ward.
    """
    task, case = await visible_task(session, principal, task_id)
    strand = await session.get(Strand, task.workflow_id)
    persons = (
        await session.scalars(
            select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case.case_id)
        )
    ).all()
    acts = await next_acts(
        session, principal, [strand] if strand and task.closed_at is None else [], [task], persons
    )
    theirs = sees_all(principal) or task.agency == principal.agency
    comments = await _comments(session, task_id) if theirs else []
    names = await Names.of(
        session,
        [task.assignee, task.closed_by]
        + [sub for comment in comments for sub in (comment.by, comment.assignee)],
    )
    return views.TaskView(
        **dict(task_view(task, case, names)),
        next=tuple(act for act in acts if act.task_id == task.task_id),
        snooze_latest=_latest(task),
        comments=[
            views.Comment(
                at=comment.at,
                by=names.staff(comment.by),
                what=comment.what,
                assignee=names.maybe(comment.assignee),
                text=await ctx.vault.open(session, "case", case.case_id, comment.sealed)
                if comment.sealed
                else None,
            )
            for comment in comments
        ],
    )
