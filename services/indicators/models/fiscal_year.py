"""Fiscal years on their way to publication, and the versions in which figures are frozen."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlmodel import Field

from services.indicators.models.table import Instant, Json, JsonList, Table


class FiscalYear(Table, table=True):
    """Where a fiscal year's figures are on their way to publication; its workflow decides."""

    __tablename__ = "fiscal_year"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str
    """A `contracts.life.FiscalYearState`; empty until the workflow has begun."""
    step: int
    since: Instant
    waits_until: Instant | None


class FiscalYearStepRow(Table, table=True):
    """One step of a fiscal year, as its workflow told it."""

    __tablename__ = "fiscal_year_step"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: Instant
    came_from: str
    state: str
    cause: str | None
    act: str | None
    actor: str | None
    command_id: UUID | None
    version: int | None
    """The version of the figures that the step made or decided on."""


class YearCommandRow(Table, table=True):
    """Something a fiscal year's workflow is to be told: stored first, delivered until settled."""

    __tablename__ = "year_command"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'applied', 'refused')", name="ck_year_command"),
        Index("ix_year_command_pending", "seq", postgresql_where=text("status = 'pending'")),
    )

    command_id: UUID = Field(primary_key=True)
    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    fiscal_year: int
    act: str
    """The act's code, or `start`."""
    payload: Json
    """The message as the workflow gets it: without the note."""
    sub: str | None
    sub_name: str | None
    sealed_note: bytes | None
    status: str
    outcome: Json
    attempts: int
    next_try_at: Instant
    created_at: Instant
    traceparent: str | None
    tracestate: str | None


class FrozenVersion(Table, table=True):
    """The figures of a fiscal year as they stood at one moment. A trigger keeps them so.

    Only what becomes of a proposal is written later, once.
    """

    __tablename__ = "frozen_version"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    """monthly · provisional · final · restatement."""
    month: int | None
    status: str
    """in-force · proposed · returned."""
    frozen_at: Instant
    entries: int
    """How many ledger entries of the year stood then."""
    hash: str
    """SHA-256 over the frozen figures, in the order of their keys."""
    digests: Json
    """The same of each figure in each area, by `measure|area`; empty in the first versions."""
    measures: JsonList
    """The rules and the wording that they were counted and printed by."""
    notes: JsonList
    """The answers to the open questions, as printed below the table."""
    changes: JsonList
    """Of a restatement: every figure that differs from the version before, with both values."""
    command_id: UUID | None
    proposed_by: str | None
    decided_by: str | None
    decided_at: Instant | None


class FrozenFigure(Table, table=True):
    """One value of a frozen version. `month` 0: the whole year; `basic_area` empty: the ward."""

    __tablename__ = "frozen_figure"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    measure_id: str = Field(primary_key=True)
    basic_area: str = Field(primary_key=True)
    month: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: int | None = Field(sa_type=BigInteger)
    sub_value: int | None = Field(sa_type=BigInteger)
