"""Volunteers and helpers, and the sessions they are engaged for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


class Volunteer(Table, table=True):
    """Somebody who helps. Name, kana and telephone number are in `sealed`."""

    __tablename__ = "volunteer"
    __table_args__ = (
        Index("ix_volunteer_likeness", "likeness"),
        Index("ix_volunteer_skills", "skills", postgresql_using="gin"),
    )

    volunteer_id: UUID = Field(primary_key=True)
    reference: str | None = Field(sa_type=Text, unique=True)
    """The programme's own number for the person; an import knows a row again by it."""
    role: str = Field(sa_type=Text)
    """volunteer · helper."""
    skills: list[str] = codes()
    daily_areas: list[str] = codes()
    """Where; empty: anywhere in the ward."""
    times: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    """When: weekday (0 for Monday), from, to; empty: to be asked."""
    status: str = Field(sa_type=Text)
    """active · paused · left."""
    insured_until: date | None
    """ボランティア保険."""
    likeness: bytes = Field(sa_type=LargeBinary)
    """A keyed digest of the folded kana and number, by which likely duplicates are found."""
    sealed: bytes = Field(sa_type=LargeBinary)
    version: int
    registered_by: str = Field(sa_type=Text)
    registered_at: datetime = instant()


class Engagement(Table, table=True):
    """A volunteer for a session: asked, accepted, there or not."""

    __tablename__ = "engagement"
    __table_args__ = (Index("ix_engagement_volunteer", "volunteer_id"),)

    session_id: UUID = Field(
        sa_column=Column(ForeignKey("activity_session.session_id"), primary_key=True)
    )
    volunteer_id: UUID = Field(
        sa_column=Column(ForeignKey("volunteer.volunteer_id"), primary_key=True)
    )
    status: str = Field(sa_type=Text)
    """engaged · attended · absent · called-off."""
    by: str = Field(sa_type=Text)
    at: datetime = instant()
