"""An errand: one wait for a person beside the state of another life.

What an agency has taken on by a plan or at a meeting, a birth date that has to be asked for, a
prepared plan that is to be looked at again. It is reported as done or as not possible, or put off
to another day; whoever began it hears of it, and may end it once it is needless.
"""

from datetime import datetime
from uuid import UUID

from temporalio import workflow

from contracts.acts import Command, ErrandTopic, ReportErrand
from contracts.beside import ErrandInput
from contracts.cases import Kind, Refusal
from contracts.life import ERRANDS, ErrandState
from contracts.steps import TaskToOpen
from workflows.child import Child
from workflows.life import refuse
from workflows.moves import Move
from workflows.policies import after, end_of

DUE = {ErrandTopic.BIRTH_DATE: "birth_date_due", ErrandTopic.DUTY: "duty_due"}
"""The `Policy` field by which an errand without a day of its own is due."""


@workflow.defn(name=Kind.ERRAND.value)
class ErrandWorkflow(Child[ErrandInput]):
    """One thing that somebody is asked to do by some day."""

    kind = Kind.ERRAND
    begins = ErrandState.OPEN
    ends = frozenset({ErrandState.DONE, ErrandState.STOPPED})

    @workflow.init
    def __init__(self, errand: ErrandInput) -> None:
        super().__init__(errand.errand_id, errand, errand)

    @workflow.run
    async def run(self, errand: ErrandInput) -> None:
        await self.live()

    def report_errand(self, act: ReportErrand, by: Command) -> Move:
        if act.result != "later":
            return Move(ErrandState.DONE, result=act.result)
        if act.due_on is None:
            refuse(Refusal.INCOMPLETE, field="due_on")
        return Move(task="renew", remember={"due_on": act.due_on}, result=act.result)

    # --- what is waited for -------------------------------------------------------------------

    def first_move(self) -> Move:
        return Move(
            self.begins,
            cause="started",
            topic=self.memory.topic,
            plan_id=self.memory.plan_id,
            meeting_id=self.memory.meeting_id,
            person_id=self.memory.person_id,
            agency=self.agency,
            on=self.memory.due_on,
        )

    @property
    def agency(self) -> str | None:
        return self.memory.agency

    @property
    def told_to(self) -> tuple[Kind, UUID]:
        if self.memory.topic == ErrandTopic.PLAN_TASK and self.memory.plan_id is not None:
            return Kind.PLAN, self.memory.plan_id
        return super().told_to

    def task(self) -> TaskToOpen | None:
        task = super().task()
        asked = {"asks": ERRANDS[self.memory.topic], "owner": self.memory.owner}
        return task.model_copy(update=asked) if task else None

    def due_at(self) -> datetime | None:
        if self.memory.due_on is not None:
            return end_of(self.policy, self.memory.due_on, workflow.now())
        field = DUE.get(self.memory.topic, "escalation")
        return after(self.policy, field, workflow.now())
