"""One meeting: its date found, prepared, held, concluded, its minutes approved (process A3).

A meeting may begin with a fixed date, or with dates that are put to the agencies (日程調整). Where
too few came it is set anew, or dates are looked for again.

A 重層的支援会議 sits on consent and says something of a plan; a 支援会議 sits on 法106条の6 and
decides how to help without consent. For the latter everyone who is present has acknowledged the
duty of secrecy for this very meeting, and its papers close some days after the minutes. The
準備シート are brought to mind before the day. Who held the meeting or wrote its minutes does not
approve them.

For some weeks after the minutes agencies may still answer the アンケート, and a trouble of the
community may still be told.

A case whose ground is gone cancels a meeting that is still being prepared; of one that was held,
the minutes are still owed.
"""

from collections.abc import Iterator
from datetime import datetime

from temporalio import workflow

from contracts.acts import (
    AcknowledgeSecrecy,
    AnswerDates,
    ApproveMinutes,
    AssignDuty,
    ChooseDate,
    Command,
    DecidePlan,
    DecideSupport,
    DraftMinutes,
    HoldMeeting,
    LegalBasis,
    PlanVerdict,
    PostponeMeeting,
    ProposeOtherDates,
    RecordAdvice,
    ReportNoQuorum,
    SubmitFeedback,
    SubmitSheet,
    SupportDecision,
)
from contracts.awaited import DUTY_AGREED, AgreedDuty, PreparedPlan
from contracts.cases import Kind, MeetingInput, Refusal, Timer
from contracts.life import MeetingState
from contracts.steps import Step, TaskToOpen
from workflows import plan_paper
from workflows.child import Child
from workflows.life import refuse
from workflows.moves import Move, Tell
from workflows.policies import before, notice

AFTERWARDS = "after_meeting"
"""The `Policy` field that says for how long something may be said of a meeting that is done."""


