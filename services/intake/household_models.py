"""Tables of households beside their members: relations, flags, prompts set aside, the chronology.

Words are sealed: a flag's under its person's key, the chronology's under the household's.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlmodel import Field

from services.intake.models import Table


def _of(target: str) -> Any:
    return Field(sa_column=Column(ForeignKey(target), nullable=False))


def _instant(*, null: bool = False) -> Any:
    if null:
        return Field(default=None, sa_type=DateTime(timezone=True))
    return Field(sa_type=DateTime(timezone=True))


def _codes() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


class Kinship(Table, table=True):
    """What one member of a household is to another: an edge of its graph."""

    __tablename__ = "kinship"
    __table_args__ = (
        Index(
            "uq_kinship_standing",
            "person_id",
            "other_person_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_kinship_household_id", "household_id"),
        CheckConstraint("person_id <> other_person_id", name="of_two_persons"),
    )

    kinship_id: UUID = Field(primary_key=True)
    household_id: UUID = _of("household.household_id")
    person_id: UUID = _of("person.person_id")
    other_person_id: UUID = _of("person.person_id")
    kind: str = Field(sa_type=Text)
    """`person` is the … of `other_person`, or `cares-for` them."""
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = _instant()
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = _instant(null=True)


class Flag(Table, table=True):
    """What guards a person, or those who visit them, from one day to another."""

    __tablename__ = "person_flag"
    __table_args__ = (
        Index("ix_person_flag_person_id", "person_id"),
        Index(
            "uq_person_flag_standing",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("kind IN ('staff-safety', 'address-protection')", name="kind"),
        CheckConstraint("expires_on >= starts_on", name="ends_after_it_begins"),
    )

    flag_id: UUID = Field(primary_key=True)
    person_id: UUID = _of("person.person_id")
    kind: str = Field(sa_type=Text)
    starts_on: date
    expires_on: date
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Why, and what to heed."""
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = _instant()
    renewals: int = 0
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = _instant(null=True)
    """Taken away, or past its last day when another took its place."""


class PromptDismissal(Table, table=True):
    """A hidden-carer prompt that somebody has looked into; it returns with a new reason."""

    __tablename__ = "prompt_dismissal"
    __table_args__ = (Index("ix_prompt_dismissal_household_id", "household_id"),)

    dismissal_id: UUID = Field(primary_key=True)
    household_id: UUID = _of("household.household_id")
    person_id: UUID = _of("person.person_id")
    kind: str = Field(sa_type=Text)
    reasons: list[str] = _codes()
    """The reasons that stood when it was set aside."""
    sealed: bytes = Field(sa_type=LargeBinary)
    dismissed_by: str = Field(sa_type=Text)
    dismissed_at: datetime = _instant()


class ChronologyEntry(Table, table=True):
    """One entry of the 家族年表, as one agency contributed it."""

    __tablename__ = "chronology_entry"
    __table_args__ = (Index("ix_chronology_entry_household_id", "household_id", "on_date"),)

    entry_id: UUID = Field(primary_key=True)
    household_id: UUID = _of("household.household_id")
    on_date: date
    exact: str = Field(sa_type=Text)
    """day · month · year: how much of the date is known."""
    kind: str = Field(sa_type=Text)
    person_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    agency: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)
    """On which ground the agency told it."""
    sealed: bytes = Field(sa_type=LargeBinary)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = _instant()
    withdrawn_by: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = _instant(null=True)
