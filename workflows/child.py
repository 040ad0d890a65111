"""What the lives that a case starts have in common: they end at its word, and tell it of theirs."""

from uuid import UUID

from temporalio import workflow

from contracts.acts import Command
from contracts.beside import ErrandInput, TransferInput
from contracts.cases import (
    CHILD_MOVED,
    PAUSE,
    RESUME,
    Carried,
    ChildMoved,
    HandoverInput,
    Kind,
    MeetingInput,
    OutreachInput,
    PlacementInput,
    PlanInput,
    ReferralInput,
    Stop,
)
from contracts.message import Message
from workflows.life import Life
from workflows.moves import Move, Tell
from workflows.waiting import Memory

Beginning = (
    MeetingInput
    | PlanInput
    | OutreachInput
    | ReferralInput
    | PlacementInput
    | HandoverInput
    | ErrandInput
    | TransferInput
)


class Child(Life[Memory]):
    """A life under a case. Its input is its memory: what it began with, and what it learnt."""

    def __init__(self, key: UUID, begins_with: Beginning, memory: Memory) -> None:
        carried: Carried = begins_with.carried
        super().__init__(key, begins_with.case_id, begins_with.policy, carried, memory)

    def carry(self) -> Message:
        return self.memory.model_copy(update={"carried": self.carried})

    @workflow.signal
    def stop(self, stop: Stop) -> None:
        """The case ends this life, as far as the state it is in can be ended."""
        self.news.append(lambda: self.stopped(stop))

    def stopped(self, stop: Stop) -> Move | None:
        return self.told("stop", result=stop.reason)

    @workflow.signal
    def pause(self) -> None:
        """The case is suspended."""
        self.news.append(lambda: self.paused())

    @workflow.signal
    def resume(self) -> None:
        """The case goes on."""
        self.news.append(lambda: self.resumed())

    def paused(self) -> Move | None:
        """Nothing rings until the case goes on. People may act all the same."""
        if self.carried.rests_since is not None:
            return None
        return Move(cause=PAUSE, task="rest")

    def resumed(self) -> Move | None:
        return Move(cause=RESUME, task="wake") if self.carried.rests_since is not None else None

    def told(self, news: str, result: str | None = None) -> Move | None:
        """The move that news makes by the table; None in a state that does not listen to it."""
        exits = self.stage.news.get(news)
        return Move(exits[0], cause=news, result=result) if exits else None

    @property
    def told_to(self) -> tuple[Kind, UUID]:
        """Whom it tells of its states: the case, unless another life began it."""
        return Kind.CASE, self.case_id

    async def moved(self, move: Move, command: Command | None) -> None:
        """Whoever began it hears of every state but the first, which it knows."""
        if move.cause == "started":
            return
        news = ChildMoved(
            kind=self.kind,
            child_id=self.key,
            state=self.state,
            result=move.result,
            agency=move.agency,
            created_id=move.created_id,
            by=command.actor.sub if command else None,
            plan=move.plan,
        )
        await self.tell(Tell(*self.told_to, CHILD_MOVED, news))