@workflow.defn(name=Kind.MEETING.value)
class MeetingWorkflow(Child[MeetingInput]):
    """One meeting of either kind."""

    kind = Kind.MEETING
    begins = MeetingState.PREPARING
    ends = frozenset({MeetingState.DONE, MeetingState.CANCELLED})

    @workflow.init
    def __init__(self, meeting: MeetingInput) -> None:
        super().__init__(meeting.meeting_id, meeting, meeting)

    @workflow.run
    async def run(self, meeting: MeetingInput) -> None:
        await self.live()

    def first_move(self) -> Move:
        dated = self.memory.starts_at is not None
        return Move(self.begins if dated else MeetingState.POLLING, cause="started")

    # --- until it is held ---------------------------------------------------------------------

    def answer_dates(self, act: AnswerDates, by: Command) -> Move:
        self.must_attend([act.agency])
        return Move()

    def choose_date(self, act: ChooseDate, by: Command) -> Move:
        return Move(
            MeetingState.PREPARING,
            remember={"starts_at": act.starts_at},
            result=notice(self.policy, act.starts_at, workflow.now()),
        )

    def propose_other_dates(self, act: ProposeOtherDates, by: Command) -> Move:
        return Move(MeetingState.POLLING, anew=True, remember={"starts_at": None})

    def report_no_quorum(self, act: ReportNoQuorum, by: Command) -> Move:
        self.must_attend(act.present)
        to = MeetingState.PREPARING if act.starts_at else MeetingState.POLLING
        return Move(to, anew=True, remember={"starts_at": act.starts_at}, result="no-quorum")

    def submit_sheet(self, act: SubmitSheet, by: Command) -> Move:
        self.must_attend([act.agency])
        return Move()

    def acknowledge_secrecy(self, act: AcknowledgeSecrecy, by: Command) -> Move:
        self.must_attend([act.agency])
        known = {*self.memory.acknowledged, act.agency}
        return Move(remember={"acknowledged": tuple(sorted(known))})

    def postpone_meeting(self, act: PostponeMeeting, by: Command) -> Move:
        return Move(anew=True, remember={"starts_at": act.starts_at})

    def hold_meeting(self, act: HoldMeeting, by: Command) -> Move:
        self.must_attend(act.present)
        silent = [a for a in act.present if a not in self.memory.acknowledged]
        if self.without_consent and silent:
            refuse(Refusal.SECRECY_NOT_ACKNOWLEDGED, agencies=silent)
        return Move(
            MeetingState.HELD,
            remember={"present": act.present, "held_by": by.actor.sub},
            legal_basis=self.memory.legal_basis,
        )

    # --- what comes of it ---------------------------------------------------------------------

    def decide_plan(self, act: DecidePlan, by: Command) -> Move:
        if self.without_consent:
            self.not_of_this_meeting("decide_support")
        if act.verdict == PlanVerdict.NOT_SUITABLE and act.agency is None:
            refuse(Refusal.INCOMPLETE, field="agency")
        return Move(MeetingState.MINUTES, result=act.verdict.value, agency=act.agency)

    def decide_support(self, act: DecideSupport, by: Command) -> Move:
        """An outreach plan is made by the decision itself, and counted as one more of the case."""
        if not self.without_consent:
            self.not_of_this_meeting("decide_plan")
        decided = Move(MeetingState.MINUTES, result=act.decision.value, agency=act.agency)
        if act.decision != SupportDecision.OUTREACH_PLAN:
            return decided
        if act.agency is None:
            refuse(Refusal.INCOMPLETE, field="agency")
        return Move(
            MeetingState.MINUTES,
            result=act.decision.value,
            agency=act.agency,
            created_id=by.command_id,
            plan_version=self.memory.outreach_plans + 1,
            plan=self.outreach_plan(act, by),
        )

    def outreach_plan(self, act: DecideSupport, by: Command) -> PreparedPlan | None:
        """What the case needs to see to the plan: its days and its tasks."""
        if act.starts_on is None or act.ends_on is None:
            return None
        return PreparedPlan(
            plan_id=by.command_id,
            version=self.memory.outreach_plans + 1,
            author=by.actor.sub,
            starts_on=act.starts_on,
            ends_on=act.ends_on,
            looks_on=plan_paper.looks_on(act),
            tasks=plan_paper.tasks(act),
        )

    def record_advice(self, act: RecordAdvice, by: Command) -> Move:
        self.must_attend([act.agency])
        return Move()

    def submit_feedback(self, act: SubmitFeedback, by: Command) -> Move:
        self.must_attend([act.agency])
        return Move()

    def assign_duty(self, act: AssignDuty, by: Command) -> Move:
        """The case opens it as an errand: it goes on when the meeting is long over."""
        duty = AgreedDuty(
            duty_id=by.command_id, meeting_id=self.key, agency=act.agency, due_on=act.due_on
        )
        return Move(
            created_id=by.command_id,
            tells=(Tell(Kind.CASE, self.case_id, DUTY_AGREED, duty),),
        )

    async def tell(self, tell: Tell) -> None:
        """Before duties were errands, a meeting wrote them down and told nobody."""
        if tell.signal != DUTY_AGREED or workflow.patched("duties-are-errands"):
            await super().tell(tell)

    def draft_minutes(self, act: DraftMinutes, by: Command) -> Move:
        """What was returned goes back to be approved; who wrote last is its author."""
        to = self.stage.acts[act.code][0]
        return Move(to, remember={"drafted_by": by.actor.sub})

    def approve_minutes(self, act: ApproveMinutes, by: Command) -> Move:
        if by.actor.sub in (self.memory.held_by, self.memory.drafted_by):
            refuse(Refusal.APPROVER_IS_AUTHOR)
        return Move(MeetingState.DONE)

    # --- rules --------------------------------------------------------------------------------

    @property
    def without_consent(self) -> bool:
        return self.memory.legal_basis == LegalBasis.LAW_106_6.value

    def must_attend(self, agencies: tuple[str, ...] | list[str]) -> None:
        strangers = [agency for agency in agencies if agency not in self.memory.attendees]
        if strangers:
            refuse(Refusal.NOT_ALLOWED, state=self.state, not_invited=strangers)

    def not_of_this_meeting(self, instead: str) -> None:
        refuse(Refusal.NOT_ALLOWED, state=self.state, allowed=[instead])

    def due_at(self) -> datetime | None:
        """Until it was held, a meeting is due on its day."""
        if self.state == MeetingState.PREPARING:
            return self.memory.starts_at
        return super().due_at()

    def reminders(self, task: TaskToOpen) -> Iterator[Timer]:
        yield from super().reminders(task)
        if self.state != MeetingState.PREPARING or self.memory.starts_at is None:
            return
        sheets = before(self.policy, "sheet_lead", self.memory.starts_at)
        if sheets > workflow.now():
            yield Timer(at=sheets, does="remind", cause="sheet_lead")

    def deadlines(self) -> Iterator[Timer]:
        """Only papers of a 支援会議 are to close; of either kind something may still be said."""
        for timer in super().deadlines():
            papers = timer.cause != AFTERWARDS
            if self.without_consent if papers else workflow.patched("heard-afterwards"):
                yield timer

    def lapse(self, timer: Timer) -> Move | None:
        """A meeting that is done waits for nothing: each of its terms ends by itself."""
        if self.state == MeetingState.DONE:
            return Move(MeetingState.DONE, cause=timer.cause)
        return super().lapse(timer)

    def shown_timers(self) -> list[Timer]:
        """Nobody waits for the end of the term in which something may still be said."""
        return [timer for timer in super().shown_timers() if timer.cause != AFTERWARDS]

    def enter(self, move: Move, command: Command | None) -> Step:
        step = super().enter(move, command)
        until = next((timer.at for timer in self.timers() if timer.cause == AFTERWARDS), None)
        return step.model_copy(update={"acts_until": until}) if until else step
