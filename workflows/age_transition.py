"""The handover of one person's support at 18, 40 or 65, when the systems change (plan §6, §7(4)).

Half a year before, the sides are asked to confirm who gives and who receives; it is brought to
mind again as the day comes near. The records are handed over as a package, and when both have
confirmed, they stay side by side until some months after the age was reached. A case that ends
before that ends a handover with it; a birth date that is corrected moves its days.
"""

from collections.abc import Iterator
from datetime import date, datetime

from temporalio import workflow

from contracts.acts import Command, ConfirmHandover
from contracts.awaited import AgeReached
from contracts.cases import HandoverInput, Kind, Timer
from contracts.life import HandoverState
from contracts.steps import TaskToOpen
from workflows.child import Child
from workflows.moves import Move
from workflows.policies import after, before, start_of

SIDES = frozenset({"giving", "receiving"})
NOTICES = "handover_notices"
CORRECTED = "birth-date-corrected"


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

    @workflow.signal
    def age_corrected(self, said: AgeReached) -> None:
        self.news.append(lambda: self.moved_to(said.reached_on))

    def moved_to(self, reached_on: date) -> Move | None:
        """Back to waiting, if by the corrected day the first notice is still to come."""
        if CORRECTED not in self.stage.news or reached_on == self.memory.reached_on:
            return None
        reached_at = start_of(self.policy, reached_on, workflow.now())
        ahead = self.notices(reached_at)[:1] > [workflow.now()]
        return Move(
            HandoverState.WAITING if ahead else self.state,
            anew=True,
            cause=CORRECTED,
            remember={"reached_on": reached_on, "reached_at": reached_at},
            person_id=self.memory.person_id,
            age=self.memory.age,
            on=reached_on,
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
            age=self.memory.age,
            on=self.memory.reached_on,
        )

    def notices(self, reached_at: datetime | None = None) -> list[datetime]:
        """When the handover is brought to mind, the earliest first."""
        at = reached_at or self.reached_at
        return sorted(before(self.policy, period, at) for period in self.policy.handover_notices)

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
