"""Participation support for one person: from a wish to a place where they are at home (A8).

Participation ranks the resources for the wish; a host is asked, visited, tried out, and the link
is made: then both sides are helped to settle, and looked at again for some months. A host that
says no, or a person who does not like it, leads back to the wish; a host that is full is waited
for; where nothing fits, a place is made. The person may end it at any step. Participation remembers
every step before coordination does, for it alone knows whether a host has room.
"""

from dataclasses import replace

from temporalio import workflow

from contracts.acts import (
    Approach,
    Command,
    EndPlacement,
    JoinWaitingList,
    MatchAgain,
    RecordAnswer,
    RecordFollowUp,
    RecordSettling,
    RecordTrial,
    RecordVisit,
    RequestDevelopment,
    StopWaiting,
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

    @workflow.signal
    def place_offered(self) -> None:
        """The host that the person waits for has a place, and holds it for the person."""
        self.news.append(lambda: self.told("place_offered"))

    @workflow.signal
    def development_answered(self) -> None:
        """The request to make a place is answered: the candidates are to be looked at again."""
        self.news.append(lambda: self.told("development_answered"))

    # --- what people do -----------------------------------------------------------------------

    def approach(self, act: Approach, by: Command) -> Move:
        return Move(PlacementState.APPROACHED, remember={"resource_id": act.resource_id})

    def join_waiting_list(self, act: JoinWaitingList, by: Command) -> Move:
        return Move(PlacementState.WAITING, remember={"resource_id": act.resource_id})

    def stop_waiting(self, act: StopWaiting, by: Command) -> Move:
        return self.back_to_the_wish()

    def request_development(self, act: RequestDevelopment, by: Command) -> Move:
        return Move(PlacementState.DEVELOPING, remember={"resource_id": None})

    def match_again(self, act: MatchAgain, by: Command) -> Move:
        return replace(self.back_to_the_wish(), result=act.reason)

    def record_answer(self, act: RecordAnswer, by: Command) -> Move:
        return Move(PlacementState.VISITING) if act.accepted else self.back_to_the_wish()

    def record_visit(self, act: RecordVisit, by: Command) -> Move:
        return Move(PlacementState.TRIAL) if act.liked else self.back_to_the_wish()

    def record_trial(self, act: RecordTrial, by: Command) -> Move:
        """Both sides have to like it."""
        fits = act.liked and act.host != "declines"
        return Move(PlacementState.LINKING) if fits else self.back_to_the_wish()

    def record_settling(self, act: RecordSettling, by: Command) -> Move:
        """Settled where the person is at home and the host at ease; else both are helped on."""
        both = act.settled and act.host != "needs-support"
        return Move(PlacementState.SETTLED) if both else Move(task="renew")

    def record_follow_up(self, act: RecordFollowUp, by: Command) -> Move:
        """A worry leads back to the wish; after the last look the placement has done its work."""
        if act.result == "worry":
            return self.back_to_the_wish()
        if self.follow_ups_left:
            return Move(task="done")
        return Move(PlacementState.ENDED, result="settled")

    def end_placement(self, act: EndPlacement, by: Command) -> Move:
        return Move(PlacementState.ENDED, result=act.reason)

    def stopped(self, stop: Stop) -> Move | None:
        withdrawn = stop.reason == "withdrawn-by-person"
        return self.told("stop", result=stop.reason if withdrawn else "case-closed")

    # --- rules --------------------------------------------------------------------------------

    def back_to_the_wish(self) -> Move:
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
