"""Participation support for one person: from a wish to a place where they are at home (A8).

Participation ranks the resources for the wish; a host is asked, visited, tried out, and the link
is made: then both sides are helped to settle, and looked at again for some months. A host that
says no, or a person who does not like it, leads back to the wish. The person may end it at any
step. Participation remembers every step before coordination does, for it alone knows whether a
host has room.
"""

from temporalio import workflow

from contracts.acts import (
    Approach,
    Command,
    EndPlacement,
    RecordAnswer,
    RecordFollowUp,
    RecordSettling,
    RecordTrial,
    RecordVisit,
)
from contracts.cases import PARTICIPATION_QUEUE, Kind, PlacementInput, Stop
from contracts.life import PlacementState
from contracts.steps import PlacementStep, Step
from workflows.activities import ParticipationActivities
from workflows.child import Child
from workflows.follow_up import FollowedUp
from workflows.moves import Move


@workflow.defn(name=Kind.PLACEMENT.value)
class PlacementWorkflow(FollowedUp[PlacementInput], Child[PlacementInput]):
    """One person's way to a place in the community."""

    kind = Kind.PLACEMENT
    begins = PlacementState.MATCHING
    ends = frozenset({PlacementState.ENDED})

    @workflow.init
    def __init__(self, placement: PlacementInput) -> None:
        super().__init__(placement.placement_id, placement, placement)
        self.host = placement.resource_id

    @workflow.run
    async def run(self, placement: PlacementInput) -> None:
        await self.live()

    # --- what people do -----------------------------------------------------------------------

    def approach(self, act: Approach, by: Command) -> Move:
        return Move(PlacementState.APPROACHED, remember={"resource_id": act.resource_id})

    def record_answer(self, act: RecordAnswer, by: Command) -> Move:
        return Move(PlacementState.VISITING) if act.accepted else self.match_again()

    def record_visit(self, act: RecordVisit, by: Command) -> Move:
        return Move(PlacementState.TRIAL) if act.liked else self.match_again()

    def record_trial(self, act: RecordTrial, by: Command) -> Move:
        return Move(PlacementState.LINKING) if act.liked else self.match_again()

    def record_settling(self, act: RecordSettling, by: Command) -> Move:
        return Move(PlacementState.SETTLED) if act.settled else Move(task="renew")

    def record_follow_up(self, act: RecordFollowUp, by: Command) -> Move:
        """A worry leads back to the wish; after the last look the placement has done its work."""
        if act.result == "worry":
            return self.match_again()
        if self.follow_ups_left:
            return Move(task="done")
        return Move(PlacementState.ENDED, result="settled")

    def end_placement(self, act: EndPlacement, by: Command) -> Move:
        return Move(PlacementState.ENDED, result=act.reason)

    def stopped(self, stop: Stop) -> Move | None:
        withdrawn = stop.reason == "withdrawn-by-person"
        return self.told("stop", result=stop.reason if withdrawn else "case-closed")

    # --- rules --------------------------------------------------------------------------------

    def match_again(self) -> Move:
        """The host is given back, and the wish stands."""
        return Move(PlacementState.MATCHING, remember={"resource_id": None})

    async def record(self, step: Step) -> None:
        """Participation first: it holds the host's capacity, or gives it back, or has none."""
        refusable = step.command is not None
        placed = PlacementStep(
            placement_id=self.key,
            case_id=self.case_id,
            person_id=self.memory.person_id,
            number=step.number,
            at=step.at,
            came_from=step.came_from,
            state=step.state,
            resource_id=self.memory.resource_id or self.host,
            kinds=self.memory.kinds,
            daily_area=self.memory.daily_area,
            command=step.command,
            result=step.result,
        )
        queue = PARTICIPATION_QUEUE
        await self.ask(ParticipationActivities.record_placement, placed, queue, refusable)
        if self.state == PlacementState.MATCHING and step.came_from != self.state:
            await self.ask(ParticipationActivities.find_candidates, placed, queue)
        await super().record(step)
        self.host = self.memory.resource_id

    @property
    def agency(self) -> str | None:
        return self.memory.agency
