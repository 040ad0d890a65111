"""The case page: its lives, team, meetings, plans, referrals, placements."""

from datetime import date, datetime
from uuid import UUID

from services.coordination.views.act import AllowedAct, Staff, View
from services.coordination.views.issue import IssueView, StatutoryMeetingView
from services.coordination.views.row import CaseRow
from services.coordination.views.work import Task


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
    starts_at: datetime | None
    """None while a date is looked for."""
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


class GuardView(View):
    """A flag that stands on somebody of the household."""

    flag_id: UUID
    person_id: UUID
    kind: str
    label: str
    expires_on: date
    renewable_from: date | None


class CaseView(CaseRow):
    """Everything the case page shows; texts and persons are read apart."""

    intake_id: UUID
    merged_into: UUID | None
    persons: tuple[UUID, ...]
    members: tuple[UUID, ...] = ()
    """Of the household, but no subjects of the case."""
    flags: tuple[GuardView, ...] = ()
    next: tuple[AllowedAct, ...]
    tasks: tuple[Task, ...]
    lives: tuple[Life, ...]
    team: tuple[Member, ...]
    meetings: tuple[MeetingView, ...]
    plans: tuple[PlanView, ...]
    referrals: tuple[ReferralView, ...]
    placements: tuple[PlacementView, ...]
    contacts: tuple[ContactView, ...]
    statutory_meetings: tuple[StatutoryMeetingView, ...]
    issues: tuple[IssueView, ...]
    links: dict[str, str]
