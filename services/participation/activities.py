"""The activities by which the placement workflow reaches the directory and its places."""

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from chassis.context import Context
from contracts.acts import Approach
from contracts.calendar import tokyo_date
from contracts.steps import Candidates, PlacementStep
from services.participation.store.capacity import ResourceFullError, ResourceUnknownError
from services.participation.store.matches import plain_wish, proposals_for, rank_of
from services.participation.store.placements import record_placement_step
from workflows.activities import ParticipationActivities

RESOURCE_FULL = "resource-full"
RESOURCE_UNKNOWN = "resource-unknown"


class Activities(ParticipationActivities):
    """Participation's side of the port."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @activity.defn
    async def find_candidates(self, step: PlacementStep) -> Candidates:
        """Rank the listed places for the wish as its workflow knows it, as of the step's day.

        What a person brings and needs is weighed in this service alone, where people look.
        """
        wish = plain_wish(step.kinds, step.daily_area, tokyo_date(step.at))
        async with self._context.database.transaction() as session:
            found = await proposals_for(session, wish, step.placement_id)
            return Candidates(candidates=tuple(one.candidate() for one in found))

    @activity.defn
    async def record_placement(self, step: PlacementStep) -> None:
        """Remember one step; see `store.placements`."""
        try:
            async with self._context.database.transaction() as session:
                await record_placement_step(session, step, await self._rank(session, step))
        except ResourceFullError:
            raise ApplicationError(
                "the host has no free place", type=RESOURCE_FULL, non_retryable=True
            ) from None
        except ResourceUnknownError:
            raise ApplicationError(
                "there is no such listed host", type=RESOURCE_UNKNOWN, non_retryable=True
            ) from None

    async def _rank(self, session: AsyncSession, step: PlacementStep) -> int | None:
        """Which of the candidates is asked: shows where somebody chose another than proposed."""
        act = step.command.act if step.command else None
        if not isinstance(act, Approach):
            return None
        on = tokyo_date(step.at)
        vault = self._context.vault
        return await rank_of(session, vault, step.placement_id, act.resource_id, on)
