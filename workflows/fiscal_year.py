"""A fiscal year's figures: counted month by month, 速報 in April, 確定 by two people, then 公表.

While the year runs a report is made after each month. On its date the provisional version is
frozen; until the cut-off late reports go into the open figures. Then somebody proposes the final
figures, which are frozen at that moment, and somebody else approves exactly those, or returns
them. What has been approved never changes: whatever comes later is said anew by a restatement,
which goes the same way. The step is recorded first, and then it has happened.
"""

import asyncio
from datetime import date, datetime

from temporalio import workflow

from contracts.acts import Outcome
from contracts.cases import Refusal
from contracts.fiscal_years import (
    FISCAL_YEAR_KIND,
    INDICATORS_QUEUE,
    FiscalYearInput,
    FiscalYearStep,
    YearCommand,
    YearMemory,
)
from contracts.life import FISCAL_YEAR, FiscalYearState, Stage
from contracts.message import Message
from workflows import policies
from workflows.activities import IndicatorsActivities
from workflows.life import refuse

MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
"""The calendar months of a fiscal year, in their order."""


class Turn(Message):
    """What is decided before it is recorded: the step, and the memory that follows from it."""

    step: FiscalYearStep
    memory: YearMemory


@workflow.defn(name=FISCAL_YEAR_KIND)
class FiscalYearWorkflow:
    """One fiscal year, until its figures are kept for good."""

    @workflow.init
    def __init__(self, year: FiscalYearInput) -> None:
        self.year = year.fiscal_year
        self.policy = year.policy
        self.memory = year.memory
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, year: FiscalYearInput) -> None:
        if not self.memory.state:
            async with self.lock:
                await self.take(self.begun())
        while self.state != FiscalYearState.KEPT:
            await self.something_is_due()
            async with self.lock:
                await self.go_on()
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(year.model_copy(update={"memory": self.memory}))
        await workflow.wait_condition(workflow.all_handlers_finished)

    # --- what people do -----------------------------------------------------------------------

    @workflow.update
    async def act(self, command: YearCommand) -> Outcome:
        """Apply one act of a person, once: the same id again is answered and has no effect.

        Raises ApplicationError with a `Refusal` as its type; nothing has moved then.
        """
        await workflow.wait_condition(lambda: bool(self.memory.state))
        async with self.lock:
            if command.command_id not in self.memory.applied:
                await self.take(self.decide(command))
            return Outcome(command_id=command.command_id, state=self.state, at=workflow.now())

    @act.validator
    def refuse_early(self, command: YearCommand) -> None:
        """Refuse before history is written; while a step is under way `act` itself will judge."""
        settled = bool(self.memory.state) and not self.lock.locked()
        if settled and command.command_id not in self.memory.applied:
            self.decide(command)

    def decide(self, command: YearCommand) -> Turn:
        """What an act leads to in this state. Raises ApplicationError; changes nothing."""
        code = command.act.code
        if code not in self.stage.acts:
            refuse(Refusal.NOT_ALLOWED, state=self.state, allowed=sorted(self.stage.acts))
        turn: Turn = getattr(self, code)(command)
        return turn

    def propose_figures(self, command: YearCommand) -> Turn:
        return self.turn(
            FiscalYearState.FINAL_PROPOSED,
            command=command,
            step={"freezes": "final"},
            remember={"proposed_by": command.actor.sub},
        )

    def propose_restatement(self, command: YearCommand) -> Turn:
        return self.turn(
            FiscalYearState.RESTATEMENT_PROPOSED,
            command=command,
            step={"freezes": "restatement"},
            remember={"proposed_by": command.actor.sub},
        )

    def approve_figures(self, command: YearCommand) -> Turn:
        if command.actor.sub == self.memory.proposed_by:
            refuse(Refusal.APPROVER_IS_AUTHOR)
        return self.turn(self.stands, command=command, step={"decides": "in-force"})

    def return_figures(self, command: YearCommand) -> Turn:
        first = self.state == FiscalYearState.FINAL_PROPOSED
        back = FiscalYearState.CUT_OFF if first else self.stands
        return self.turn(back, command=command, step={"decides": "returned"})

    def publish_figures(self, command: YearCommand) -> Turn:
        return self.turn(FiscalYearState.PUBLISHED, command=command, remember={"published": True})

    @property
    def stands(self) -> FiscalYearState:
        """Where the year is once its figures stand."""
        return FiscalYearState.PUBLISHED if self.memory.published else FiscalYearState.FINAL

    # --- what the calendar does ---------------------------------------------------------------

    def begun(self) -> Turn:
        """The first step. Months that were over before are nobody's news any more."""
        now = workflow.now()
        ends_at = policies.start_of(self.policy, date(self.year + 1, 4, 1), now)
        reports = (self.report_at(index, now) for index in range(len(MONTHS)))
        remember = {
            "began_at": now,
            "ends_at": ends_at,
            "months": tuple(at for at in reports if at > now),
        }
        return self.turn(FiscalYearState.OPEN, cause="started", remember=remember)

    def report_at(self, index: int, now: datetime) -> datetime:
        """When the report of the index-th month is made."""
        following = MONTHS[(index + 1) % len(MONTHS)]
        first = date(self.year if following > 4 else self.year + 1, following, 1)
        month_ends = policies.start_of(self.policy, first, now)
        return policies.after(self.policy, "fiscal_year_month_report", month_ends)

    async def something_is_due(self) -> None:
        """Return at the next date, or earlier if an act has brought another one nearer."""
        rings = self.next_ring()

        def woken() -> bool:
            return self.next_ring() != rings

        if rings is None:
            await workflow.wait_condition(woken)
        elif (left := rings - workflow.now()).total_seconds() > 0:
            try:
                await workflow.wait_condition(woken, timeout=left)
            except TimeoutError:
                return

    def next_ring(self) -> datetime | None:
        dates = (*self.months, self.memory.lapses_at)
        return min((at for at in dates if at is not None), default=None)

    @property
    def months(self) -> tuple[datetime, ...]:
        """Monthly reports are made while the year is open."""
        return self.memory.months if self.state == FiscalYearState.OPEN else ()

    async def go_on(self) -> None:
        """Take the date that has come, if one has."""
        now = workflow.now()
        if self.months and self.months[0] <= now:
            await self.take(self.month_ended())
        elif self.memory.lapses_at is not None and self.memory.lapses_at <= now:
            await self.take(self.lapsed())

    def month_ended(self) -> Turn:
        left = self.memory.months
        return self.turn(
            FiscalYearState.OPEN,
            cause="month-ended",
            step={"freezes": "monthly", "month": MONTHS[-len(left)]},
            remember={"months": left[1:]},
        )

    def lapsed(self) -> Turn:
        ((field, to),) = self.stage.lapses.items()
        freezes = "provisional" if to == FiscalYearState.PROVISIONAL else None
        return self.turn(FiscalYearState(to), cause=field, step={"freezes": freezes})

    # --- steps --------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return self.memory.state

    @property
    def stage(self) -> Stage:
        return FISCAL_YEAR[self.state]

    def turn(
        self,
        to: FiscalYearState,
        *,
        command: YearCommand | None = None,
        cause: str | None = None,
        step: dict[str, object] | None = None,
        remember: dict[str, object] | None = None,
    ) -> Turn:
        """A step in full, and the memory after it. Nothing has happened yet."""
        applied = self.memory.applied + ((command.command_id,) if command else ())
        memory = self.memory.model_copy(
            update={
                "state": to.value,
                "step": self.memory.step + 1,
                "applied": applied[-policies.REMEMBERED_COMMANDS :],
                **(remember or {}),
            }
        )
        if to != self.state:
            memory = memory.model_copy(update={"lapses_at": self.lapses_at(to, memory)})
        told = FiscalYearStep(
            fiscal_year=self.year,
            number=memory.step,
            at=workflow.now(),
            came_from=self.state,
            state=memory.state,
            command=command,
            cause=cause,
            waits_until=self.due_at(to, memory),
        )
        return Turn(step=told.model_copy(update=step or {}), memory=memory)

    def lapses_at(self, to: FiscalYearState, memory: YearMemory) -> datetime | None:
        """When a state goes on by itself: the dates of a year count from its end."""
        field = next(iter(FISCAL_YEAR[to].lapses), None)
        if field is None or memory.ends_at is None:
            return None
        from_now = to == FiscalYearState.PUBLISHED
        return policies.after(self.policy, field, workflow.now() if from_now else memory.ends_at)

    def due_at(self, to: FiscalYearState, memory: YearMemory) -> datetime | None:
        """By when somebody has something to do; where nobody has, when the state goes on."""
        field = FISCAL_YEAR[to].due
        return policies.after(self.policy, field, workflow.now()) if field else memory.lapses_at

    async def take(self, turn: Turn) -> None:
        """Have the step remembered, for as long as it takes; then it has happened."""
        await workflow.execute_activity_method(
            IndicatorsActivities.record_year_step,
            turn.step,
            task_queue=INDICATORS_QUEUE,
            start_to_close_timeout=policies.ACTIVITY_TIMEOUT,
            retry_policy=policies.ACTIVITY_RETRY,
        )
        self.memory = turn.memory
