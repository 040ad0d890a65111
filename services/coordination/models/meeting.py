"""Meetings of either kind, and who attends them (process A3)."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Table


class Meeting(Table, table=True):
    """One meeting; its legal basis is mandatory."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("legal_basis IN ('consent', 'law-106-6')", name="legal_basis"),
        CheckConstraint("minutes_approved_by <> held_by", name="approver_is_not_author"),
        CheckConstraint(
            "minutes_approved_by <> minutes_drafted_by", name="minutes_approver_is_not_author"
        ),
        Index("ix_meeting_case", "case_id"),
    )

    meeting_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    legal_basis: str
    starts_at: Instant | None = None
    """None while a date is looked for."""
    venue: str
    scheduled_by: str
    organiser: str | None = None
    """The agency that organises it by the rule of its legal basis (process A3)."""
    chair: str | None = None
    sitting_id: UUID | None = Field(default=None, foreign_key="sitting.sitting_id", index=True)
    sequence: int = 0
    """How often the invitation was changed; iCalendar's SEQUENCE."""
    poll_round: int = 0
    """The latest round of proposed dates; 0: it began with a fixed date."""
    chosen_why: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    """Reasons for the chosen date, as codes of `slots`."""
    minutes_drafted_at: Instant | None = None
    minutes_drafted_by: str | None = None
    held_at: Instant | None = None
    held_by: str | None = None
    verdict: str | None = None
    decision: str | None = None
    decided_agency: str | None = None
    statutory_meeting: str | None = None
    minutes_approved_at: Instant | None = None
    minutes_approved_by: str | None = None
    minutes_unread: bool = False
    """Of a 支援会議: whoever approved was not let into it, and has approved the decision alone."""
    acts_until: Instant | None = None
    """Until when アンケート and 地域課題 are taken; known once the minutes are approved."""
    papers_close_at: Instant | None = None
    """When the papers of a 支援会議 close by themselves; known once its minutes are approved."""
    papers_closed_at: Instant | None = None
    """When they were closed. After that nobody opens them; the decision stays."""


class Attendee(Table, table=True):
    """An agency invited to a meeting."""

    __tablename__ = "meeting_attendee"
    __table_args__ = (Index("ix_meeting_attendee_agency", "agency", "meeting_id"),)

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    agency: str = Field(primary_key=True)
    role: str = "member"
    """member · supervisor."""
    acknowledged_at: Instant | None = None
    """Of the duty of secrecy for this very meeting; without it, no papers."""
    acknowledged_by: str | None = None
    sheet_at: Instant | None = None
    """When the 準備シート came in; its texts lie with the command that brought it."""
    present: bool | None = None


class SecrecyAcknowledgement(Table, table=True):
    """One person's word on secrecy for one 支援会議: whoever gave it, and was not absent, is an
    attendee. An agency's word that somebody else recorded binds the agency and opens nothing."""

    __tablename__ = "secrecy_acknowledgement"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    sub: str = Field(primary_key=True)
    agency: str
    at: Instant


class PaperCopy(Table, table=True):
    """A numbered copy of a 支援会議's papers, made for print by one attendee."""

    __tablename__ = "paper_copy"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sub: str
    agency: str | None = None
    at: Instant


class SupportRequest(Table, table=True):
    """支援会議の開催依頼: who asked why, and what the ward answered."""

    __tablename__ = "support_request"

    request_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    reason: str
    asked_by: str
    agency: str | None = None
    asked_at: Instant
    accepted: bool | None = None
    answered_by: str | None = None
    answered_at: Instant | None = None
