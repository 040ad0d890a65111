"""The worklist: mine, my team's, nobody's, overdue, due today, coming, laid aside."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, join, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts import catalogue
from contracts.calendar import add_business_days, today
from contracts.policies import Policy
from services.coordination import views
from services.coordination.models import CaseFile, Task
from services.coordination.permissions import WHOLE_WARD, sees_all, visible, works_with_cases
from services.coordination.reading.paging import Cursor, no_case_work
from services.coordination.reading.tasks import day_begins, task_views

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
    team: bool = False
    coming: bool = False
    escalated: bool = False
    snoozed: bool | None = None
    """Only those laid aside, or all but those; None: either."""


def _seen(principal: Principal) -> ColumnElement[bool]:
    """An agency's staff see the tasks of their agency."""
    if sees_all(principal):
        return visible(principal)
    return and_(visible(principal), col(Task.agency) == principal.agency)


OPEN = col(Task.closed_at).is_(None)


WAITS = and_(OPEN, col(Task.rests_since).is_(None))
"""Open, and its case not suspended."""


def _overdue() -> ColumnElement[bool]:
    return and_(WAITS, col(Task.due_at) < day_begins(today()))


def _due_today() -> ColumnElement[bool]:
    return _due_from_to(today(), today())


def _coming() -> ColumnElement[bool]:
    """Due on the next business days, tomorrow included."""
    ahead = Policy().worklist_ahead.count
    tomorrow = date.fromordinal(today().toordinal() + 1)
    return _due_from_to(tomorrow, add_business_days(today(), ahead))


def _due_from_to(first: date, last: date) -> ColumnElement[bool]:
    ends = date.fromordinal(last.toordinal() + 1)
    return and_(WAITS, col(Task.due_at) >= day_begins(first), col(Task.due_at) < day_begins(ends))


def _snoozed() -> ColumnElement[bool]:
    """Laid aside by somebody, or resting with its case."""
    aside = func.coalesce(col(Task.snoozed_until) > func.now(), false())
    return and_(OPEN, or_(aside, col(Task.rests_since).is_not(None)))


def _escalated() -> ColumnElement[bool]:
    return and_(OPEN, col(Task.escalated_at).is_not(None))


def _team(principal: Principal) -> ColumnElement[bool]:
    """Tasks of the caller's agency; in an office of the whole ward, those of its roles too."""
    own = col(Task.agency) == principal.agency
    office = catalogue.agency(principal.agency or "", today())
    if not sees_all(principal) or (office is not None and office.basic_area is not None):
        return own
    held = [role for role in WHOLE_WARD if principal.has(role)]
    return or_(own, col(Task.owner).in_(held))


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
    if chosen.team:
        terms.append(_team(principal))
    if chosen.coming:
        terms.append(_coming())
    if chosen.escalated:
        terms.append(_escalated())
    if chosen.snoozed is not None:
        terms.append(_snoozed() if chosen.snoozed else not_(_snoozed()))
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
    """How many tasks each view has, of those that the filter's other terms allow."""
    others = TaskFilter(agency=chosen.agency, role=chosen.role, case_id=chosen.case_id)
    at_hand = not_(_snoozed())
    row = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(_overdue(), at_hand),
                func.count().filter(_due_today(), at_hand),
                func.count().filter(col(Task.assignee).is_(None), at_hand),
                func.count().filter(col(Task.assignee) == principal.sub, at_hand),
                func.count().filter(_team(principal), at_hand),
                func.count().filter(_coming(), at_hand),
                func.count().filter(_escalated(), at_hand),
                func.count().filter(_snoozed()),
            )
            .select_from(_tasks_seen(principal))
            .where(*_chosen(principal, others))
        )
    ).one()
    names = ("open", "overdue", "today", "unassigned", "mine", "team", "coming", "escalated")
    return views.TaskCounts(**dict(zip((*names, "snoozed"), row, strict=True)))


def _tasks_seen(principal: Principal) -> Any:
    """Tasks, with their cases only where what may be seen depends on the case."""
    if sees_all(principal):
        return Task
    return join(Task, CaseFile, col(CaseFile.case_id) == col(Task.case_id))
