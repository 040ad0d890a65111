"""The handover of one person's support at 18, 40 or 65, when the systems change (plan §6, §7(4)).

Half a year before, the sides are asked to confirm who gives and who receives; it is brought to
mind again as the day comes near. When both have confirmed, they stay side by side until some
months after the age was reached. A case that ends before that ends a handover with it.
"""

from collections.abc import Iterator
from datetime import datetime

from temporalio import workflow

from contracts.acts import Command, ConfirmHandover
from contracts.cases import HandoverInput, Kind, Timer
from contracts.life import HandoverState
from contracts.steps import TaskToOpen
from workflows.child import Child
from workflows.moves import Move
from workflows.policies import after, before, start_of

SIDES = frozenset({"giving", "receiving"})
NOTICES = "handover_notices"


@workflow.defn(name=Kind.HANDOVER.value)
class HandoverWorkflow(Child[HandoverInput]):
    """One person, one age."""

    kind = Kind.HANDOVER
    begins = HandoverState.WAITING
    ends = frozenset({HandoverState.DONE, HandoverState.STOPPED})

    @workflow.init
    def __init__(self, handover: HandoverInput) -> None:
        super().__init__(handover.handover_id, handover, handover)

    @workflow.run
    async def run(self, handover: HandoverInput) -> None:
        await self.live()

    def confirm_handover(self, act: ConfirmHandover, by: Command) -> Move:
        confirmed = {*self.memory.confirmed, act.side}
        return Move(
            HandoverState.OVERLAP if confirmed >= SIDES else None,
            remember={"confirmed": tuple(sorted(confirmed))},
            agency=act.agency,
            person_id=self.memory.person_id,
        )

    # --- what is waited for -------------------------------------------------------------------

    @property
    def reached_at(self) -> datetime:
        return self.memory.reached_at or start_of(
            self.policy, self.memory.reached_on, workflow.now()
        )

    def first_move(self) -> Move:
        """The day is made an instant once, so that a compressed clock does not move it."""
        return Move(
            self.begins,
            cause="started",
            remember={"reached_at": self.reached_at},
            person_id=self.memory.person_id,
        )

    def notices(self) -> list[datetime]:
        """When the handover is brought to mind, the earliest first."""
        periods = self.policy.handover_notices
        return sorted(before(self.policy, period, self.reached_at) for period in periods)

    def deadlines(self) -> Iterator[Timer]:
        if self.state == HandoverState.WAITING:
            first = next(iter(self.notices()), self.reached_at)
            yield Timer(at=first, does="lapse", cause=NOTICES)
        elif self.state == HandoverState.OVERLAP:
            begins = max(self.reached_at, workflow.now())
            end = after(self.policy, "handover_overlap", begins)
            yield Timer(at=end, does="lapse", cause="handover_overlap")

    def reminders(self, task: TaskToOpen) -> Iterator[Timer]:
        yield from super().reminders(task)
        for at in self.notices():
            if at > workflow.now():
                yield Timer(at=at, does="remind", cause=NOTICES)

    def due_at(self) -> datetime | None:
        return self.reached_at
