"""One version of a plan: put to the meeting, decided, accepted, active, monitored, ended.

The draft waits for what the meeting says; an adopted one is decided by somebody other than its
author, accepted by each person, and then supported. Every few months, and on its last day, it is
monitored: it goes on, is revised (the next version is another plan), has met its goal, or stalls.
A suspended case holds its plan; when it is resumed, the plan goes on where it was, with fresh
deadlines. A decided version never changes (process A12, invariants 4 and 5).
"""

from collections.abc import Iterator
from typing import Any

from temporalio import workflow

from contracts.acts import (
    ApprovePlan,
    Command,
    MonitoringResult,
    PlanVerdict,
    RecordAcceptance,
    RecordDecline,
    RecordMonitoring,
)
from contracts.cases import Kind, MeetingSaid, PlanInput, Refusal, Timer
from contracts.life import PlanState
from workflows.child import Child
from workflows.life import refuse
from workflows.moves import Move
from workflows.policies import start_of

MONITORED = {
    MonitoringResult.CONTINUE: PlanState.ACTIVE,
    MonitoringResult.CHANGE: PlanState.REVISED,
    MonitoringResult.GOAL_MET: PlanState.COMPLETED,
    MonitoringResult.STALLED: PlanState.STOPPED,
}


@workflow.defn(name=Kind.PLAN.value)
class PlanWorkflow(Child[PlanInput]):
    """One version of a support plan."""

    kind = Kind.PLAN
    begins = PlanState.DRAFT
    ends = frozenset(
        {PlanState.RETURNED, PlanState.REVISED, PlanState.COMPLETED, PlanState.STOPPED}
    )

    @workflow.init
    def __init__(self, plan: PlanInput) -> None:
        super().__init__(plan.plan_id, plan, plan)

    @workflow.run
    async def run(self, plan: PlanInput) -> None:
        await self.live()

    # --- what people do -----------------------------------------------------------------------

    def approve_plan(self, act: ApprovePlan, by: Command) -> Move:
        if by.actor.sub == self.memory.author:
            refuse(Refusal.APPROVER_IS_AUTHOR)
        return self.version(PlanState.TO_ACCEPT)

    def record_acceptance(self, act: RecordAcceptance, by: Command) -> Move:
        self.must_be_of_plan(act)
        accepted = {*self.memory.accepted_by, act.person_id}
        everybody = accepted.issuperset(self.memory.person_ids)
        return self.version(
            PlanState.ACTIVE if everybody else None,
            remember={"accepted_by": tuple(sorted(accepted))},
        )

    def record_decline(self, act: RecordDecline, by: Command) -> Move:
        self.must_be_of_plan(act)
        return self.version(PlanState.RETURNED)

    def record_monitoring(self, act: RecordMonitoring, by: Command) -> Move:
        return self.version(MONITORED[act.result], anew=True, result=act.result.value)

    # --- what the case says -------------------------------------------------------------------

    @workflow.signal
    def meeting_verdict(self, said: MeetingSaid) -> None:
        self.news.append(lambda: self.heard_verdict(said))

    @workflow.signal
    def pause(self) -> None:
        self.news.append(lambda: self.paused())

    @workflow.signal
    def resume(self) -> None:
        self.news.append(lambda: self.resumed())

    def heard_verdict(self, said: MeetingSaid) -> Move | None:
        if self.state != PlanState.DRAFT:
            return None
        adopted = said.verdict == PlanVerdict.ADOPTED
        to = PlanState.TO_DECIDE if adopted else PlanState.RETURNED
        return self.version(to, cause="meeting-verdict", result=said.verdict)

    def paused(self) -> Move | None:
        if "pause" not in self.stage.news:
            return None
        return self.version(PlanState.PAUSED, cause="pause", remember={"paused_from": self.state})

    def resumed(self) -> Move | None:
        if self.state != PlanState.PAUSED:
            return None
        return self.version(self.memory.paused_from, cause="resume")

    # --- rules --------------------------------------------------------------------------------

    def first_move(self) -> Move:
        return self.version(self.begins, cause="started")

    def version(self, to: str | None = None, **rest: Any) -> Move:
        """A move that names the version of the plan."""
        return Move(to, plan_version=self.memory.version, **rest)

    def must_be_of_plan(self, act: RecordAcceptance | RecordDecline) -> None:
        if act.person_id not in self.memory.person_ids:
            refuse(Refusal.UNKNOWN_PERSON, person_id=str(act.person_id))

    def deadlines(self) -> Iterator[Timer]:
        """An active plan is also monitored on its last day, unless that has passed."""
        yield from super().deadlines()
        last_day = start_of(self.policy, self.memory.ends_on, workflow.now())
        if self.state == PlanState.ACTIVE and last_day > workflow.now():
            yield Timer(at=last_day, does="lapse", cause="plan-ended")

    def lapse(self, timer: Timer) -> Move | None:
        return self.version(PlanState.MONITORING, cause=timer.cause)
