"""The page of one meeting, and sittings of several cases."""

from datetime import datetime
from uuid import UUID

from services.coordination.views.act import AllowedAct, Choice, Staff, View
from services.coordination.views.duty import DutyView
from services.coordination.views.issue import IssueView
from services.coordination.views.page import MeetingView


class SlotView(View):
    """A proposed date with the answers to it, the best first."""

    starts_at: datetime
    yes: int
    if_needed: int
    no: int
    unanswered: int
    quorate: bool
    reasons: tuple[Choice, ...]
    answers: dict[str, str]
    """yes · if-needed · no, by agency."""


class FeedbackView(View):
    shared_view: str
    roles_clear: str
    time_fit: str
    by: Staff
    at: datetime


class LetterView(View):
    """A letter to an agency, and whether it went out."""

    mail_id: UUID
    what: str
    what_label: str
    agency: str
    agency_name: str
    status: str
    status_label: str
    written_at: datetime
    sent_at: datetime | None
    error: str | None


class SeatView(View):
    """An invited agency and what it has done for the meeting."""

    agency: str
    agency_name: str
    role: str
    role_label: str
    access: str
    answered: bool
    acknowledged_at: datetime | None
    sheet_at: datetime | None
    present: bool | None
    feedback: FeedbackView | None
    letter: LetterView | None
    """The latest one."""


class AdviceView(View):
    agency: str
    agency_name: str
    by: Staff
    at: datetime


class ReschedulingView(View):
    reason: str
    reason_label: str
    came_from: datetime | None
    to: datetime | None
    present: int | None
    by: Staff
    at: datetime


class MeetingPage(View):
    """One meeting; its texts are read apart. Whoever was not invited sees the decision alone."""

    case_id: UUID
    receipt_number: str
    meeting: MeetingView
    body: str
    organiser_label: str
    organiser: str | None
    organiser_name: str | None
    chair: str | None
    chair_name: str | None
    sitting_id: UUID | None
    sheets_due: datetime | None
    quorum: int
    crowded: bool
    """More agencies than a meeting of this legal basis should need."""
    hint: str
    whole: bool
    """Whether the caller sees more than the decision."""
    seats: tuple[SeatView, ...]
    poll_round: int
    slots: tuple[SlotView, ...]
    chosen_why: tuple[Choice, ...]
    reschedulings: tuple[ReschedulingView, ...]
    duties: tuple[DutyView, ...]
    advice: tuple[AdviceView, ...]
    issues: tuple[IssueView, ...]
    minutes_drafted_at: datetime | None
    minutes_drafted_by: Staff | None
    minutes_approved_by: Staff | None
    minutes_unread: bool
    """Whether the decision alone was approved, by somebody who was not let into the meeting."""
    next: tuple[AllowedAct, ...]


class SittingMeeting(View):
    """One of a sitting's cases, as far as the caller may see it."""

    meeting_id: UUID
    case_id: UUID
    receipt_number: str
    legal_basis: str
    legal_basis_label: str
    state: str
    state_label: str


class SittingView(View):
    sitting_id: UUID
    starts_at: datetime
    venue: str
    venue_label: str
    organiser: str
    organiser_name: str
    cancelled_at: datetime | None
    meetings: tuple[SittingMeeting, ...]


class SittingResult(View):
    """What an act on a whole sitting meant to one of its cases."""

    meeting_id: UUID
    case_id: UUID
    receipt_number: str
    status: str
    """applied · pending · refused."""
    status_label: str
    code: str | None
    """Of a refusal, for machines."""
    reason: str | None
    """The same for people."""
    state_label: str


class SittingActView(View):
    """An act on a whole sitting, with its result case by case."""

    sitting_act_id: UUID
    sitting_id: UUID
    act: str
    act_label: str
    by: Staff
    at: datetime
    results: tuple[SittingResult, ...]


class Sittings(View):
    items: tuple[SittingView, ...]


class Letters(View):
    """Letters that have not gone out: how many, since when, and what was wrong last."""

    count: int
    oldest_at: datetime | None
    last_error: str | None
    items: tuple[LetterView, ...]
