"""The directory's tables: places in the community.

A host's contact, and the place where it is kept secret, are in `sealed`; no person is named here.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


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
    kinds: list[str] = codes()
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
    languages: list[str] = codes()
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
    created_at: datetime = instant()
    created_by: str = Field(sa_type=Text)
    updated_at: datetime = instant()
