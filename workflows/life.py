"""The engine of every life: it walks a table of `contracts.life`, one recorded step at a time.

A life waits for an act of a person (the Update `act`), for news from another workflow (signals),
or for the next of its timers. Whichever comes is turned into a `Move`, and a move is made in one
way only: decided in full, recorded by coordination in one transaction, and then followed by what
it tells and starts. If the recording is refused, the life is as it was before.

A workflow adds to this its memory and its rules: a method named like an act decides it, and an
act without one goes the only way the table has. What a life decides is held against the table.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, NoReturn, TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

from contracts.acts import Command, Outcome
from contracts.cases import (
    COORDINATION_QUEUE,
    Carried,
    Refusal,
    Timer,
    workflow_id,
)
from contracts.life import Role, allowed
from contracts.message import Message
from contracts.policies import Policy
from contracts.steps import Escalate, Step
from workflows import policies
from workflows.activities import CoordinationActivities
from workflows.moves import Move, Start, Tell
from workflows.waiting import Memory, Waiting

Request = TypeVar("Request")
Answer = TypeVar("Answer")


def refuse(refusal: Refusal, **details: object) -> NoReturn:
    """Raise the refusal of an act; its details are one JSON object of ids, codes and states."""
    raise ApplicationError(refusal.value, details, type=refusal.value, non_retryable=True)


class Life(Waiting[Memory]):
    """A walk through one table. See the module for the whole."""

    begins: ClassVar[str]
    """The first state that is recorded."""
    ends: ClassVar[frozenset[str]]
    """States in which the life is over once nothing is waited for."""

    def __init__(
        self, key: UUID, case_id: UUID, policy: Policy, carried: Carried, memory: Memory
    ) -> None:
        super().__init__(policy, carried, memory)
        self.key = key
        self.case_id = case_id
        self.steps_before = carried.step
        self.news: deque[Callable[[], Move | None]] = deque()
        self.lock = asyncio.Lock()

    # --- the walk -----------------------------------------------------------------------------

    async def live(self) -> None:
        """Walk from the beginning, or from where the last run left off, to the end.

        A long history is begun anew with everything carried over, also what is still to ring.
        """
        if not self.begun:
            async with self.lock:
                await self.step(self.first_move())
        while True:
            while not self.over:
                await self.walk_on()
            await workflow.wait_condition(workflow.all_handlers_finished)
            if self.over:
                return

    async def walk_on(self) -> None:
        await self.something_happens()
        async with self.lock:
            await self.go_on()
        if self.long_enough:
            await workflow.wait_condition(workflow.all_handlers_finished)
            async with self.lock:
                if not (self.news or self.over) and workflow.all_handlers_finished():
                    workflow.continue_as_new(self.carry())

    def first_move(self) -> Move:
        return Move(self.begins, cause="started")

    def carry(self) -> Message:
        """What the next run begins with."""
        raise NotImplementedError

    async def something_happens(self) -> None:
        """Return at the next timer, or earlier if there is news, an end, or another next timer."""
        rings = self.next_ring()

        def woken() -> bool:
            return bool(self.news) or self.over or self.long_enough or self.next_ring() != rings

        if rings is None:
            await workflow.wait_condition(woken)
        elif (left := rings - workflow.now()).total_seconds() > 0:
            try:
                await workflow.wait_condition(woken, timeout=left)
            except TimeoutError:
                return

    async def go_on(self) -> None:
        """Take in one piece of news, or else the timer that is due."""
        if self.news:
            move = self.news.popleft()()
        else:
            due = next((timer for timer in self.timers() if timer.at <= workflow.now()), None)
            if due is None:
                return
            self.silence(due)
            if due.does in ("remind", "escalate"):
                return await self.bring_to_mind(due)
            move = self.lapse(due)
        if move is not None:
            await self.step(move)

    def lapse(self, timer: Timer) -> Move | None:
        """What a timer does that is not about a task. An exit to itself: nothing is left to do."""
        to = self.stage.lapses[timer.cause]
        return Move(to, cause=timer.cause, task="over" if to == self.state else "keep")

    @property
    def begun(self) -> bool:
        return self.carried.step > 0

    @property
    def over(self) -> bool:
        return self.state in self.ends and not self.carried.timers

    @property
    def long_enough(self) -> bool:
        """Whether the run has gone on for so long that its history should be begun anew."""
        steps = self.carried.step - self.steps_before
        return steps >= self.carried.run_length or workflow.info().is_continue_as_new_suggested()

    # --- what people do -----------------------------------------------------------------------

    @workflow.update
    async def act(self, command: Command) -> Outcome:
        """Apply one act of a person, once: the same id again is answered and has no effect.

        Raises ApplicationError with a `Refusal` as its type; nothing has moved then.
        """
        await workflow.wait_condition(lambda: self.begun)
        async with self.lock:
            if command.command_id not in self.carried.applied:
                await self.step(self.decide(command), command)
            return Outcome(command_id=command.command_id, state=self.state, at=workflow.now())

    @act.validator
    def refuse_early(self, command: Command) -> None:
        """Refuse before history is written; while a step is under way `act` itself will judge."""
        settled = self.begun and not self.lock.locked()
        if settled and command.command_id not in self.carried.applied:
            self.decide(command)

    def decide(self, command: Command) -> Move:
        """The move that an act makes in this state. Raises ApplicationError; changes nothing."""
        acts = self.takes()
        code = command.act.code
        if code not in acts:
            refuse(Refusal.NOT_ALLOWED, state=self.state, allowed=sorted(acts))
        rule: Callable[..., Move] | None = getattr(self, code, None)
        if rule is not None:
            return rule(command.act, command)
        return Move(acts[code][0] if acts[code] else None)

    def takes(self) -> dict[str, tuple[str, ...]]:
        """The acts that this life takes now, with the states they may lead to."""
        return {} if self.over else allowed(self.kind, self.state)

    @workflow.query(name="state")
    def condition(self) -> Carried:
        """For support staff: the state, what is still to ring, and what was applied."""
        return self.carried

    # --- one step -----------------------------------------------------------------------------

    async def step(self, move: Move, command: Command | None = None) -> None:
        """Make one move: record it, then tell and start what follows from it."""
        came_from, before = self.state, (self.carried, self.memory)
        self.hold_against_table(move, command)
        step = self.enter(move, command)
        try:
            await self.record(step)
        except FailureError:
            self.carried, self.memory = before
            self.carried = self.carried.model_copy(update={"step": step.number})
            raise
        for tell in move.tells:
            await self.tell(tell)
        for start in move.starts:
            await self.start(start)
        if self.state != came_from:
            await self.moved(move, command)

    async def moved(self, move: Move, command: Command | None) -> None:
        """The life is in another state now: whoever needs to know is told."""

    def hold_against_table(self, move: Move, command: Command | None) -> None:
        """Raise RuntimeError, which halts the workflow for mending, if no row has this exit."""
        if move.to is None or not self.begun:
            return
        if command is not None:
            exits = allowed(self.kind, self.state)[command.act.code]
        else:
            lapse = self.stage.lapses.get(move.cause or "")
            exits = (lapse,) if lapse else self.stage.news.get(move.cause or "", ())
        if move.to not in exits:
            raise RuntimeError(f"{self.kind} {self.state}: no row leads to {move.to}")

    def enter(self, move: Move, command: Command | None) -> Step:
        """Change the state, the memory, the timers and the task; give the step to be recorded."""
        now, came_from = workflow.now(), self.state
        unknown = set(move.remember) - set(type(self.memory).model_fields)
        if unknown:
            raise RuntimeError(f"{self.kind} has no memory of {unknown}")
        self.memory = self.memory.model_copy(update=dict(move.remember))
        entering = move.anew or (move.to or came_from) != came_from
        applied = self.carried.applied + ((command.command_id,) if command else ())
        self.carried = self.carried.model_copy(
            update={
                "state": move.to or came_from,
                "since": now if entering else self.carried.since,
                "step": self.carried.step + 1,
                "applied": applied[-policies.REMEMBERED_COMMANDS :],
            }
        )
        opens = self.set_timers_and_task(move, entering)
        return Step(
            kind=self.kind,
            workflow_id=workflow_id(self.kind, self.key),
            entity_id=self.key,
            case_id=self.case_id,
            number=self.carried.step,
            at=now,
            came_from=came_from,
            state=self.state,
            command=command,
            cause=move.cause,
            created_id=move.created_id,
            legal_basis=move.legal_basis,
            plan_version=move.plan_version,
            agency=move.agency,
            person_id=move.person_id,
            result=move.result,
            age=move.age,
            on=move.on,
            topic=move.topic,
            plan_id=move.plan_id,
            meeting_id=move.meeting_id,
            closes_tasks=entering or move.task in ("renew", "done", "over"),
            opens=(opens,) if opens else (),
            waits_until=next((timer.at for timer in self.shown_timers()), None),
            rests=self.carried.rests_since is not None,
        )

    async def record(self, step: Step) -> None:
        """Have the step remembered. Raises ApplicationError if an act is refused after all."""
        refusable = step.command is not None
        await self.ask(CoordinationActivities.record_step, step, COORDINATION_QUEUE, refusable)

    async def ask(
        self,
        activity: Callable[[Any, Request], Awaitable[Answer]],
        request: Request,
        queue: str,
        refusable: bool = False,
    ) -> Answer:
        """Ask a service, for as long as it takes; raise its ApplicationError if it may refuse.

        What no person asked for has nobody to be told of a refusal: it is asked again until the
        service is mended.
        """
        while True:
            try:
                return await workflow.execute_activity_method(
                    activity,
                    request,
                    task_queue=queue,
                    start_to_close_timeout=policies.ACTIVITY_TIMEOUT,
                    retry_policy=policies.ACTIVITY_RETRY,
                )
            except ActivityError as failure:
                if is_cancelled_exception(failure):
                    raise
                if refusable:
                    raise (failure.cause or failure) from failure
                workflow.logger.error("a service refused what nobody asked for; asking again")
                await workflow.sleep(policies.MENDING_PAUSE)

    async def tell(self, tell: Tell) -> None:
        handle = workflow.get_external_workflow_handle(workflow_id(tell.kind, tell.key))
        try:
            await handle.signal(tell.signal, args=[tell.message] if tell.message else [])
        except FailureError as gone:
            if is_cancelled_exception(gone):
                raise
            workflow.logger.info("a workflow is over and was not told", extra={"to": handle.id})

    async def start(self, start: Start) -> None:
        """Start a child. It outlives the case's run: it has papers, minutes, people of its own."""
        await workflow.start_child_workflow(
            start.kind.value,
            start.begins_with,
            id=workflow_id(start.kind, start.key),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
        )

    async def bring_to_mind(self, timer: Timer) -> None:
        """Have an open task shown again to its owner, or to the superior."""
        if self.carried.task_id is None:
            return
        remind = timer.does == "remind"
        to = Role(timer.detail) if timer.detail else self.stage.owner
        escalation = Escalate(
            task_id=self.carried.task_id,
            case_id=self.case_id,
            to=to if remind else Role.MANAGER,
            reason="reminder" if remind else "overdue",
            at=workflow.now(),
        )
        await self.ask(CoordinationActivities.escalate_task, escalation, COORDINATION_QUEUE)
