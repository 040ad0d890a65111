"""The facts intake listens to: which fiscal years' figures stand."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from contracts.events.indicators import FiscalYearMoved
from services.intake.store.years import settle_year

events = Events("intake")


@events.on(FiscalYearMoved)
async def year_moved(session: AsyncSession, event: FiscalYearMoved) -> None:
    await settle_year(session, event.fiscal_year, event.settled, event.occurred_at)
