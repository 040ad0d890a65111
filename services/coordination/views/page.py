"""The case page: its lives, team, meetings, plans, referrals, placements."""

from datetime import date, datetime
from uuid import UUID

from services.coordination.views.act import AllowedAct, Staff, View
from services.coordination.views.duty import DutyView
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


class GoalView(View):
    """One goal of a plan. Its words are among the records: `<content_id>/goals.<n>.text`."""

    number: int
    term: str
    term_label: str
    review_on: date | None
    progress: str | None
    """As it was seen last."""
    progress_label: str | None


class PlanTaskView(View):
    """取組. Its words are among the records: `<content_id>/tasks.<n>.text`."""

    number: int
    agency: str
    agency_name: str
    what: str
    what_label: str
    due_on: date
    duty_id: UUID | None
    """What was taken on at a meeting and is this task now."""
    errand_id: UUID
    result: str | None
    """done · not-possible · stopped; None while it is open or not begun."""
    result_label: str | None


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
    episode: int
    revision: int
    """第何稿."""
    content_id: UUID | None
    """The act whose private texts are the words of this paper."""
    previous_plan_id: UUID | None
    renewal: bool
    """再プラン, or 新規 in its episode."""
    issues: tuple[str, ...]
    issue_labels: tuple[str, ...]
    goals: tuple[GoalView, ...]
    tasks: tuple[PlanTaskView, ...]
    monitoring_on: tuple[date, ...]


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
    result_label: str | None
    reason_label: str | None
    due_on: date | None
    began_at: datetime | None
    reports: tuple[date, ...]
    """経過の報告."""
    referrers: tuple["ReferrerView", ...]


class ReferrerView(View):
    """Who waits to hear how it ended, and whether it was told or withheld for want of consent."""

    agency: str
    agency_name: str
    told: str | None
    told_at: datetime | None


class PaperView(View):
    item: str
    label: str
    required: bool
    legal_basis: str | None
    """None: not handed over yet."""
    at: datetime | None


class HandoverView(View):
    """制度切替の引継ぎ: whose, when, between whom, and which papers went along."""

    handover_id: UUID
    person_id: UUID | None
    age: int | None
    reached_on: date | None
    state: str
    state_label: str
    giving: str | None
    giving_name: str | None
    giving_at: datetime | None
    receiving: str | None
    receiving_name: str | None
    receiving_at: datetime | None
    papers: tuple[PaperView, ...]
    done_at: datetime | None


class ErrandView(View):
    errand_id: UUID
    topic: str
    asks: str
    agency: str | None
    agency_name: str | None
    person_id: UUID | None
    due_on: date | None
    state: str
    state_label: str
    result: str | None


class TransferView(View):
    transfer_id: UUID
    from_agency_name: str
    to_agency_name: str
    reason: str
    reason_label: str
    proposed_by: Staff
    proposed_at: datetime
    state: str
    state_label: str
    decline_reason: str | None
    answered_at: datetime | None


class SuspensionView(View):
    reason: str
    began_at: datetime
    resume_when: tuple[str, ...]
    resume_labels: tuple[str, ...]
    review_on: date | None
    condition_met: bool | None
    """As it was seen last; None: not looked at yet."""


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
    handovers: tuple[HandoverView, ...]
    errands: tuple[ErrandView, ...]
    duties: tuple[DutyView, ...]
    """Of its meetings, as far as the caller sees them."""
    transfers: tuple[TransferView, ...]
    suspension: SuspensionView | None
    links: dict[str, str]
