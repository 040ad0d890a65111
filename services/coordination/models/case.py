"""A case as people see it: where it is, whose it is, how it came there."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from services.coordination.models.table import Instant, Table


class CaseFile(Table, table=True):
    """One case. Its row is locked by whoever tells a fact about it."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("intake_id", name="uq_case_file_intake"),
        CheckConstraint("state <> 'closed' OR closure_reason IS NOT NULL", name="closed_why"),
        Index("ix_case_file_receipt", "receipt_number"),
        Index("ix_case_file_state", "state", "case_id"),
        Index("ix_case_file_coordinator", "coordinator", "case_id"),
        Index("ix_case_file_agency", "coordinator_agency", "case_id"),
        Index("ix_case_file_opened", "opened_at", "case_id"),
        Index("ix_case_file_state_opened", "state", "opened_at", "case_id"),
        Index("ix_case_file_area", "basic_area", "daily_area", "opened_at"),
        Index(
            "ix_case_file_receipt_prefix",
            "receipt_number",
            postgresql_ops={"receipt_number": "text_pattern_ops"},
        ),
        Index("ix_case_file_receipt_count", text("split_part(receipt_number, '-', 3)")),
        Index("ix_case_file_urgent", "opened_at", postgresql_where=text("urgent")),
    )

    case_id: UUID = Field(primary_key=True)
    intake_id: UUID
    receipt_number: str
    channel: str
    programme_no: int
    basic_area: str | None = None
    daily_area: str | None = None
    received_on: date
    urgent: bool = False
    opened_at: Instant
    state: str
    since: Instant
    episode: int = 1
    coordinator: str | None = None
    """The `sub` of the person in charge; until somebody is named, the agency as a whole."""
    coordinator_agency: str
    """Never empty: a case with nobody assigned cannot exist (invariant 7)."""
    lead_agency: str | None = None
    closure_reason: str | None = None
    closed_at: Instant | None = None
    merged_into: UUID | None = None
    recheck_paused_at: Instant | None = None
    """The person said no when asked again; until the relation moves nobody asks by the calendar."""
    waiting_asks: str | None = None
    waiting_role: str | None = None
    waiting_agency: str | None = None
    waiting_assignee: str | None = None
    waiting_kind: str | None = None
    waiting_state: str | None = None
    """The kind and the state of the workflow that waits."""
    waiting_until: Instant | None = None
    """What the case waits for, for whom and until when: kept with every step."""


class CasePerson(Table, table=True):
    """Who a case is about. Their names are known to intake alone."""

    __tablename__ = "case_person"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.case_id")
    person_id: UUID = Field(primary_key=True, index=True)


class TeamMember(Table, table=True):
    """An agency of the case's team, from when to when."""

    __tablename__ = "team_member"
    __table_args__ = (
        Index(
            "uq_team_member_current",
            "case_id",
            "agency",
            "role",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_team_member_agency", "agency", "case_id"),
        Index(
            "ix_team_member_standing",
            "agency",
            "case_id",
            postgresql_where=text("until IS NULL"),
        ),
    )

    team_member_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    agency: str
    role: str
    """intake · lead · support · watch · advice · outreach · sole · participation."""
    since: Instant
    until: Instant | None = None


class Strand(Table, table=True):
    """Where each workflow of a case is: the case's own, and its children's."""

    __tablename__ = "strand"
    __table_args__ = (Index("ix_strand_case", "case_id"),)

    workflow_id: str = Field(primary_key=True)
    kind: str
    entity_id: UUID
    case_id: UUID = Field(foreign_key="case_file.case_id")
    state: str
    since: Instant
    waits_until: Instant | None = None


class RecordedStep(Table, table=True):
    """The steps that had their effect. The key makes a step that is told twice count once."""

    __tablename__ = "step"
    __table_args__ = (
        Index(
            "ix_step_command",
            "command_id",
            postgresql_where=text("command_id IS NOT NULL"),
        ),
    )

    workflow_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    command_id: UUID | None = None
    at: Instant


class TimelineEntry(Table, table=True):
    """One line of a case's history: codes only, put into words when it is read."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline_case", "case_id", "at", "entry_id"),)

    entry_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    at: Instant
    kind: str
    entity_id: UUID
    act: str | None = None
    cause: str | None = None
    came_from: str | None = None
    state: str
    result: str | None = None
    actor: str | None = None
    agency: str | None = None
    command_id: UUID | None = None


class Staff(Table, table=True):
    """Somebody who works with cases, as the login token last named them."""

    __tablename__ = "staff"

    sub: str = Field(primary_key=True)
    name: str | None = None
    roles: str = ""
    """Space separated, sorted."""
    agency: str | None = None
    seen_at: Instant
