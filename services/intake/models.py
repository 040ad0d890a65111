"""Intake's tables. Whatever may identify somebody is in a `sealed` column, or a digest of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """The base of this service's tables; their metadata is their own."""


def _instant() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _codes() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


def _of(target: str, *, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(ForeignKey(target), primary_key=primary_key, nullable=False))


class Intake(Table, table=True):
    """One consultation at one channel. `sealed` holds its text, visitor, receiver and details."""

    __tablename__ = "intake"
    __table_args__ = (
        Index(
            "uq_intake_source_reference",
            "sender",
            "source_reference",
            unique=True,
            postgresql_where=text("source_reference IS NOT NULL AND status = 'accepted'"),
        ),
    )

    intake_id: UUID = Field(primary_key=True)
    receipt_number: str = Field(sa_type=Text, unique=True)
    """Never changes, even where the area or the date is corrected."""
    channel: str = Field(sa_type=Text)
    programme_no: int
    received_on: date
    accepted_at: datetime = _instant()
    sender: str = Field(sa_type=Text)
    source_reference: str | None = Field(sa_type=Text)
    urgent: bool
    referred_in: bool
    basic_area: str | None = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    topics: list[str] = _codes()
    main_topic: str | None = Field(sa_type=Text)
    household_id: UUID | None = None
    revision: int
    status: str = Field(sa_type=Text)
    """accepted · withdrawn."""
    withdrawal_reason: str | None = Field(default=None, sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)


class IntakeRevision(Table, table=True):
    """What an intake said before a correction or a withdrawal, and why it was changed."""

    __tablename__ = "intake_revision"

    intake_id: UUID = _of("intake.intake_id", primary_key=True)
    revision: int = Field(primary_key=True)
    """The revision that this change made; the row holds what stood before it."""
    reason: str = Field(sa_type=Text)
    changed: list[str] = _codes()
    """Names of the fields changed."""
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sealed_before: bytes = Field(sa_type=LargeBinary)
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = _instant()


class Household(Table, table=True):
    """The people of one intake, as far as they are known to live together."""

    __tablename__ = "household"

    household_id: UUID = Field(primary_key=True)
    intake_id: UUID = _of("intake.intake_id")
    basic_area: str | None = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    created_at: datetime = _instant()


class Person(Table, table=True):
    """One person of one intake; never merged with another by the machine.

    `sealed` is the person's `Identity` under a data key of their own.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_intake_id", "intake_id"),
        Index("ix_person_household_id", "household_id"),
        Index("ix_person_name_keys", "name_keys", "person_id"),
    )

    person_id: UUID = Field(primary_key=True)
    intake_id: UUID = _of("intake.intake_id")
    household_id: UUID = _of("household.household_id")
    place: int
    """The order in which the intake named them."""
    relation: str = Field(sa_type=Text)
    key_person: bool
    carer: bool
    birth_unknown: bool
    name_keys: int = Field(default=0, sa_type=SmallInteger)
    """The version of `finding` whose rules made the person's name keys; 0: none yet."""
    sealed: bytes = Field(sa_type=LargeBinary)


class PersonRevision(Table, table=True):
    """What stood about a person before a revision of the intake corrected it."""

    __tablename__ = "person_revision"

    person_id: UUID = _of("person.person_id", primary_key=True)
    revision: int = Field(primary_key=True)
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sealed_before: bytes = Field(sa_type=LargeBinary)


class SearchKey(Table, table=True):
    """A keyed digest by which a person can be found (`blind_index`)."""

    __tablename__ = "search_key"
    __table_args__ = (Index("ix_search_key_digest", "kind", "digest", "person_id"),)

    person_id: UUID = _of("person.person_id", primary_key=True)
    kind: str = Field(primary_key=True, sa_type=Text)
    """kana · name · birth · phone · address."""
    digest: bytes = Field(sa_type=LargeBinary)


class NameKey(Table, table=True):
    """A keyed digest of something a person can be found under (`finding`)."""

    __tablename__ = "name_key"
    __table_args__ = (Index("ix_name_key_person_id", "person_id"),)

    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID = _of("person.person_id", primary_key=True)


