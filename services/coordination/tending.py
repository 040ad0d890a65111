"""Tending a task without doing it: laying it aside, bringing it back, saying something about it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem
from contracts.calendar import today, wareki
from contracts.policies import Policy
from services.coordination import problems, views
from services.coordination.models import CaseFile, Task
from services.coordination.permissions import sees_all
from services.coordination.reading.tasks import day_begins, show_task, visible_task
from services.coordination.snooze import SnoozeReason, latest_return
from services.coordination.store import snoozing
from services.coordination.store.cases import lock_case, remember_staff
from services.coordination.store.worklist import locked_task


async def snooze_task(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    task_id: UUID,
    until: date,
    reason: SnoozeReason,
    words: str | None = None,
) -> views.TaskView:
    """Lay a task aside until a day begins. Raises Problem 422 `snooze-too-long` or `-too-short`."""
    async with _tended(session, principal, task_id, words) as (task, case):
        limit = latest_return(task.due_at, task.escalates_at, today(), Policy().snooze_longest)
        if until <= today() or until > limit:
            raise _not_until(until, limit)
        snoozing.snooze(task, day_begins(until), principal.sub, reason)
        await _say(ctx, session, principal, case, task_id, "snoozed", words)
        await audit(
            session,
            principal,
            "task.snooze",
            "task",
            str(task_id),
            until=until.isoformat(),
            reason=reason,
        )
    return await show_task(ctx, session, principal, task_id)


async def wake_task(
    ctx: Context, session: AsyncSession, principal: Principal, task_id: UUID
) -> views.TaskView:
    """Bring a task back to the lists now. Raises Problem."""
    async with _tended(session, principal, task_id, None) as (task, case):
        if task.snoozed_until is not None:
            snoozing.wake(task)
            await _say(ctx, session, principal, case, task_id, "woken", None)
            await audit(session, principal, "task.wake", "task", str(task_id))
    return await show_task(ctx, session, principal, task_id)


async def comment_on_task(
    ctx: Context, session: AsyncSession, principal: Principal, task_id: UUID, words: str
) -> views.TaskView:
    """Say something about an open task, for those whose task it is. Raises Problem."""
    async with _tended(session, principal, task_id, words) as (_, case):
        await _say(ctx, session, principal, case, task_id, "commented", words)
        await audit(session, principal, "task.comment", "task", str(task_id))
    return await show_task(ctx, session, principal, task_id)


@asynccontextmanager
async def _tended(
    session: AsyncSession, principal: Principal, task_id: UUID, words: str | None
) -> AsyncIterator[tuple[Task, CaseFile]]:
    """An open task of the caller's own agency, or any for the ward's staff; it is locked."""
    found, case = await visible_task(session, principal, task_id)
    if not sees_all(principal) and found.agency != principal.agency:
        raise problems.not_your_agency()
    refuse_my_number({"comment": words or ""})
    await remember_staff(session, principal)
    await lock_case(session, case.case_id)
    task = await locked_task(session, task_id)
    if task is None:
        raise problems.not_found()
    if task.closed_at is not None:
        raise await problems.task_done(session, task)
    yield task, case
    await session.flush()


async def _say(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    case: CaseFile,
    task_id: UUID,
    what: str,
    words: str | None,
) -> None:
    await snoozing.comment(
        session,
        ctx.vault,
        case,
        task_id,
        what=what,
        by=principal.sub,
        at=datetime.now(UTC),
        words=words,
    )


def _not_until(until: date, limit: date) -> Problem:
    if until <= today():
        ja, code = "明日以降の日を指定してください", "snooze-too-short"
        en = "Name a day after today"
    elif limit <= today():
        ja, code = "期限または上申の日が来ているため、あとに回せません", "snooze-too-long"
        en = "The deadline or the escalation has come; it cannot be laid aside"
    else:
        ja, code = f"期限・上申の日({wareki(limit)})より後には回せません", "snooze-too-long"
        en = f"Not past the deadline or the escalation ({limit.isoformat()})"
    return Problem(
        422,
        code,
        ja=ja,
        en=en,
        field="until",
        latest=limit.isoformat(),
        errors=[{"field": "until", "code": code, "ja": ja, "en": en}],
    )
