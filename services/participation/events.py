"""The facts participation listens to: issues that meetings saw behind their cases."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from contracts.events.coordination import CommunityIssueRaised
from services.participation.store.issues import take_in

events = Events("participation")


@events.on(CommunityIssueRaised)
async def enter_issue(session: AsyncSession, event: CommunityIssueRaised) -> None:
    await take_in(session, event)
