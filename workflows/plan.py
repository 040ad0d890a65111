"""One version of a plan: put to the meeting, decided, accepted, active, monitored, ended.

The draft waits for what the meeting says; an adopted one is decided by somebody other than its
author, accepted by each person, and then supported. Every few months, and on its last day, it is
monitored: it goes on, is revised (the next version is another plan), has met its goal, or stalls.
Until a meeting has adopted it, the draft may be revised, each time by a whole new 稿. While it is
carried out, each of its tasks is an errand of the agency that has taken it on.

An アウトリーチ支援プラン is decided by the 支援会議 that makes it and needs nobody's consent: its
life begins where it is carried out, and is the same from there on.

A suspended case holds its plan; when it is resumed, the plan goes on where it was, with fresh
deadlines. A decided version never changes (process A12, invariants 4 and 5).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from temporalio import workflow

from contracts.acts import (
    ApprovePlan,
    Command,
    ErrandTopic,
    MonitoringResult,
    PlanVerdict,
    RecordAcceptance,
    RecordDecline,
    RecordMonitoring,
    ReviseDraft,
)
from contracts.beside import ErrandInput, task_errand_id
from contracts.cases import (
    PAUSE,
    RESUME,
    STOP,
    Carried,
    ChildMoved,
    Kind,
    MeetingSaid,
    PlanInput,
    Refusal,
    Stop,
    Timer,
)
from contracts.life import PlanState, Role
from workflows import plan_paper
from workflows.child import Child
from workflows.life import refuse
from workflows.moves import Move, Start, Tell
from workflows.policies import start_of, tokyo_date

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

    def revise_draft(self, act: ReviseDraft, by: Command) -> Move:
        """The whole paper anew; that nobody else revised it meanwhile, coordination looks after."""
        return self.version(
            remember={
                "starts_on": act.starts_on,
                "ends_on": act.ends_on,
                "looks_on": plan_paper.looks_on(act),
                "tasks": plan_paper.tasks(act),
                "revisers": tuple(sorted({*self.memory.revisers, by.actor.sub})),
            }
        )

    def approve_plan(self, act: ApprovePlan, by: Command) -> Move:
        if by.actor.sub in (self.memory.author, *self.memory.revisers):
            refuse(Refusal.APPROVER_IS_AUTHOR)
        return self.version(PlanState.TO_ACCEPT)

    def record_acceptance(self, act: RecordAcceptance, by: Command) -> Move:
        self.must_be_of_plan(act)
        accepted = {*self.memory.accepted_by, act.person_id}
        known = {"accepted_by": tuple(sorted(accepted))}
        if not accepted.issuperset(self.memory.person_ids):
            return self.version(remember=known)
        errands = self.errands()
        undertaken = {"undertaken": tuple(start.key for start in errands)}
        return self.version(
            PlanState.ACTIVE,
            remember={**known, **undertaken},
            starts=errands,
            tells=self.taken_over(),
        )

    def record_decline(self, act: RecordDecline, by: Command) -> Move:
        self.must_be_of_plan(act)
        return self.version(PlanState.RETURNED)

    def record_monitoring(self, act: RecordMonitoring, by: Command) -> Move:
        return self.ending(self.version(MONITORED[act.result], anew=True, result=act.result.value))

    # --- what the case says -------------------------------------------------------------------

    @workflow.signal
    def meeting_verdict(self, said: MeetingSaid) -> None:
        self.news.append(lambda: self.heard_verdict(said))

    @workflow.signal
    def child_moved(self, news: ChildMoved) -> None:
        self.news.append(lambda: self.task_moved(news))

    def task_moved(self, news: ChildMoved) -> None:
        """An agency has reported a task: that stands with the errand; the plan forgets it."""
        left = tuple(key for key in self.memory.undertaken if key != news.child_id)
        self.memory = self.memory.model_copy(update={"undertaken": left})

    def heard_verdict(self, said: MeetingSaid) -> Move | None:
        if self.state != PlanState.DRAFT:
            return None
        adopted = said.verdict == PlanVerdict.ADOPTED
        to = PlanState.TO_DECIDE if adopted else PlanState.RETURNED
        return self.version(to, cause="meeting-verdict", result=said.verdict)

    def paused(self) -> Move | None:
        if "pause" not in self.stage.news:
            return None
        known = {"paused_from": self.state}
        rests = self.errands_told(PAUSE)
        return self.version(PlanState.PAUSED, cause=PAUSE, remember=known, tells=rests)

    def resumed(self) -> Move | None:
        if self.state != PlanState.PAUSED:
            return None
        goes_on = self.errands_told(RESUME)
        return self.version(self.memory.paused_from, cause=RESUME, tells=goes_on)

    def errands_told(self, word: str) -> tuple[Tell, ...]:
        """Tasks rest with their plan; before they did, they went on asking."""
        if not self.memory.undertaken or not workflow.patched("errands-rest"):
            return ()
        return tuple(Tell(Kind.ERRAND, key, word) for key in self.memory.undertaken)

    def stopped(self, stop: Stop) -> Move | None:
        move = super().stopped(stop)
        return self.ending(move) if move else None

    # --- its tasks ----------------------------------------------------------------------------

    def errands(self) -> tuple[Start, ...]:
        """取組: each waits in the worklist of its agency for as long as the plan is lived by."""
        made = []
        for number, task in enumerate(self.memory.tasks, start=1):
            errand = ErrandInput(
                errand_id=task_errand_id(self.key, number),
                case_id=self.case_id,
                topic=ErrandTopic.PLAN_TASK,
                owner=Role.AGENCY,
                agency=task.agency,
                plan_id=self.key,
                due_on=task.due_on,
                policy=self.policy,
                carried=Carried(run_length=self.carried.run_length),
            )
            made.append(Start(Kind.ERRAND, errand.errand_id, errand))
        return tuple(made)

    def taken_over(self) -> tuple[Tell, ...]:
        """What an agency took on at the meeting is asked for once: by the plan from now on."""
        return tuple(
            Tell(Kind.ERRAND, task.duty_id, STOP, Stop(reason="planned"))
            for task in self.memory.tasks
            if task.duty_id
        )

    def ending(self, move: Move) -> Move:
        """What nobody has done of a plan that is over, nobody has to do any more."""
        if move.to not in self.ends or not self.memory.undertaken:
            return move
        tells = tuple(
            Tell(Kind.ERRAND, key, STOP, Stop(reason="answered")) for key in self.memory.undertaken
        )
        return replace(move, tells=tells, remember={**move.remember, "undertaken": ()})

    # --- rules --------------------------------------------------------------------------------

    def first_move(self) -> Move:
        """A 支援会議 has decided on its outreach plan by making it: it is lived from the start."""
        if not self.memory.outreach:
            return self.version(self.begins, cause="started")
        errands = self.errands()
        return self.version(
            PlanState.ACTIVE,
            cause="started",
            remember={"undertaken": tuple(start.key for start in errands)},
            starts=errands,
            tells=self.taken_over(),
        )

    def version(self, to: str | None = None, **rest: Any) -> Move:
        """A move that names the version of the plan."""
        return Move(to, plan_version=self.memory.version, **rest)

    def must_be_of_plan(self, act: RecordAcceptance | RecordDecline) -> None:
        if act.person_id not in self.memory.person_ids:
            refuse(Refusal.UNKNOWN_PERSON, person_id=str(act.person_id))

    def deadlines(self) -> Iterator[Timer]:
        """An active plan is monitored on the days it names, else regularly; and on its last day."""
        named = self.next_look()
        for timer in super().deadlines():
            if named is None or timer.cause != "monitoring_every":
                yield timer
        if self.state != PlanState.ACTIVE:
            return
        if named is not None:
            at = start_of(self.policy, named, workflow.now())
            yield Timer(at=at, does="lapse", cause="monitoring-date")
        last_day = start_of(self.policy, self.memory.ends_on, workflow.now())
        if last_day > workflow.now():
            yield Timer(at=last_day, does="lapse", cause="plan-ended")

    def next_look(self) -> date | None:
        """The next day on which the plan itself asks to be monitored."""
        today = tokyo_date(workflow.now())
        to_come = (on for on in self.memory.looks_on if on > today)
        return min(to_come, default=None) if self.state == PlanState.ACTIVE else None

    def lapse(self, timer: Timer) -> Move | None:
        left = self.memory.looks_on
        if timer.cause == "monitoring-date":
            left = tuple(on for on in left if on != min(left))
        return self.version(PlanState.MONITORING, cause=timer.cause, remember={"looks_on": left})
