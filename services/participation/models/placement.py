"""The tables of the way of people into places. No person is named here."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


class Placement(Table, table=True):
    """Participation support for one person, as its workflow told it last."""

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_case_id", "case_id"),)

    placement_id: UUID = Field(primary_key=True)
    case_id: UUID
    person_id: UUID
    kinds: list[str] = codes()
    daily_area: str | None = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    last_step: int
    resource_id: UUID | None = Field(
        sa_column=Column(ForeignKey("resource.resource_id"), nullable=True)
    )
    """The host that is waited for, asked, tried or settled at; none while the wish stands open."""
    wish: bytes | None = Field(sa_type=LargeBinary)
    """Sealed: what the person brings and needs, see `services.participation.matching.Wish`."""
    wish_version: int
    """Counts changes of the wish."""
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
    at: datetime = instant()
    came_from: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    act: str | None = Field(sa_type=Text)
    command_id: UUID | None
    actor: str | None = Field(sa_type=Text)
    """The `sub` of who acted."""
    resource_id: UUID | None
    rank: int | None
    """Of an approach: which of the candidates the host was, from 1; None: none of them."""


class Hold(Table, table=True):
    """A place at a host that a placement takes up, from the asking until the end."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_resource_id", "resource_id"),)

    placement_id: UUID = Field(
        sa_column=Column(ForeignKey("placement.placement_id"), primary_key=True)
    )
    resource_id: UUID = Field(sa_column=Column(ForeignKey("resource.resource_id"), nullable=False))
    held_at: datetime = instant()


class Waiting(Table, table=True):
    """空き待ち: a person who waits for a place at a full host. The longest wait comes first."""

    __tablename__ = "waiting"
    __table_args__ = (Index("ix_waiting_resource_id", "resource_id", "since"),)

    placement_id: UUID = Field(
        sa_column=Column(ForeignKey("placement.placement_id"), primary_key=True)
    )
    resource_id: UUID = Field(sa_column=Column(ForeignKey("resource.resource_id"), nullable=False))
    since: datetime = instant()
    offered_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    """When a place was held for the person; a hold stands beside it from then on."""


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
    kinds: list[str] = codes()
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """open · met · dropped."""
    opened_on: date
    closed_on: date | None
    resource_id: UUID | None
    """The place that was found or made."""
    closed_by: str | None = Field(sa_type=Text)
    """The `sub` of who answered it; None where the wish itself went on."""
    reason: str | None = Field(sa_type=Text)
    """Why there will be none: no-host · not-needed · other."""
