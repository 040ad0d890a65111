"""The directory's tables: places in the community.

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
)
from sqlalchemy.dialects.postgresql import JSONB
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
        Index("ix_resource_grams", "grams", postgresql_using="gin"),
        Index("ix_resource_listed", "status", "resource_id"),
        Index("ix_resource_check_due", "check_due_on"),
        Index("ix_resource_name_key", "name_key"),
    )

    resource_id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    kana: str = Field(sa_type=Text)
    organiser: str = Field(sa_type=Text)
    kinds: list[str] = codes()
    description: str = Field(sa_type=Text)
    eligibility: str = Field(sa_type=Text)
    """For whom, in words."""
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    min_age: int | None
    max_age: int | None
    openings: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    """When it takes place: `services.participation.opening.Opening`, one each."""
    weekdays: list[str] = codes()
    """The days of the week on which it does (MO … SU), worked out from the openings."""
    schedule_note: str = Field(sa_type=Text)
    capacity: int | None
    """How many people found through us it can take at a time; None: no fixed number."""
    held: int
    """How many places are held by placements: as many as there are rows in `hold`."""
    capacity_status: str = Field(sa_type=Text)
    """open · waiting-list · asks-first: what the host said last."""
    cost: str = Field(sa_type=Text)
    fee_yen: int | None
    """What one visit costs, in yen; None: not known."""
    languages: list[str] = codes()
    features: list[str] = codes()
    """How it can be reached and how it is there, and what strengths are welcome: the catalogue's
    `resource_features`."""
    access: str = Field(sa_type=Text)
    """The way there, in words."""
    website: str = Field(sa_type=Text)
    public_contact: str = Field(sa_type=Text)
    """Whom anybody may ask, for everybody to see."""
    confidential_location: bool
    place: str | None = Field(sa_type=Text)
    """Where it is, unless that is confidential."""
    sealed: bytes | None = Field(sa_type=LargeBinary)
    """The host's contact, and a confidential place."""
    status: str = Field(sa_type=Text)
    """draft · published · stale · withdrawn."""
    assured_on: date | None
    """When somebody last made sure that all this is still so (HSDS `assured_date`)."""
    assured_by: str | None = Field(sa_type=Text)
    check_due_on: date | None
    """The last day on which the listing counts as fresh; a listing beyond it turns stale."""
    withdrawal_reason: str | None = Field(sa_type=Text)
    version: int
    """Counts changes; a correction says which one it is based on."""
    search_key: str = Field(sa_type=Text)
    """Everything public in words, folded for searching."""
    name_key: str = Field(sa_type=Text)
    """The name alone, folded."""
    grams: list[str] = codes()
    """The characters and pairs of characters of the search key."""
    created_at: datetime = instant()
    created_by: str = Field(sa_type=Text)
    updated_at: datetime = instant()


class ResourceChange(Table, table=True):
    """Who changed what of a listing, and when. What is private is named, never repeated."""

    __tablename__ = "resource_change"

    resource_id: UUID = Field(
        sa_column=Column(ForeignKey("resource.resource_id"), primary_key=True)
    )
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime = instant()
    by: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    """entered · corrected · imported · published · assured · turned-stale · withdrawn ·
    photo-added · photo-removed."""
    fields: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """By field: what stood there before, and what stands there now."""


class ResourcePhoto(Table, table=True):
    """A picture of a place, without what the camera wrote into the file."""

    __tablename__ = "resource_photo"
    __table_args__ = (Index("ix_resource_photo_resource_id", "resource_id"),)

    photo_id: UUID = Field(primary_key=True)
    resource_id: UUID = Field(sa_column=Column(ForeignKey("resource.resource_id"), nullable=False))
    alt: str = Field(sa_type=Text)
    """What it shows, for those who do not see it."""
    media_type: str = Field(sa_type=Text)
    width: int
    height: int
    content: bytes = Field(sa_type=LargeBinary)
    added_at: datetime = instant()
    added_by: str = Field(sa_type=Text)


class ResourceImport(Table, table=True):
    """A file of resources on its way into the directory, or only tried (試行)."""

    __tablename__ = "resource_import"
    __table_args__ = (Index("ix_resource_import_state", "state", "import_id"),)

    import_id: UUID = Field(primary_key=True)
    form: str = Field(sa_type=Text)
    """table (CSV, .xlsx) · hsds."""
    filename: str = Field(sa_type=Text)
    dry_run: bool
    publish: bool
    """Whether new resources are listed at once."""
    state: str = Field(sa_type=Text)
    """waiting · done · failed."""
    problem: str | None = Field(sa_type=Text)
    """Why nothing of the file can be read."""
    sealed: bytes | None = Field(sa_type=LargeBinary)
    """The file: it may hold contacts."""
    total: int
    """How many rows the file has."""
    done: int
    """How many of them have been gone through."""
    made: int
    changed: int
    same: int
    refused: int
    sent_by: str = Field(sa_type=Text)
    sent_at: datetime = instant()
    finished_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class ResourceImportFault(Table, table=True):
    """What is wrong with a row of a file."""

    __tablename__ = "resource_import_fault"

    import_id: UUID = Field(
        sa_column=Column(ForeignKey("resource_import.import_id"), primary_key=True)
    )
    row: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    place: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Counts the faults of one row."""
    field: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    ja: str = Field(sa_type=Text)
    en: str = Field(sa_type=Text)
