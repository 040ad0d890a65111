"""The stages of fiscal years' figures, kept as they are told."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.events.indicators import FiscalYearMoved
from services.coordination.models import FiscalYearStage


async def keep_stage(session: AsyncSession, told: FiscalYearMoved) -> None:
    """The latest word on a year stands, in whatever order words come."""
    values = {
        "state": told.state,
        "since": told.occurred_at,
        "due_at": told.due_at,
        "by": told.by,
    }
    await session.execute(
        insert(FiscalYearStage)
        .values(fiscal_year=told.fiscal_year, **values)
        .on_conflict_do_update(
            index_elements=["fiscal_year"],
            set_=values,
            where=col(FiscalYearStage.since) < told.occurred_at,
        )
    )
