"""The facts that the indicators listen to: each becomes ledger entries, and the figures follow."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from chassis.telemetry import trace_id
from contracts.events import Event
from contracts.events.coordination import (
    CaseClosed,
    CaseOpened,
    ContactMade,
    MeetingHeld,
    PlanAdopted,
    SupportRecorded,
)
from contracts.events.intake import (
    ActivityCorrected,
    ActivityReported,
    ActivityWithdrawn,
    IntakeWithdrawn,
)
from contracts.events.participation import (
    CommunityWorkRecorded,
    PlacementSettled,
    PlacementStarted,
    ResourceLinked,
    ResourcePublished,
    ResourceWithdrawn,
)
from services.indicators.attention import look_at
from services.indicators.entry import entries_of
from services.indicators.measures import load_measures
from services.indicators.store import record

MEASURES = load_measures()

COUNTED: tuple[type[Event], ...] = (
    ActivityReported,
    ActivityCorrected,
    ActivityWithdrawn,
    IntakeWithdrawn,
    CaseOpened,
    CaseClosed,
    MeetingHeld,
    PlanAdopted,
    ContactMade,
    SupportRecorded,
    PlacementStarted,
    PlacementSettled,
    ResourceLinked,
    ResourcePublished,
    ResourceWithdrawn,
    CommunityWorkRecorded,
)

events = Events("indicators")


async def count(session: AsyncSession, event: Event) -> None:
    """Enter a fact in the ledger and in every figure that it changes; look at what is unusual."""
    await look_at(session, await record(session, MEASURES, entries_of(event), trace_id()))


for model in COUNTED:
    events.on(model)(count)