class DuplicateCandidate(Table, table=True):
    """Two persons that look alike, for people to judge."""

    __tablename__ = "duplicate_candidate"
    __table_args__ = (
        Index("ix_duplicate_candidate_intake_id", "intake_id"),
        Index("ix_duplicate_candidate_other_intake_id", "other_intake_id"),
    )

    person_id: UUID = _of("person.person_id", primary_key=True)
    other_person_id: UUID = _of("person.person_id", primary_key=True)
    intake_id: UUID = _of("intake.intake_id")
    other_intake_id: UUID = _of("intake.intake_id")
    reasons: list[str] = _codes()
    found_at: datetime = _instant()


class ReceiptCounter(Table, table=True):
    """The last receipt number given in a fiscal year and an area."""

    __tablename__ = "receipt_counter"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    area: str = Field(primary_key=True, sa_type=Text)
    last: int


class ActivityReport(Table, table=True):
    """One request that reported activities."""

    __tablename__ = "activity_report"

    report_id: UUID = Field(primary_key=True)
    sender: str = Field(sa_type=Text)
    reported_at: datetime = _instant()


class ActivityLine(Table, table=True):
    """One line of a report, as it stands now."""

    __tablename__ = "activity_line"
    __table_args__ = (
        Unique("sender", "line_ref", name="uq_activity_line_ref"),
        Unique("report_id", "row", name="uq_activity_line_row"),
    )

    line_id: UUID = Field(primary_key=True)
    report_id: UUID = _of("activity_report.report_id")
    row: int
    sender: str = Field(sa_type=Text)
    line_ref: str | None = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    programme_no: int
    on_date: date
    quantity: int
    venue: str | None = Field(sa_type=Text)
    group: str | None = Field(sa_column=Column("group_code", Text))
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    flags: list[str] = _codes()
    revision: int
    status: str = Field(sa_type=Text)
    """standing · withdrawn."""


class ReportFile(Table, table=True):
    """A file of activity lines, and how far it has been taken in.

    `sealed` is the file itself, only until all of it has been read.
    """

    __tablename__ = "report_file"
    __table_args__ = (
        Index(
            "ix_report_file_waiting",
            "sent_at",
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
        Index("ix_report_file_sender", "sender", "sent_at"),
    )

    file_id: UUID = Field(primary_key=True)
    sender: str = Field(sa_type=Text)
    principal: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """As whom the lines are taken in: roles and channels, no name."""
    sent_at: datetime = _instant()
    digest: str = Field(sa_type=Text)
    """SHA-256 of the file."""
    size: int
    dry_run: bool
    late: bool
    """Meant for fiscal years whose figures stand."""
    status: str = Field(sa_type=Text)
    """waiting · running · done · failed."""
    problem: str | None = Field(default=None, sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    encoding: str | None = Field(default=None, sa_type=Text)
    other_sheets: list[str] = _codes()
    percent: int = 0
    rows_done: int = 0
    accepted: int = 0
    already_reported: int = 0
    differing: int = 0
    refused: int = 0
    leased_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    """A reader that lives has it until then."""
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)


class ReportFileRows(Table, table=True):
    """Rows of a file that somebody should look at: refused, or known and different. Sealed."""

    __tablename__ = "report_file_rows"

    file_id: UUID = _of("report_file.file_id", primary_key=True)
    first_row: int = Field(primary_key=True)
    last_row: int
    sealed: bytes = Field(sa_type=LargeBinary)


class SettledYear(Table, table=True):
    """What the indicators said last of a fiscal year: whether its figures stand."""

    __tablename__ = "settled_year"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    settled: bool
    told_at: datetime = _instant()


class ActivityLineRevision(Table, table=True):
    """What a line said before it was changed, and why."""

    __tablename__ = "activity_line_revision"

    line_id: UUID = _of("activity_line.line_id", primary_key=True)
    revision: int = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = _instant()


class ReportingWay(Table, table=True):
    """From a date on, a venue or a kind of activity is counted by reports, or by records elsewhere.

    A copy, fed by participation's facts.
    """

    __tablename__ = "reporting_way"

    scope: str = Field(primary_key=True, sa_type=Text)
    """venue · kind."""
    code: str = Field(primary_key=True, sa_type=Text)
    from_on: date = Field(primary_key=True)
    channel: str | None = Field(sa_type=Text)
    way: str = Field(sa_type=Text)
    """file · records."""
