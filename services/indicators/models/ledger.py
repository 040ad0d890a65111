"""The ledger of counted things, and the figures kept beside it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.indicators.models.table import Instant, Json, Table


class LedgerEntry(Table, table=True):
    """One counted thing, told by an event or by a line of a report; it counts once by its id.

    The highest revision stands. A withdrawn entry keeps what it said, if it ever said anything
    here, and counts nowhere; one whose withdrawal came first has no date.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("withdrawn OR on_date IS NOT NULL", name="ck_ledger_entry_dated"),
        Index(
            "ix_ledger_entry_counted",
            "event_type",
            "kind",
            "on_date",
            "entry_id",
            # What figures are divided and narrowed by: a year's figure is read from the index.
            postgresql_include=[
                "venue",
                "channel",
                "programme_no",
                "agency",
                "basic_area",
                "quantity",
                "flags",
            ],
            postgresql_where=text("NOT withdrawn"),
        ),
        Index("ix_ledger_entry_on_date", "on_date", postgresql_using="brin"),
        Index("ix_ledger_entry_recorded_at", "recorded_at", postgresql_using="brin"),
        Index(
            "ix_ledger_entry_venue",
            "venue",
            "kind",
            "on_date",
            "entry_id",
            postgresql_where=text("venue IS NOT NULL AND NOT withdrawn"),
        ),
        Index("ix_ledger_entry_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    )

    entry_id: UUID = Field(primary_key=True)
    """The line's id for a line of a report, else the event's (an opened case: its intake's)."""
    event_id: UUID
    """The event that said last what stands here."""
    event_type: str = Field(sa_type=Text)
    revision: int
    withdrawn: bool
    on_date: date | None
    """The Tokyo date that decides month and fiscal year."""
    kind: str = Field(sa_type=Text)
    """What the event type divides into: kind of activity, of meeting, of plan; else empty."""
    channel: str | None = Field(sa_type=Text)
    programme_no: int | None
    agency: str | None = Field(sa_type=Text)
    venue: str | None = Field(sa_type=Text)
    group_code: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    quantity: int = Field(sa_type=BigInteger)
    flags: list[str] = Field(sa_type=ARRAY(Text))
    attrs: dict[str, Any] = Field(sa_type=JSONB)
    """Further codes and ids that a measure may count by, `resource` for instance."""
    case_id: UUID | None
    receipt_number: str | None = Field(sa_type=Text)
    report_id: UUID | None
    reason: str | None
    """Why the revision was made, by the code that came with it."""
    trace_id: str | None
    """The trace in which it came here."""
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class Tally(Table, table=True):
    """The value of one cell: a measure in a fiscal year or one month of it, ward or area.

    `month` is the calendar month, 0 for the whole year; `basic_area` is empty for the whole ward.
    A stock's cells hold the net change, of which the level is the sum over all years up to it.
    """

    __tablename__ = "tally"

    measure_id: str = Field(primary_key=True, sa_type=Text)
    measure_version: int = Field(primary_key=True)
    fiscal_year: int = Field(primary_key=True)
    basic_area: str = Field(primary_key=True, sa_type=Text)
    month: int = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    sub_value: int = Field(sa_type=BigInteger)


class DistinctMember(Table, table=True):
    """How many ledger entries name a member (a group, a person) in one cell of a distinct count."""

    __tablename__ = "distinct_member"

    measure_id: str = Field(primary_key=True, sa_type=Text)
    measure_version: int = Field(primary_key=True)
    fiscal_year: int = Field(primary_key=True)
    basic_area: str = Field(primary_key=True, sa_type=Text)
    month: int = Field(primary_key=True)
    member: str = Field(primary_key=True, sa_type=Text)
    refs: int = Field(sa_type=BigInteger)
    sub_refs: int = Field(sa_type=BigInteger)


class CountedRule(Table, table=True):
    """By which rule a measure's tallies of a year were counted; another rule: counted anew."""

    __tablename__ = "counted_rule"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    measure_id: str = Field(primary_key=True)
    measure_version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule: str
    """SHA-256 of what decides the counting."""


class LedgerBefore(Table, table=True):
    """What an entry said before it was corrected or withdrawn; a trigger of the ledger writes it.

    Never changed. Together with the ledger it tells what a restatement is about.
    """

    __tablename__ = "ledger_before"

    entry_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    on_date: date | None = Field(index=True)
    said: Json
    """The whole row as it stood."""
    replaced_at: Instant
