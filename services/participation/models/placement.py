"""The tables of the way of people into places. No person is named here."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, text
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
    at: datetime = instant()
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
    held_at: datetime = instant()


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
