"""The worklist, and what people did: commands on their way, and their private words."""

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Json, Table


class Task(Table, table=True):
    """A wait for a person: who is asked what, by when."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_open", "due_at", "task_id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_task_open_agency",
            "agency",
            "due_at",
            "task_id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_task_open_assignee",
            "assignee",
            "due_at",
            "task_id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_task_case", "case_id"),
        Index("ix_task_closed", "closed_at", "task_id"),
        Index("ix_task_workflow", "workflow_id", postgresql_where=text("closed_at IS NULL")),
        CheckConstraint("snoozed_until IS NULL OR snooze_reason IS NOT NULL", name="snoozed_why"),
    )

    task_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    workflow_id: str
    kind: str
    entity_id: UUID
    state: str
    """The state of the workflow that asks."""
    asks: str
    acts: Codes
    owner: str
    agency: str
    """Whose staff it is for; the case's coordinator agency where the workflow named none."""
    assignee: str | None = None
    opened_at: Instant
    due_at: Instant | None = None
    escalates_at: Instant | None = None
    """When it goes to a superior if it is still open; known from the workflow."""
    snoozed_until: Instant | None = None
    """Laid aside until then; it comes back by itself, earlier if it is brought to mind."""
    snoozed_by: str | None = None
    snooze_reason: str | None = None
    rests_since: Instant | None = None
    """Its case is suspended since then: once that goes on, it is due as much later."""
    reminded_at: Instant | None = None
    escalated_at: Instant | None = None
    escalated_to: str | None = None
    closed_at: Instant | None = None
    closed_by: str | None = None
    closing_act: str | None = None


class TaskComment(Table, table=True):
    """What people said about a task (sealed), and to whom they gave it."""

    __tablename__ = "task_comment"

    comment_id: UUID = Field(primary_key=True)
    task_id: UUID = Field(foreign_key="task.task_id", index=True)
    at: Instant
    by: str
    what: str = "assigned"
    """assigned · commented · snoozed · woken."""
    assignee: str | None = None
    sealed: bytes | None = None


class CommandRow(Table, table=True):
    """Something a workflow is to be told: stored first, then delivered until it is settled.

    The commands of a workflow are delivered strictly in the order of `seq`.
    """

    __tablename__ = "command"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'applied', 'refused')", name="status"),
        CheckConstraint("(status = 'pending') = (settled_at IS NULL)", name="settled"),
        UniqueConstraint("seq", name="uq_command_seq"),
        Index(
            "ix_command_pending",
            "workflow_id",
            "seq",
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_command_case", "case_id"),
    )

    command_id: UUID = Field(primary_key=True)
    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    case_id: UUID = Field(foreign_key="case_file.case_id")
    workflow_id: str
    target_kind: str
    target_id: UUID
    what: str
    """act · start · signal."""
    act: str
    """The act's code; the signal's name; `start`."""
    payload: Json
    """The message without private texts."""
    sub: str | None = None
    agency: str | None = None
    task_id: UUID | None = None
    decisive: bool = False
    """Whether the act leaves the state it was made in, so that only one such can win."""
    status: str = "pending"
    outcome: Json = Field(default_factory=dict, sa_type=JSONB)
    """`state` and `at` if applied; `code` and `details` if refused."""
    attempts: int = 0
    next_try_at: Instant
    created_at: Instant
    settled_at: Instant | None = None
    traceparent: str | None = None
    tracestate: str | None = None


class PrivateTextRow(Table, table=True):
    """One private text of an act, sealed under the case's data key. Never changed.

    Row-level security: a text of a 支援会議 is there for its attendees alone (`compartment`).
    """

    __tablename__ = "private_text"

    command_id: UUID = Field(primary_key=True, foreign_key="command.command_id")
    field: str = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    meeting_id: UUID | None = None
    """The meeting whose paper it is, if any."""
    legal_basis: str | None = None
    """Of that meeting: `law-106-6` puts the text into its compartment."""
    categories: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    """What it is about, as its author said; empty: it may be about anything."""
    sealed: bytes = Field(sa_type=LargeBinary)
