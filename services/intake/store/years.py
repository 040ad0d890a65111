"""Fiscal years whose figures stand: a copy of what the indicators tell."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import SettledYear


async def settle_year(
    session: AsyncSession, fiscal_year: int, settled: bool, told_at: datetime
) -> None:
    """Remember the latest word on a year, in whatever order the words come."""
    statement = insert(SettledYear).values(
        fiscal_year=fiscal_year, settled=settled, told_at=told_at
    )
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["fiscal_year"],
            set_={"settled": new.settled, "told_at": new.told_at},
            where=col(SettledYear.told_at) < new.told_at,
        )
    )


async def settled_years(session: AsyncSession) -> frozenset[int]:
    """The fiscal years for which a new line is late."""
    years = await session.scalars(
        select(col(SettledYear.fiscal_year)).where(col(SettledYear.settled))
    )
    return frozenset(years)
