"""Places of the ward's programmes where people come day by day, and their day sheets (日報)."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.participation.models.base import Table, instant


class Venue(Table, table=True):
    """シニアステーション, 地域活動支援センター, 子育てひろば, フラットおおた: one place of them."""

    __tablename__ = "venue"

    venue_id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    """Its code in activity reports too."""
    name: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    daily_area: str = Field(sa_type=Text)
    basic_area: str = Field(sa_type=Text)
    weekdays: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    """Days on which it is open, 0 for Monday: a sheet is missing on these only."""
    opened_on: date
    closed_on: date | None
    version: int


class DaySheet(Table, table=True):
    """What a venue wrote down for a day. Its counted numbers are rows of `work` as well."""

    __tablename__ = "day_sheet"
    __table_args__ = (
        Index(
            "uq_day_sheet_day",
            "venue_id",
            "on_date",
            unique=True,
            postgresql_where=text("NOT withdrawn"),
        ),
    )

    sheet_id: UUID = Field(primary_key=True)
    venue_id: UUID = Field(sa_column=Column(ForeignKey("venue.venue_id"), nullable=False))
    on_date: date
    opens_at: time | None
    closes_at: time | None
    values: dict[str, int] = Field(sa_column=Column("item_values", JSONB, nullable=False))
    """A number for each item of the venue's channel."""
    sealed: bytes | None = Field(sa_type=LargeBinary)
    """Words about the day."""
    withdrawn: bool
    version: int
    entered_by: str = Field(sa_type=Text)
    entered_at: datetime = instant()
    updated_at: datetime = instant()


class DaySheetRevision(Table, table=True):
    """What a day sheet said before a correction: the old figures, who, when and why."""

    __tablename__ = "day_sheet_revision"

    sheet_id: UUID = Field(sa_column=Column(ForeignKey("day_sheet.sheet_id"), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The version that the correction made."""
    reason: str = Field(sa_type=Text)
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sealed_before: bytes | None = Field(sa_type=LargeBinary)
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = instant()
