"""Community groups, the activities and platforms that are supported, and their sessions."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


class Group(Table, table=True):
    """団体: residents' groups that run activities or hand out food. `sealed`: whom to contact."""

    __tablename__ = "community_group"

    group_id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    """Counted once a year where a figure counts groups."""
    name: str = Field(sa_type=Text)
    name_key: str = Field(sa_type=Text, unique=True)
    """The name folded for comparison: the same group is not entered twice."""
    purposes: list[str] = codes()
    daily_area: str | None = Field(sa_type=Text)
    households: int
    """How many households it serves with food; weighs in the allocation."""
    active: bool
    sealed: bytes | None = Field(sa_type=LargeBinary)
    created_at: datetime = instant()


class Activity(Table, table=True):
    """地域活動 or プラットフォーム (場づくり): what residents do together, with our support."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_listed", "status", "activity_id"),)

    activity_id: UUID = Field(primary_key=True)
    form: str = Field(sa_type=Text)
    """activity · platform."""
    name: str = Field(sa_type=Text)
    group_id: UUID | None = Field(
        sa_column=Column(ForeignKey("community_group.group_id"), nullable=True)
    )
    themes: list[str] = codes()
    skills: list[str] = codes()
    """What its volunteers should be able to do."""
    daily_area: str | None = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """planned · running · ended."""
    started_on: date
    ended_on: date | None
    version: int


class Support(Table, table=True):
    """One time that a coordinator supported an activity. Counted through `work`."""

    __tablename__ = "activity_support"
    __table_args__ = (Index("ix_activity_support_activity", "activity_id", "on_date"),)

    support_id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(sa_column=Column(ForeignKey("activity.activity_id"), nullable=False))
    on_date: date
    channel: str = Field(sa_type=Text)
    how: str = Field(sa_type=Text)
    sealed: bytes | None = Field(sa_type=LargeBinary)
    withdrawn: bool
    by: str = Field(sa_type=Text)
    at: datetime = instant()


class Session(Table, table=True):
    """One date of an activity, with the volunteers it wants."""

    __tablename__ = "activity_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_activity_session_hours"),
        CheckConstraint(
            "engaged >= 0 AND engaged <= volunteers_wanted", name="ck_activity_session_engaged"
        ),
        Index("ix_activity_session_day", "on_date", "activity_id"),
    )

    session_id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(sa_column=Column(ForeignKey("activity.activity_id"), nullable=False))
    on_date: date
    starts_at: time
    ends_at: time
    volunteers_wanted: int
    engaged: int
    """How many volunteers are engaged: as many as there are rows that are not called off."""
