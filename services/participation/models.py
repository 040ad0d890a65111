"""Participation's tables: places in the community, and the way of people into them.

A host's contact, and the place where it is kept secret, are in `sealed`; no person is named here.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """The base of this service's tables; their metadata is their own."""


def _instant() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _codes() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


class Resource(Table, table=True):
    """A place in the community that takes people. Fields follow HSDS 3.0 where it has one."""

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint(
            "held >= 0 AND (capacity IS NULL OR held <= capacity)", name="ck_resource_held"
        ),
        Index("ix_resource_kinds", "kinds", postgresql_using="gin"),
        Index(
            "ix_resource_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
        Index("ix_resource_listed", "status", "resource_id"),
    )

    resource_id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    organiser: str = Field(sa_type=Text)
    kinds: list[str] = _codes()
    description: str = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    min_age: int | None
    max_age: int | None
    schedule: str | None = Field(sa_type=Text)
    """When it takes place: an RFC 5545 recurrence rule, as HSDS has it."""
    schedule_note: str = Field(sa_type=Text)
    capacity: int | None
    """How many people found through us it can take at a time; None: no fixed number."""
    held: int
    """How many places are held by placements: as many as there are rows in `hold`."""
    capacity_status: str = Field(sa_type=Text)
    """open · waiting-list · asks-first: what the host said last."""
    cost: str = Field(sa_type=Text)
    languages: list[str] = _codes()
    confidential_location: bool
    place: str | None = Field(sa_type=Text)
    """Where it is, unless that is confidential."""
    sealed: bytes | None = Field(sa_type=LargeBinary)
    """The host's contact, and a confidential place."""
    status: str = Field(sa_type=Text)
    """draft · published · withdrawn."""
    assured_on: date | None
    """When somebody last made sure that all this is still so (HSDS `assured_date`)."""
    assured_by: str | None = Field(sa_type=Text)
    withdrawal_reason: str | None = Field(sa_type=Text)
    version: int
    """Counts changes; a correction says which one it is based on."""
    search_key: str = Field(sa_type=Text)
    """Name, organiser and description, folded for searching."""
    created_at: datetime = _instant()
    created_by: str = Field(sa_type=Text)
    updated_at: datetime = _instant()


class Placement(Table, table=True):
    """Participation support for one person, as its workflow told it last."""

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_case_id", "case_id"),)

    placement_id: UUID = Field(primary_key=True)
    case_id: UUID
    person_id: UUID
    kinds: list[str] = _codes()
    daily_area: str | None = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    last_step: int
    resource_id: UUID | None = Field(
        sa_column=Column(ForeignKey("resource.resource_id"), nullable=True)
    )
    """The host that is asked, tried or settled at; none while the wish stands open."""
    started_on: date
    linked_on: date | None
    """つながり成立: told once, whatever becomes of it."""
    settled_on: date | None
    ended_on: date | None
    end_reason: str | None = Field(sa_type=Text)


class PlacementStep(Table, table=True):
    """One step of a placement. Its key makes it count once."""

    __tablename__ = "placement_step"

    placement_id: UUID = Field(
        sa_column=Column(ForeignKey("placement.placement_id"), primary_key=True)
    )
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime = _instant()
    came_from: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    act: str | None = Field(sa_type=Text)
    command_id: UUID | None
    actor: str | None = Field(sa_type=Text)
    """The `sub` of who acted."""
    resource_id: UUID | None


class Hold(Table, table=True):
    """A place at a host that a placement takes up, from the asking until the end."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_resource_id", "resource_id"),)

    placement_id: UUID = Field(
        sa_column=Column(ForeignKey("placement.placement_id"), primary_key=True)
    )
    resource_id: UUID = Field(sa_column=Column(ForeignKey("resource.resource_id"), nullable=False))
    held_at: datetime = _instant()


class DevelopmentRequest(Table, table=True):
    """資源開発依頼: nothing fits the wish, so a place is to be made."""

    __tablename__ = "development_request"
    __table_args__ = (
        Index("ix_development_request_listed", "status", "request_id"),
        Index(
            "uq_development_request_open",
            "placement_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
    )

    request_id: UUID = Field(primary_key=True)
    placement_id: UUID = Field(
        sa_column=Column(ForeignKey("placement.placement_id"), nullable=False)
    )
    case_id: UUID
    kinds: list[str] = _codes()
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """open · met · dropped."""
    opened_on: date
    closed_on: date | None
    resource_id: UUID | None
    """The place that was found or made."""
