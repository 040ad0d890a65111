"""The worklist: mine, my agency's, overdue, due today, nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.context import Context
from contracts.calendar import TOKYO, today
from services.coordination import labels, problems, views
from services.coordination.models import CaseFile, CasePerson, Strand, Task, TaskComment
from services.coordination.permissions import sees_all, visible, works_with_cases
from services.coordination.reading.names import Names
from services.coordination.reading.next_acts import next_acts
from services.coordination.reading.paging import Cursor, no_case_work

MOST = 200


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks. Open ones come by their due date, closed ones with the latest first."""

    state: Literal["open", "closed"] = "open"
    mine: bool = False
    agency: str | None = None
    role: str | None = None
    overdue: bool = False
    today: bool = False
    unassigned: bool = False
    case_id: UUID | None = None
    after: str | None = None
    limit: int = 50


def day_begins(on: date) -> datetime:
    """The instant at which a day begins in Tokyo."""
    return datetime.combine(on, time(), TOKYO)


def _seen(principal: Principal) -> ColumnElement[bool]:
    """An agency's staff see the tasks of their agency."""
    if sees_all(principal):
        return visible(principal)
    return and_(visible(principal), col(Task.agency) == principal.agency)


OPEN = col(Task.closed_at).is_(None)


def _overdue() -> ColumnElement[bool]:
    return and_(OPEN, col(Task.due_at) < day_begins(today()))


def _due_today() -> ColumnElement[bool]:
    begins = day_begins(today())
    ends = datetime.combine(today(), time.max, TOKYO)
    return and_(OPEN, col(Task.due_at) >= begins, col(Task.due_at) <= ends)


def _chosen(principal: Principal, chosen: TaskFilter) -> list[ColumnElement[bool]]:
    terms = [_seen(principal), OPEN if chosen.state == "open" else col(Task.closed_at).is_not(None)]
    if chosen.mine:
        terms.append(col(Task.assignee) == principal.sub)
    if chosen.agency:
        terms.append(col(Task.agency) == chosen.agency)
    if chosen.role:
        terms.append(col(Task.owner) == chosen.role)
    if chosen.overdue:
        terms.append(_overdue())
    if chosen.today:
        terms.append(_due_today())
    if chosen.unassigned:
        terms.append(col(Task.assignee).is_(None))
    if chosen.case_id:
        terms.append(col(Task.case_id) == chosen.case_id)
    return terms


FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a task without a due date stands in the order."""


async def find_tasks(
    session: AsyncSession, principal: Principal, chosen: TaskFilter
) -> views.TaskPage:
    """A page of the worklist, with the counts of its tabs. Raises Problem 403."""
    if not works_with_cases(principal):
        raise no_case_work()
    limit = max(1, min(chosen.limit, MOST))
    place: ColumnElement[Any] = func.coalesce(col(Task.due_at), FAR)
    order: list[ColumnElement[Any]] = [place.asc(), col(Task.task_id).asc()]
    terms = _chosen(principal, chosen)
    if chosen.state == "closed":
        place = func.coalesce(col(Task.closed_at), FAR)
        order = [place.desc(), col(Task.task_id).desc()]
    if chosen.after:
        at, last = Cursor.read(chosen.after)
        here = or_(place > at, and_(place == at, col(Task.task_id) > last))
        if chosen.state == "closed":
            here = or_(place < at, and_(place == at, col(Task.task_id) < last))
        terms.append(here)
    rows = (
        await session.execute(
            select(Task, CaseFile)
            .join(CaseFile, col(CaseFile.case_id) == col(Task.case_id))
            .where(*terms)
            .order_by(*order)
            .limit(limit + 1)
        )
    ).all()
    page = [(row[0], row[1]) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        last_task = page[-1][0]
        at = last_task.closed_at if chosen.state == "closed" else (last_task.due_at or FAR)
        following = Cursor.write(cast(datetime, at), last_task.task_id)
    return views.TaskPage(
        items=await task_views(session, page),
        next=following,
        counts=await _counts(session, principal, chosen),
    )


async def _counts(
    session: AsyncSession, principal: Principal, chosen: TaskFilter
) -> views.TaskCounts:
    terms = _chosen(
        principal,
        replace(chosen, state="open", mine=False, overdue=False, today=False, unassigned=False),
    )
    row = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(_overdue()),
                func.count().filter(_due_today()),
                func.count().filter(col(Task.assignee).is_(None)),
                func.count().filter(col(Task.assignee) == principal.sub),
            )
            .select_from(Task)
            .join(CaseFile, col(CaseFile.case_id) == col(Task.case_id))
            .where(*terms)
        )
    ).one()
    return views.TaskCounts(
        open=row[0], overdue=row[1], today=row[2], unassigned=row[3], mine=row[4]
    )


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
        agency_name=labels.agency(task.agency),
        assignee=names.maybe(task.assignee),
        acts=tuple(task.acts),
        opened_at=task.opened_at,
        due_at=task.due_at,
        overdue=task.closed_at is None and task.due_at is not None and task.due_at < begins,
        reminded_at=task.reminded_at,
        escalated_at=task.escalated_at,
        escalated_to=task.escalated_to,
        closed_at=task.closed_at,
        closed_by=names.maybe(task.closed_by),
        closing_act=task.closing_act,
        closing_act_label=labels.act(task.closing_act) if task.closing_act else None,
    )


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
        comments=[
            views.Comment(
                at=comment.at,
                by=names.staff(comment.by),
                assignee=names.maybe(comment.assignee),
                text=await ctx.vault.open(session, "case", case.case_id, comment.sealed)
                if comment.sealed
                else None,
            )
            for comment in comments
        ],
    )
