"""The worklist, and what came of an act."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from contracts.message import Private
from services.coordination.views.act import AllowedAct, Staff, Target, View
from services.coordination.views.row import CaseRow


class Comment(View):
    at: datetime
    by: Staff
    what: Literal["assigned", "commented", "snoozed", "woken"] = "assigned"
    assignee: Staff | None = None
    text: Private = None


class Task(View):
    task_id: UUID
    case_id: UUID
    receipt_number: str
    case_state: str
    case_state_label: str
    target: Target
    workflow_id: str
    target_state: str
    target_state_label: str
    state: Literal["open", "closed"]
    asks: str
    owner: str
    owner_label: str
    agency: str
    agency_name: str
    assignee: Staff | None
    acts: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    due_in_business_days: int | None = None
    """Open days left: 0 on the day itself, negative once it is over."""
    escalates_at: datetime | None = None
    snoozed_until: datetime | None = None
    snooze_reason: str | None = None
    snooze_reason_label: str | None = None
    rests_since: datetime | None = None
    """Its case is suspended: once that goes on, it is due as much later."""
    reminded_at: datetime | None
    escalated_at: datetime | None
    escalated_to: str | None
    closed_at: datetime | None
    closed_by: Staff | None
    closing_act: str | None
    closing_act_label: str | None


class TaskView(Task):
    next: tuple[AllowedAct, ...]
    comments: tuple[Comment, ...]
    snooze_latest: date | None = None
    """The last day until which it may be laid aside; None if it may not be."""


class TaskCounts(View):
    """Of the open tasks that the caller may see and that the filter's other terms allow."""

    open: int
    overdue: int
    today: int
    unassigned: int
    mine: int
    team: int
    coming: int
    escalated: int
    snoozed: int
    """Laid aside, or resting with a suspended case; in no other count than `open`."""


class TaskPage(View):
    items: tuple[Task, ...]
    next: str | None = None
    counts: TaskCounts


class FiscalYearTask(View):
    """Something to be done about a year's figures: 確定値の提案, its approval, 公表."""

    fiscal_year: int
    label: str
    state: str
    state_label: str
    asks: str
    owner: str
    owner_label: str
    since: datetime
    due_at: datetime | None
    overdue: bool
    waits_for_another: bool
    """The caller proposed the figures: somebody else approves them."""


class RefusedCommand(View):
    code: str
    details: dict[str, Any]


class CommandView(View):
    """A command and what became of it."""

    command_id: UUID
    case_id: UUID
    act: str
    target: Target
    status: Literal["pending", "applied", "refused"]
    state: str | None = None
    refusal: RefusedCommand | None = None
    created_at: datetime
    settled_at: datetime | None = None
    case: CaseRow
    tasks: tuple[Task, ...]
    links: dict[str, str]
