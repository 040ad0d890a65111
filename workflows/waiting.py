"""What a life waits for: the task of a person, and the instants at which it goes on by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from temporalio import workflow

from contracts.cases import Carried, Kind, Timer
from contracts.life import LIVES, Stage
from contracts.message import Message
from contracts.policies import Policy
from contracts.steps import TaskToOpen
from workflows.moves import Move
from workflows.policies import after

Memory = TypeVar("Memory", bound=Message)

FOLLOW_UPS = "follow_ups"
"""The due date of a state in which nothing is asked at first, and several times later."""


class Waiting(Generic[Memory]):
    """The state of one life, its memory, its open task and its timers.

    A workflow overrides what it knows better than the table: whose task it is, when it is due,
    what is to be brought to mind.
    """

    kind: ClassVar[Kind]

    def __init__(self, policy: Policy, carried: Carried, memory: Memory) -> None:
        self.policy = policy
        self.carried = carried
        self.memory = memory

    @property
    def state(self) -> str:
        return self.carried.state

    @property
    def stage(self) -> Stage:
        return LIVES[self.kind][self.state]

    @property
    def agency(self) -> str | None:
        """Whose staff the task is for; None: the case's own coordinator."""
        return None

    def due_at(self) -> datetime | None:
        """By when the task of this state is to be done."""
        field = "escalation" if self.stage.due == FOLLOW_UPS else self.stage.due
        return after(self.policy, field, workflow.now()) if field else None

    def task(self) -> TaskToOpen | None:
        if self.stage.task is None:
            return None
        return TaskToOpen(
            task_id=workflow.uuid4(),
            owner=self.stage.owner,
            agency=self.agency,
            asks=self.stage.task,
            acts=tuple(self.stage.acts),
            due_at=self.due_at(),
        )

    def deadlines(self) -> Iterator[Timer]:
        """When this state goes on by itself, counted from now."""
        for field in self.stage.lapses:
            if field != FOLLOW_UPS:
                at = after(self.policy, field, workflow.now())
                yield Timer(at=at, does="lapse", cause=field)

    def reminders(self, task: TaskToOpen) -> Iterator[Timer]:
        """When a task is brought to mind, and when to a superior."""
        stage = self.stage
        if stage.reminder:
            at = after(self.policy, stage.reminder, workflow.now())
            yield Timer(at=at, does="remind", cause=stage.reminder)
        if stage.escalation:
            at = after(self.policy, stage.escalation, workflow.now())
            yield Timer(at=at, does="escalate", cause=stage.escalation)
        elif task.due_at:
            at = after(self.policy, "escalation", task.due_at)
            yield Timer(at=at, does="escalate", cause="escalation")

    def timers(self) -> list[Timer]:
        """Everything that is still to ring, the earliest first. While a life rests, nothing."""
        if self.carried.rests_since is not None:
            return []
        return sorted(self.carried.timers, key=lambda timer: timer.at)

    def next_ring(self) -> datetime | None:
        return next((timer.at for timer in self.timers()), None)

    def shown_timers(self) -> list[Timer]:
        """Those that people are told of: "until when" of the line that says why a case waits."""
        return self.timers()

    def silence(self, timer: Timer) -> None:
        left = tuple(other for other in self.carried.timers if other != timer)
        self.carried = self.carried.model_copy(update={"timers": left})

    def wait_again(self, timer: Timer) -> None:
        """Let a timer ring once more after the same `Policy` field."""
        again = timer.model_copy(update={"at": after(self.policy, timer.cause, workflow.now())})
        timers = (*self.carried.timers, again)
        self.carried = self.carried.model_copy(update={"timers": timers})

    def set_timers_and_task(self, move: Move, entering: bool) -> TaskToOpen | None:
        """What rings from now on, and the task that is opened with the step, if any.

        Whoever works on a life that rests may do so: what is waited for then rests as well.
        """
        rested = self.carried.rests_since is not None
        sets_anew = entering or move.task in ("renew", "done", "over")
        if sets_anew or move.task == "wake":
            self.wake()
        opened = self.set_anew(move, entering) if sets_anew else None
        if move.task == "rest" or (rested and sets_anew):
            self.rest()
        return opened

    def rest(self) -> None:
        self.carried = self.carried.model_copy(update={"rests_since": workflow.now()})

    def wake(self) -> None:
        """Everything is due as much later as the life has rested."""
        since = self.carried.rests_since
        if since is None:
            return
        rested = workflow.now() - since
        timers = tuple(
            timer.model_copy(update={"at": timer.at + rested}) for timer in self.carried.timers
        )
        self.carried = self.carried.model_copy(update={"timers": timers, "rests_since": None})
        self.memory = self.put_off(rested)

    def put_off(self, rested: timedelta) -> Memory:
        """What a life remembers as an instant, as much later."""
        return self.memory

    def set_anew(self, move: Move, entering: bool) -> TaskToOpen | None:
        kept = tuple(t for t in self.carried.timers if t.does in ("follow-up", "lapse"))
        if entering:
            kept = tuple(self.deadlines())
        elif move.task == "over":
            kept = ()
        asks = self.stage.due != FOLLOW_UPS if entering else move.task == "renew"
        task = self.task() if asks else None
        reminders = tuple(self.reminders(task)) if task else ()
        if task:
            rises = min((t.at for t in reminders if t.does == "escalate"), default=None)
            task = task.model_copy(update={"escalates_at": rises})
        self.carried = self.carried.model_copy(
            update={"timers": kept + reminders, "task_id": task.task_id if task else None}
        )
        return task
