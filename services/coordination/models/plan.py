"""Assessments and plans: a version never changes once it is decided."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Table


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
    by: str
    at: Instant
