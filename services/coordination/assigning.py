"""Giving work to people: an audited act, and it survives the steps of the workflow."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from chassis.problems import Problem
from services.coordination import problems, views
from services.coordination.models import Staff
from services.coordination.permissions import sees_all
from services.coordination.reading.cases import case_rows, visible_case
from services.coordination.reading.tasks import show_task, visible_task
from services.coordination.store import snoozing
from services.coordination.store.cases import lock_case, remember_staff
from services.coordination.store.worklist import locked_task, name_coordinator, show_waiting

ME = "me"


async def assign_task(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    task_id: UUID,
    assignee: str | None,
    comment: str | None = None,
) -> views.TaskView:
    """Give a task to somebody, or back to all (None). Raises Problem."""
    task, case = await visible_task(session, principal, task_id)
    await remember_staff(session, principal)
    sub = principal.sub if assignee == ME else assignee
    await _may_assign(session, principal, task.agency, sub)
    await lock_case(session, case.case_id)
    locked = await locked_task(session, task_id)
    if locked is None:
        raise problems.not_found()
    if locked.closed_at is not None:
        raise await problems.task_done(session, locked)
    locked.assignee = sub
    if locked.snoozed_until is not None:
        # Whoever gets it now has not chosen to put it off.
        snoozing.wake(locked)
    await snoozing.comment(
        session,
        ctx.vault,
        case,
        task_id,
        what="assigned",
        by=principal.sub,
        at=datetime.now(UTC),
        words=comment,
        assignee=sub,
    )
    await show_waiting(session, case)
    await audit(session, principal, "task.assign", "task", str(task_id), assignee=sub)
    await session.flush()
    return await show_task(ctx, session, principal, task_id)


async def _may_assign(
    session: AsyncSession, principal: Principal, agency: str, sub: str | None
) -> None:
    """The ward's staff give work to anybody known; an agency's to its own people."""
    staff = await session.get(Staff, sub) if sub else None
    if sub is not None and staff is None:
        raise Problem(
            422,
            "unknown-staff",
            ja="この職員は登録されていません",
            en="Nobody is known by this name",
            field="assignee",
        )
    if sees_all(principal):
        return
    if agency != principal.agency or (staff is not None and staff.agency != principal.agency):
        raise problems.not_your_agency()


async def assign_case(
    session: AsyncSession, principal: Principal, case_id: UUID, coordinator: str
) -> views.CaseRow:
    """Put a 調整担当 in charge of a case. Raises Problem."""
    if not principal.has("coordinator", "manager"):
        raise not_allowed()
    await visible_case(session, principal, case_id)
    await remember_staff(session, principal)
    sub = principal.sub if coordinator == ME else coordinator
    await _may_assign(session, principal, "", sub)
    case = await lock_case(session, case_id)
    if case is None:
        raise problems.not_found()
    await name_coordinator(session, case, sub)
    await audit(session, principal, "case.assign", "case", str(case_id), coordinator=sub)
    await session.flush()
    return (await case_rows(session, [case]))[0]
