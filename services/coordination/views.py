"""The shapes in which people and programs read coordination: exactly the JSON of the API."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import pydantic
from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Target(View):
    """A workflow of a case: `case` with the case's own id, or one of its children."""

    kind: Literal["case", "meeting", "plan", "outreach", "referral", "placement", "handover"]
    id: UUID


class Staff(View):
    sub: str
    name: str | None = None


class Choice(View):
    value: str
    label: str


class Field(View):
    """One field of an act's form."""

    name: str
    label: str
    type: Literal[
        "text",
        "choice",
        "choices",
        "agency",
        "agencies",
        "roles",
        "person",
        "yes-no",
        "date",
        "datetime",
        "uuid",
        "code",
        "codes",
    ]
    required: bool
    private: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    min_items: int = 0


class Exit(View):
    state: str
    label: str


class AllowedAct(View):
    """Something the caller may do now, with its form."""

    act: str
    label: str
    target: Target
    task_id: UUID | None = None
    leads_to: tuple[Exit, ...]
    fields: tuple[Field, ...]
    schema_: dict[str, Any] = pydantic.Field(alias="schema")

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)


class Waiting(View):
    """Why a case waits, for whom, until when."""

    line: str
    asks: str | None = None
    role: str | None = None
    role_label: str | None = None
    agency: str | None = None
    agency_name: str | None = None
    until: datetime | None = None
    overdue: bool = False


class CaseRow(View):
    case_id: UUID
    receipt_number: str
    channel: str
    channel_label: str
    programme_no: int
    basic_area: str | None
    received_on: date
    urgent: bool
    state: str
    state_label: str
    track: Literal["main", "sk"]
    since: datetime
    episode: int
    coordinator: Staff | None
    coordinator_agency: str
    coordinator_agency_name: str
    lead_agency: str | None
    closure_reason: str | None
    closure_reason_label: str | None
    waiting: Waiting


class CasePage(View):
    items: tuple[CaseRow, ...]
    next: str | None = None


class Comment(View):
    at: datetime
    by: Staff
    assignee: Staff | None = None
    text: str | None = None


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


class TaskCounts(View):
    """Of the open tasks that the caller may see and that the filter's other terms allow."""

    open: int
    overdue: int
    today: int
    unassigned: int
    mine: int


class TaskPage(View):
    items: tuple[Task, ...]
    next: str | None = None
    counts: TaskCounts


class Life(View):
    kind: str
    id: UUID
    workflow_id: str
    state: str
    label: str
    since: datetime
    waits_until: datetime | None
    open: bool


class Member(View):
    agency: str
    agency_name: str
    role: str
    role_label: str
    since: datetime
    until: datetime | None


class AttendeeView(View):
    agency: str
    agency_name: str
    acknowledged_at: datetime | None
    sheet_at: datetime | None
    present: bool | None


class MeetingView(View):
    meeting_id: UUID
    legal_basis: str
    legal_basis_label: str
    starts_at: datetime
    venue: str
    state: str
    state_label: str
    held_at: datetime | None
    verdict: str | None
    verdict_label: str | None
    decision: str | None
    decision_label: str | None
    attendees: tuple[AttendeeView, ...]
    minutes_approved_at: datetime | None


class RoleView(View):
    agency: str
    agency_name: str
    role: str
    role_label: str


class MonitoringView(View):
    at: datetime
    result: str
    result_label: str
    on_paper: bool


class PlanView(View):
    plan_id: UUID
    kind: str
    kind_label: str
    version: int
    state: str
    state_label: str
    author: Staff
    current: bool
    prepared: bool
    starts_on: date
    ends_on: date
    participation: bool
    outreach: bool
    adopted_at: datetime | None
    decided_by: Staff | None
    decided_at: datetime | None
    roles: tuple[RoleView, ...]
    monitorings: tuple[MonitoringView, ...]


class ReferralView(View):
    referral_id: UUID
    agency: str
    agency_name: str
    sole: bool
    state: str
    state_label: str
    asked_at: datetime
    answered_at: datetime | None
    finished_at: datetime | None
    reason: str | None
    result: str | None


class PlacementView(View):
    placement_id: UUID
    person_id: UUID
    kinds: tuple[str, ...]
    daily_area: str | None
    state: str
    state_label: str
    resource_id: UUID | None
    started_at: datetime
    linked_on: date | None
    ended_at: datetime | None
    end_reason: str | None


class ContactView(View):
    contact_id: UUID
    agency: str
    agency_name: str
    on: date
    method: str
    method_label: str
    outcome: str
    outcome_label: str
    first: bool


class CaseView(CaseRow):
    """Everything the case page shows; texts and persons are read apart."""

    intake_id: UUID
    merged_into: UUID | None
    persons: tuple[UUID, ...]
    next: tuple[AllowedAct, ...]
    tasks: tuple[Task, ...]
    lives: tuple[Life, ...]
    team: tuple[Member, ...]
    meetings: tuple[MeetingView, ...]
    plans: tuple[PlanView, ...]
    referrals: tuple[ReferralView, ...]
    placements: tuple[PlacementView, ...]
    contacts: tuple[ContactView, ...]
    links: dict[str, str]


class Entry(View):
    entry_id: UUID
    at: datetime
    kind: str
    kind_label: str
    target: Target
    act: str | None
    act_label: str | None
    cause: str | None
    cause_label: str | None
    came_from: str | None
    came_from_label: str | None
    state: str
    state_label: str
    result: str | None
    by: Staff | None
    agency: str | None
    line: str


class TimelinePage(View):
    items: tuple[Entry, ...]
    next: str | None = None


class ConsentView(View):
    consent_id: UUID
    kind: str
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    given_by: str
    relation: str | None
    method: str
    form_version: str
    text_hash: str
    obtained_at: datetime
    expires_on: date | None
    withdrawn_at: datetime | None
    live: bool


class RefusalView(View):
    kind: str
    reason: str
    reason_label: str
    at: datetime
    by: Staff


class PersonConsents(View):
    person_id: UUID
    sharing: ConsentView | None
    support: ConsentView | None
    history: tuple[ConsentView, ...]
    refusals: tuple[RefusalView, ...]


class Persons(View):
    items: tuple[PersonConsents, ...]


class Record(View):
    """One private text, opened for somebody who may read it."""

    record_id: str
    field: str
    label: str
    act: str
    act_label: str
    target: Target
    text: str | None
    by: Staff
    agency: str | None
    at: datetime
    legal_basis: str | None


class ClosedRecords(View):
    """Papers that the caller may not open, and why."""

    meeting_id: UUID | None
    reason: Literal[
        "secrecy-not-acknowledged", "consent-missing", "not-an-attendee", "papers-closed"
    ]


class Records(View):
    items: tuple[Record, ...]
    closed: tuple[ClosedRecords, ...]


class DisclosureView(View):
    what: str
    to: str
    to_name: str
    legal_basis: str
    legal_basis_label: str
    meeting_id: UUID | None
    by: Staff
    at: datetime


class Disclosures(View):
    items: tuple[DisclosureView, ...]


class StaffRow(View):
    sub: str
    name: str | None
    roles: tuple[str, ...]
    agency: str | None


class StaffList(View):
    items: tuple[StaffRow, ...]


class ConsentForm(View):
    form_version: str
    text: str
    text_hash: str


class ConsentForms(View):
    items: tuple[ConsentForm, ...]


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
