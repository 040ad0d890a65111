"""The worklist: every wait for a person."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.writing import Write
from services.coordination import reading, views
from services.coordination.api.cases import PREFIX, Page
from services.coordination.assigning import assign_case, assign_task
from services.coordination.snooze import SnoozeReason
from services.coordination.tending import comment_on_task, snooze_task, wake_task

router = APIRouter(prefix=PREFIX, tags=["作業一覧 / worklist"])


class TaskAssignment(BaseModel):
    """Who a task is for: a person's `sub`, `me`, or nobody (null)."""

    model_config = ConfigDict(extra="forbid")

    assignee: str | None = Field(max_length=200)
    comment: str | None = Field(default=None, max_length=2000)


class Snooze(BaseModel):
    """Until the beginning of which day a task is laid aside, and why."""

    model_config = ConfigDict(extra="forbid")

    until: date
    reason: SnoozeReason
    comment: str | None = Field(default=None, max_length=2000)


class TaskWords(BaseModel):
    model_config = ConfigDict(extra="forbid")

    comment: str = Field(min_length=1, max_length=2000)


class CaseAssignment(BaseModel):
    """Who is in charge of a case: a person's `sub`, or `me`."""

    model_config = ConfigDict(extra="forbid")

    coordinator: str = Field(max_length=200)


@router.get("/tasks", summary="作業の一覧 / Find tasks")
async def find_tasks(
    session: Session,
    caller: Caller,
    state: Literal["open", "closed"] = "open",
    mine: bool = False,
    agency: str | None = None,
    role: str | None = None,
    overdue: bool = False,
    today: bool = False,
    unassigned: bool = False,
    case_id: UUID | None = None,
    after: str | None = None,
    limit: Page = 50,
    team: bool = False,
    coming: bool = False,
    escalated: bool = False,
    snoozed: bool | None = None,
) -> views.TaskPage:
    """期限の近い順に返します。By due date; closed ones with the latest first.

    `team`: of the caller's agency. `coming`: due within the next business days. `snoozed`: only
    those laid aside (true) or none of them (false).
    """
    chosen = reading.TaskFilter(
        state,
        mine,
        agency,
        role,
        overdue,
        today,
        unassigned,
        case_id,
        after,
        limit,
        team,
        coming,
        escalated,
        snoozed,
    )
    return await reading.find_tasks(session, caller, chosen)


@router.get("/fiscal-year-tasks", summary="年度の数値の作業 / What waits in the figures of years")
async def fiscal_year_tasks(session: Session, caller: Caller) -> tuple[views.FiscalYearTask, ...]:
    """Whatever the caller may end: propose, approve, publish. The acts are the indicators'."""
    return await reading.list_fiscal_year_tasks(session, caller)


@router.get("/tasks/{task_id}", summary="作業の詳細 / One task")
async def show_task(ctx: Ctx, session: Session, caller: Caller, task_id: UUID) -> views.TaskView:
    return await reading.show_task(ctx, session, caller, task_id)


@router.post("/tasks/{task_id}/assign", summary="作業の割当 / Assign a task")
async def assign(
    ctx: Ctx, session: Session, caller: Caller, task_id: UUID, to: TaskAssignment
) -> views.TaskView:
    return await assign_task(ctx, session, caller, task_id, to.assignee, to.comment)


@router.post("/tasks/{task_id}/snooze", summary="あとに回す / Lay a task aside")
async def snooze(
    ctx: Ctx, session: Session, caller: Caller, task_id: UUID, sent: Snooze
) -> views.TaskView:
    """期限・上申の日を越えては回せません。Never past its deadline or its escalation."""
    return await snooze_task(ctx, session, caller, task_id, sent.until, sent.reason, sent.comment)


@router.post("/tasks/{task_id}/wake", summary="一覧に戻す / Bring a task back")
async def wake(ctx: Ctx, session: Session, caller: Caller, task_id: UUID) -> views.TaskView:
    return await wake_task(ctx, session, caller, task_id)


@router.post(
    "/tasks/{task_id}/comments",
    summary="コメント / Say something about a task",
    response_model=views.TaskView,
)
async def comment(
    task_id: UUID,
    sent: TaskWords,
    write: Write,
) -> Response:
    async def act() -> views.TaskView:
        return await comment_on_task(write.ctx, write.session, write.caller, task_id, sent.comment)

    return await write.once(act)


@router.post("/cases/{case_id}/assign", summary="ケース担当の変更 / Put somebody in charge")
async def assign_coordinator(
    session: Session, caller: Caller, case_id: UUID, to: CaseAssignment
) -> views.CaseRow:
    return await assign_case(session, caller, case_id, to.coordinator)
