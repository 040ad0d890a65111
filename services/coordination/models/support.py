"""What is done for people: contacts, progress, referrals, placements, handovers, closing."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Table


class Contact(Table, table=True):
    """One rung of the attempt ladder (process A7)."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_case", "case_id", "at"),)

    contact_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    outreach_id: UUID
    agency: str
    on: date
    method: str
    outcome: str
    first: bool
    """The agency's first contact in this case (うち新規相談)."""
    by: str
    at: Instant


class Progress(Table, table=True):
    """支援経過: one agency's support, alone or together with others."""

    __tablename__ = "progress"

    progress_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    agency: str
    on: date
    joint_with: Codes
    by: str
    at: Instant


class UrgentMeasure(Table, table=True):
    """緊急対応: done before any plan."""

    __tablename__ = "urgent_measure"

    measure_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    measure: str
    by: str
    at: Instant


class Outreach(Table, table=True):
    """Work on a relationship, by one agency."""

    __tablename__ = "outreach"

    outreach_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    agency: str | None = None
    began_at: Instant
    ended_at: Instant | None = None


class Referral(Table, table=True):
    """A request to one agency, in a closed loop."""

    __tablename__ = "referral"

    referral_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    agency: str
    sole: bool
    """The case rests on it (単独機関で対応)."""
    asked_by: str
    asked_at: Instant
    answered_at: Instant | None = None
    reason: str | None = None
    """Why it was declined, returned, or why it failed."""
    due_on: date | None = None
    began_at: Instant | None = None
    """着手."""
    finished_at: Instant | None = None
    result: str | None = None
    """done · failed · declined · returned."""


class Referrer(Table, table=True):
    """Who waits to hear how a request ended: whoever asked, or sent it on.

    The telling is a disclosure of its own; without consent it is withheld, and that is kept too.
    """

    __tablename__ = "referrer"

    referral_id: UUID = Field(primary_key=True, foreign_key="referral.referral_id")
    agency: str = Field(primary_key=True)
    since: Instant
    told: str | None = None
    """told · withheld; None while the end is open."""
    told_at: Instant | None = None
    legal_basis: str | None = None


class ReferralReport(Table, table=True):
    """経過: what the agency did meanwhile; the words lie sealed with the act."""

    __tablename__ = "referral_report"

    report_id: UUID = Field(primary_key=True)
    referral_id: UUID = Field(foreign_key="referral.referral_id", index=True)
    on: date
    by: str
    at: Instant


class Placement(Table, table=True):
    """Participation support for one person, as the case sees it."""

    __tablename__ = "placement"

    placement_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    person_id: UUID
    kinds: Codes
    daily_area: str | None = None
    resource_id: UUID | None = None
    started_at: Instant
    linked_on: date | None = None
    ended_at: Instant | None = None
    end_reason: str | None = None


class Handover(Table, table=True):
    """The handover of one person's support at 18, 40 or 65: which sides have confirmed it."""

    __tablename__ = "handover"

    handover_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    person_id: UUID | None = None
    age: int | None = None
    reached_on: date | None = None
    giving: str | None = None
    giving_at: Instant | None = None
    receiving: str | None = None
    receiving_at: Instant | None = None
    packed_at: Instant | None = None
    done_at: Instant | None = None
    began_at: Instant


class HandoverPaper(Table, table=True):
    """One paper of the package that was handed over, and on which ground."""

    __tablename__ = "handover_paper"

    handover_id: UUID = Field(primary_key=True, foreign_key="handover.handover_id")
    item: str = Field(primary_key=True)
    legal_basis: str
    to_agency: str
    by: str
    at: Instant


class Suspension(Table, table=True):
    """中断: why, from which state, until when."""

    __tablename__ = "suspension"
    __table_args__ = (
        Index(
            "uq_suspension_open",
            "case_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    suspension_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    reason: str
    suspended_from: str
    resume_when: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    review_on: date | None = None
    began_at: Instant
    by: str | None = None
    ended_at: Instant | None = None
    resumed_to: str | None = None


class SuspensionReview(Table, table=True):
    """Whether the condition under which a case resumes was met, when it was looked at."""

    __tablename__ = "suspension_review"

    review_id: UUID = Field(primary_key=True)
    suspension_id: UUID = Field(foreign_key="suspension.suspension_id", index=True)
    condition_met: bool
    by: str
    at: Instant


class Evaluation(Table, table=True):
    """終結評価, and what became of it: approved by somebody else, or sent back."""

    __tablename__ = "evaluation"
    __table_args__ = (
        CheckConstraint(
            "settled_by <> evaluated_by OR NOT approved", name="approver_is_not_author"
        ),
        CheckConstraint("lead_agency IS NOT NULL OR no_lead_reason IS NOT NULL", name="who_stays"),
        Index(
            "uq_evaluation_open",
            "case_id",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    evaluation_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    episode: int
    reason: str
    achievement: str
    lead_agency: str | None = None
    no_lead_reason: str | None = None
    evaluated_by: str
    evaluated_at: Instant
    approved: bool | None = None
    settled_by: str | None = None
    settled_at: Instant | None = None


class FollowUp(Table, table=True):
    """A look after closing, or after settling in a place."""

    __tablename__ = "follow_up"

    follow_up_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    placement_id: UUID | None = None
    result: str
    by: str
    at: Instant
