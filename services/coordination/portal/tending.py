"""A task laid aside, brought back, or commented on, from its page."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx
from chassis.problems import Problem
from contracts.calendar import wareki
from services.coordination.portal.access import Sent, Submission
from services.coordination.portal.pages import see
from services.coordination.portal.worklist import Tended, task_page
from services.coordination.snooze import SnoozeReason
from services.coordination.tending import comment_on_task, snooze_task, wake_task

router = APIRouter()

UNREADABLE = "戻す日と理由を選んでください"


@router.post("/tasks/{task_id}/snooze")
async def snooze(sent: Sent, ctx: Ctx, request: Request, task_id: UUID) -> Response:
    """Lays a task aside; where that may not be, the page says why and keeps what was typed."""
    try:
        until = date.fromisoformat(sent.text("until"))
        reason = SnoozeReason(sent.text("reason"))
    except ValueError:
        return await _again(sent, ctx, request, task_id, UNREADABLE)
    try:
        async with ctx.database.transaction() as session:
            words = sent.text("comment") or None
            await snooze_task(ctx, session, sent.viewer.principal, task_id, until, reason, words)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await _again(sent, ctx, request, task_id, problem.ja)
    return see(request, f"/tasks/{task_id}", f"{wareki(until)}まで、あとに回しました")


async def _again(
    sent: Submission, ctx: Ctx, request: Request, task_id: UUID, error: str
) -> Response:
    typed = Tended(sent.text("until"), sent.text("reason"), sent.text("comment"), error)
    async with ctx.database.transaction() as session:
        return await task_page(
            request, sent.viewer, ctx, session, task_id, status=422, tended=typed
        )


@router.post("/tasks/{task_id}/wake")
async def wake(sent: Sent, ctx: Ctx, request: Request, task_id: UUID) -> Response:
    async with ctx.database.transaction() as session:
        await wake_task(ctx, session, sent.viewer.principal, task_id)
    return see(request, f"/tasks/{task_id}", "一覧に戻しました")


@router.post("/tasks/{task_id}/comments")
async def comment(sent: Sent, ctx: Ctx, request: Request, task_id: UUID) -> Response:
    words = sent.text("comment")
    if words:
        async with ctx.database.transaction() as session:
            await comment_on_task(ctx, session, sent.viewer.principal, task_id, words)
    return see(request, f"/tasks/{task_id}", "コメントを記録しました" if words else None)
