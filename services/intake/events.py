"""The facts intake listens to: what is counted by records elsewhere and so not reported here."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from contracts.events.participation import ReportingWaySet
from services.intake.store.ways import keep_way

events = Events("intake")


@events.on(ReportingWaySet)
async def remember_way(session: AsyncSession, event: ReportingWaySet) -> None:
    await keep_way(session, event)
