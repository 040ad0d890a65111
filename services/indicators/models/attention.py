"""What people say and want of figures, and the figures that somebody should look at."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from services.indicators.models.table import Big, Instant, Table


class Target(Table, table=True):
    """A target for a figure of a year; the highest number stands, the others tell who set what."""

    __tablename__ = "target"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    measure_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: int | None = Field(sa_type=BigInteger)
    """None: no target any more."""
    set_by: str
    set_by_name: str | None
    set_at: Instant


class FigureComment(Table, table=True):
    """What somebody says about a figure; the words are sealed."""

    __tablename__ = "figure_comment"
    __table_args__ = (Index("ix_figure_comment_figure", "fiscal_year", "measure_id", "at"),)

    comment_id: UUID = Field(primary_key=True)
    fiscal_year: int
    measure_id: str
    month: int | None
    by: str
    by_name: str | None
    at: Instant
    sealed: bytes


class VenueUsual(Table, table=True):
    """What a venue usually reports of a kind in one line: the sum and the number of its lines."""

    __tablename__ = "venue_usual"

    kind: str = Field(primary_key=True)
    venue: str = Field(primary_key=True)
    lines: Big
    total: Big


class FlaggedFigure(Table, table=True):
    """A reported figure far above what its venue usually has: counted, and to be looked at."""

    __tablename__ = "flagged_figure"
    __table_args__ = (
        Index("ix_flagged_figure_open", "flagged_at", postgresql_where=text("status = 'open'")),
    )

    entry_id: UUID = Field(primary_key=True)
    revision: int
    measure_id: str
    kind: str
    venue: str
    on_date: date
    quantity: Big
    usual: float
    flagged_at: Instant
    status: str
    """open · accepted · asked-back · corrected."""
    reviewed_by: str | None
    reviewed_at: Instant | None
