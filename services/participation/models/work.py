"""What is counted for the ward's figures, and by which way a venue or a kind is counted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.participation.models.base import Table, instant


class Work(Table, table=True):
    """One counted thing as it stands: a day sheet's visitors, a supported activity, a course."""

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="ck_work_quantity"),
        Index("ix_work_scope", "kind", "venue", "on_date"),
        Index("ix_work_source", "source_id"),
    )

    record_id: UUID = Field(primary_key=True)
    """Made from the source and the kind, so that it is counted once."""
    source_kind: str = Field(sa_type=Text)
    """day-sheet · support · course · food-drive · pantry: the record that says it."""
    source_id: UUID
    kind: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    programme_no: int
    on_date: date
    quantity: int
    venue: str | None = Field(sa_type=Text)
    group_code: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    revision: int
    withdrawn: bool
    counted: bool
    """Whether the figures have it: not while its kind or venue is reported by file."""


class WorkRevision(Table, table=True):
    """What a counted thing said before it was changed: the old figure, who, when and why."""

    __tablename__ = "work_revision"

    record_id: UUID = Field(sa_column=Column(ForeignKey("work.record_id"), primary_key=True))
    revision: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The revision that the change made; the row holds what stood before it."""
    reason: str = Field(sa_type=Text)
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = instant()


class ReportingWay(Table, table=True):
    """From a date on, a venue or a kind of activity is counted by file or by the records here."""

    __tablename__ = "reporting_way"

    scope: str = Field(primary_key=True, sa_type=Text)
    """venue · kind."""
    code: str = Field(primary_key=True, sa_type=Text)
    from_on: date = Field(primary_key=True)
    way: str = Field(sa_type=Text)
    """file · records."""
    set_by: str = Field(sa_type=Text)
    set_at: datetime = instant()
