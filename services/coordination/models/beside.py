"""What goes on beside a case's main course: errands, transfers, bulk reassignments."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Uuid, text
from sqlmodel import Field

from services.coordination.models.table import Instant, Table


class Errand(Table, table=True):
    """個別作業: one wait for a person, and what was reported of it."""

    __tablename__ = "errand"

    errand_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    topic: str
    agency: str | None = None
    plan_id: UUID | None = Field(default=None, index=True)
    meeting_id: UUID | None = None
    """Of a duty: the meeting at which the agency took it on."""
    person_id: UUID | None = None
    due_on: date | None = None
    began_at: Instant
    result: str | None = None
    """done · not-possible · planned · stopped."""
    ended_at: Instant | None = None


class Transfer(Table, table=True):
    """移管の打診, and what the other office answered."""

    __tablename__ = "transfer"
    __table_args__ = (
        Index(
            "uq_transfer_open",
            "case_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    transfer_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    from_agency: str
    to_agency: str
    reason: str
    proposed_by: str
    proposed_at: Instant
    outcome: str | None = None
    """accepted · declined · withdrawn · stopped."""
    decline_reason: str | None = None
    answered_by: str | None = None
    answered_at: Instant | None = None


class Reassignment(Table, table=True):
    """一括の担当替え: many cases and their tasks in one act, at once or on a day to come."""

    __tablename__ = "reassignment"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'done', 'cancelled')", name="status"),
        CheckConstraint("num_nonnulls(to_coordinator, to_agency, undoes) > 0", name="to_somebody"),
        Index("ix_reassignment_due", "effective_on", postgresql_where=text("status = 'planned'")),
    )

    reassignment_id: UUID = Field(primary_key=True)
    status: str
    by: str
    at: Instant
    reason: str
    effective_on: date
    from_coordinator: str | None = None
    from_agency: str | None = None
    case_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid))
    """The cases that were chosen; None: all that the one named has on the day."""
    to_coordinator: str | None = None
    to_agency: str | None = None
    undoes: UUID | None = None
    """The act that this one takes back."""
    done_at: Instant | None = None


class ReassignedCase(Table, table=True):
    """What became of one case of a bulk act, and whose it was before."""

    __tablename__ = "reassigned_case"

    reassignment_id: UUID = Field(primary_key=True, foreign_key="reassignment.reassignment_id")
    case_id: UUID = Field(primary_key=True)
    outcome: str
    """moved · unchanged · not-found · closed · changed-since."""
    tasks: int = 0
    """Open tasks that followed."""
    from_coordinator: str | None = None
    from_agency: str | None = None
    to_coordinator: str | None = None
    to_agency: str | None = None
