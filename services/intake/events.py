"""The facts intake listens to: which years' figures stand, and what is counted by records."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from contracts.events.indicators import FiscalYearMoved
from contracts.events.participation import ReportingWaySet
from services.intake.store.ways import keep_way
from services.intake.store.years import settle_year

events = Events("intake")


@events.on(FiscalYearMoved)
async def year_moved(session: AsyncSession, event: FiscalYearMoved) -> None:
    await settle_year(session, event.fiscal_year, event.settled, event.occurred_at)


@events.on(ReportingWaySet)
async def remember_way(session: AsyncSession, event: ReportingWaySet) -> None:
    await keep_way(session, event)
