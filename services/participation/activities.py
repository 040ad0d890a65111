"""The activities by which the placement workflow reaches the directory and its places."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from chassis.context import Context
from contracts.calendar import tokyo_date
from contracts.catalogue import basic_area_of
from contracts.steps import Candidates, PlacementStep
from services.participation.matching import Wish, rank
from services.participation.store.placements import (
    ResourceFullError,
    ResourceUnknownError,
    record_placement_step,
)
from services.participation.store.resources import offers_for
from workflows.activities import ParticipationActivities

RESOURCE_FULL = "resource-full"
RESOURCE_UNKNOWN = "resource-unknown"


class Activities(ParticipationActivities):
    """Participation's side of the port."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @activity.defn
    async def find_candidates(self, step: PlacementStep) -> Candidates:
        """Rank the listed places for the step's wish, as of the step's day."""
        wish = Wish(
            kinds=step.kinds,
            daily_area=step.daily_area,
            basic_area=basic_area_of(step.daily_area) if step.daily_area else None,
            on=tokyo_date(step.at),
        )
        async with self._context.database.transaction() as session:
            return Candidates(candidates=rank(wish, await offers_for(session, wish)))

    @activity.defn
    async def record_placement(self, step: PlacementStep) -> None:
        """Remember one step; see `store.placements`."""
        try:
            async with self._context.database.transaction() as session:
                await record_placement_step(session, step)
        except ResourceFullError:
            raise ApplicationError(
                "the host has no free place", type=RESOURCE_FULL, non_retryable=True
            ) from None
        except ResourceUnknownError:
            raise ApplicationError(
                "there is no such listed host", type=RESOURCE_UNKNOWN, non_retryable=True
            ) from None
