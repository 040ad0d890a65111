"""What people have to do about a fiscal year's figures."""

from sqlmodel import Field

from services.coordination.models.table import Instant, Table


class FiscalYearStage(Table, table=True):
    """Where a fiscal year's figures are (速報・確定・公表), as the indicators told last.

    One row for each year: whoever has something to do there has it once, however often it is told.
    """

    __tablename__ = "fiscal_year_stage"

    fiscal_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str
    """A `contracts.life.FiscalYearState`."""
    since: Instant
    due_at: Instant | None = None
    by: str | None = None
    """The `sub` of who brought it here; None: the calendar did."""
