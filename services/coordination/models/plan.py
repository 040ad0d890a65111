"""Assessments and plans: a version never changes once it is decided."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.coordination.models.table import Codes, Days, Instant, Table


class Assessment(Table, table=True):
    __tablename__ = "assessment"

    assessment_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    issues: Codes
    by: str
    at: Instant


class PlanVersion(Table, table=True):
    """One version of a support plan or of an outreach plan.

    A trigger refuses any change of its content, its roles and its decision once it is decided.
    """

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "version", name="uq_plan_version_number"),
        CheckConstraint("decided_by <> author", name="approver_is_not_author"),
        CheckConstraint("NOT decided_by = ANY (revisers)", name="approver_is_no_reviser"),
        CheckConstraint("kind IN ('support', 'outreach')", name="kind"),
        CheckConstraint("NOT current OR decided_at IS NOT NULL", name="current_is_decided"),
        CheckConstraint("starts_on <= ends_on", name="period"),
        Index(
            "uq_plan_version_current",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("current"),
        ),
    )

    plan_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    kind: str
    version: int
    author: str
    drafted_at: Instant
    episode: int = 1
    """新規 and 再 are told apart within an episode; version numbers run on through all of them."""
    revision: int = 1
    """第何稿: counted up by each revision of the draft."""
    revisers: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    content_command: UUID | None = None
    """The act whose private texts are the words of this paper."""
    previous_plan_id: UUID | None = None
    """The version that this one was written after (再プラン)."""
    issues: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    monitoring_on: Days = Field(default_factory=list, sa_type=ARRAY(Date))
    prepared: bool = False
    """Made while consent was missing (事前準備)."""
    starts_on: date
    ends_on: date
    participation: bool = False
    outreach: bool = False
    meeting_id: UUID | None = None
    """The meeting that adopted it."""
    adopted_at: Instant | None = None
    decided_by: str | None = None
    """Who took the 支援決定. An outreach plan is decided by the meeting, by nobody alone."""
    decided_at: Instant | None = None
    current: bool = False
    """The one plan that is carried out now."""


class PlanRole(Table, table=True):
    """What one agency does under a version (支援機関ごとの役割)."""

    __tablename__ = "plan_role"

    plan_id: UUID = Field(primary_key=True, foreign_key="plan_version.plan_id")
    agency: str = Field(primary_key=True)
    role: str


class PlanGoal(Table, table=True):
    """One goal of a version; its words lie sealed with the act that wrote it."""

    __tablename__ = "plan_goal"

    plan_id: UUID = Field(primary_key=True, foreign_key="plan_version.plan_id")
    number: int = Field(primary_key=True)
    term: str
    review_on: date | None = None


class PlanTask(Table, table=True):
    """取組: what one agency is to do under a version, by when."""

    __tablename__ = "plan_task"

    plan_id: UUID = Field(primary_key=True, foreign_key="plan_version.plan_id")
    number: int = Field(primary_key=True)
    agency: str
    what: str
    due_on: date
    duty_id: UUID | None = None
    """What was taken on at a meeting and is this task now."""


class GoalLook(Table, table=True):
    """How a goal stood, at a monitoring or at the closing evaluation."""

    __tablename__ = "goal_look"

    seen_id: UUID = Field(primary_key=True)
    """The monitoring's id, or the evaluation's."""
    plan_id: UUID = Field(primary_key=True, foreign_key="plan_version.plan_id")
    number: int = Field(primary_key=True)
    progress: str
    at: Instant


class PlanAcceptance(Table, table=True):
    """本人のプラン同意, or that the person does not want the plan."""

    __tablename__ = "plan_acceptance"

    plan_id: UUID = Field(primary_key=True, foreign_key="plan_version.plan_id")
    person_id: UUID = Field(primary_key=True)
    accepted: bool
    at: Instant
    recorded_by: str


class Monitoring(Table, table=True):
    __tablename__ = "monitoring"

    monitoring_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    plan_id: UUID = Field(index=True)
    result: str
    on_paper: bool
    meeting_id: UUID | None = None
    by: str
    at: Instant
