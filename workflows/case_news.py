"""What a case makes of the news of the lives under it."""

from dataclasses import replace

from temporalio import workflow

from contracts.acts import ErrandTopic, PlanVerdict, SupportDecision
from contracts.awaited import AgreedDuty
from contracts.cases import MEETING_VERDICT, RECHECK_RESUMED, ChildMoved, Kind, MeetingSaid
from contracts.life import (
    REFERRAL_UNDER_WAY,
    CaseState,
    MeetingState,
    OutreachState,
    PlacementState,
    PlanState,
    ReferralState,
    Role,
)
from workflows.case_plans import CaseWithPlans
from workflows.case_ways import DECISIONS, PLAN_IS_OVER, VERDICTS
from workflows.moves import Move, Tell

PAUSES = "recheck-pauses-on-refusal"
"""The patch since which a refusal at the re-check is the end of asking by the calendar. A run that
has asked in spite of one goes on as it began: both ends of the pause stand behind this one name."""


class CaseWithNews(CaseWithPlans):
    """The part of the case that listens. News of a child that it has left is of no consequence."""

    @workflow.signal
    def child_moved(self, news: ChildMoved) -> None:
        self.news.append(lambda: self.heard(news))

    @workflow.signal
    def duty_agreed(self, duty: AgreedDuty) -> None:
        self.news.append(lambda: self.duty_taken_on(duty))

    def duty_taken_on(self, duty: AgreedDuty) -> Move | None:
        """役割分担: it waits in the agency's worklist, beside whatever state the case is in."""
        if self.state == CaseState.CLOSED:
            return None
        errand = self.errand(
            duty.duty_id,
            ErrandTopic.DUTY,
            due_on=duty.due_on,
            owner=Role.AGENCY,
            agency=duty.agency,
            meeting_id=duty.meeting_id,
        )
        return Move(cause="duty-agreed", starts=(errand,))

    def heard(self, news: ChildMoved) -> Move | None:
        """What the news makes of the case; None if nothing, or of a child it has left."""
        hearing = {
            Kind.MEETING: self.meeting_moved,
            Kind.PLAN: self.plan_moved,
            Kind.OUTREACH: self.outreach_moved,
            Kind.REFERRAL: self.referral_moved,
            Kind.PLACEMENT: self.placement_moved,
            Kind.HANDOVER: self.handover_moved,
            Kind.ERRAND: self.errand_moved,
            Kind.TRANSFER: self.transfer_moved,
        }
        move = hearing[news.kind](news)
        return replace(move, cause=move.cause or f"{news.kind}:{news.state}") if move else None

    def meeting_moved(self, news: ChildMoved) -> Move | None:
        if news.child_id != self.memory.meeting_id:
            return None
        if news.state == MeetingState.HELD and self.state == CaseState.SK_SCHEDULED:
            return Move(CaseState.SK_HELD)
        if news.state == MeetingState.CANCELLED:
            forget = {"meeting_id": None}
            if self.state == CaseState.MEETING:
                return Move(task="renew", remember=forget)
            return Move(CaseState.SK_ACCEPTED, remember=forget)
        if news.state == MeetingState.MINUTES and news.result:
            if self.state == CaseState.MEETING:
                return self.verdict(PlanVerdict(news.result), news)
            return self.decision(SupportDecision(news.result), news)
        return None

    def verdict(self, said: PlanVerdict, news: ChildMoved) -> Move:
        """What a 重層的支援会議 said; the plan hears it too."""
        plan_id = self.memory.plan_id
        adopted = said == PlanVerdict.ADOPTED
        move = Move(
            VERDICTS[said],
            remember={"meeting_id": None, "plan_id": plan_id if adopted else None},
            tells=(Tell(Kind.PLAN, plan_id, MEETING_VERDICT, MeetingSaid(verdict=said)),)
            if plan_id
            else (),
            result=news.result,
        )
        if said != PlanVerdict.NOT_SUITABLE or news.agency is None:
            return move
        return self.resting_on(news.agency, workflow.uuid4(), move)

    def decision(self, decided: SupportDecision, news: ChildMoved) -> Move:
        """What a 支援会議 decided; what an earlier one had made is over with it."""
        over = self.stop_reaching_out("support-meeting")
        forget: dict[str, object] = {
            "meeting_id": None,
            "outreach_id": None,
            "outreach_plan_id": None,
        }
        if decided != SupportDecision.OUTREACH_PLAN or news.agency is None:
            return Move(DECISIONS[decided], remember=forget, result=news.result, tells=over)
        count = self.memory.outreach_plans + 1
        plan = news.plan
        known = {
            **forget,
            "outreach_plans": count,
            "outreach_plan_id": plan.plan_id if plan else None,
        }
        move = self.reaching_out(news.agency, workflow.uuid4(), known)
        made = (self.outreach_plan(plan),) if plan else ()
        return replace(
            move,
            result=news.result,
            plan_version=count,
            tells=over,
            starts=(*move.starts, *made),
        )

    def outreach_plan_moved(self, news: ChildMoved) -> Move | None:
        """Another plan is for the 支援会議 to make; one whose goals are met is evaluated."""
        if news.state not in PLAN_IS_OVER:
            return None
        exits = self.stage.news.get(f"{news.kind}:{news.state}")
        if exits is None:
            self.note(outreach_plan_id=None)
            return None
        if news.state == PlanState.COMPLETED:
            self.note(outreach_plan_id=None)
            move = self.leave(CaseState.CLOSE_REVIEW, "goals-met", {"outreach_met": True})
            return replace(move, result=news.result)
        return Move(exits[0], remember={"outreach_plan_id": None}, result=news.result)

    def plan_moved(self, news: ChildMoved) -> Move | None:
        if news.child_id == self.memory.outreach_plan_id:
            return self.outreach_plan_moved(news)
        if news.child_id != self.memory.plan_id:
            return None
        changes: dict[str, object] = {}
        if news.state in PLAN_IS_OVER:
            changes["plan_id"] = None
        if news.state == PlanState.ACTIVE:
            changes["support"] = self.persons
        exits = self.stage.news.get(f"{news.kind}:{news.state}")
        if exits is None:
            self.note(**changes)
            return None
        if exits[0] == CaseState.SUSPENDED:
            changes["suspended_from"] = self.state
        version = self.memory.plan_version
        return Move(exits[0], remember=changes, plan_version=version, result=news.result)

    def outreach_moved(self, news: ChildMoved) -> Move | None:
        if news.child_id != self.memory.outreach_id:
            return None
        if news.state == OutreachState.UNREACHED:
            forget = {"outreach_id": None, "relation_good": False}
            if f"{news.kind}:{news.state}" in self.stage.news:
                return Move(CaseState.SK_REQUESTED, remember=forget)
            self.note(**forget)
            return None
        good = news.state == OutreachState.RELATED
        self.note(relation_good=good)
        if not (good and self.memory.recheck_paused and workflow.patched(PAUSES)):
            return None
        return Move(cause=RECHECK_RESUMED, remember={"recheck_paused": False})

    def referral_moved(self, news: ChildMoved) -> Move | None:
        """An agency's answer moves the case only where the case rests on it."""
        if news.state in REFERRAL_UNDER_WAY:
            return None
        left = tuple(key for key in self.memory.referral_ids if key != news.child_id)
        self.note(referral_ids=left)
        if news.child_id != self.memory.sole_referral_id:
            return None
        if news.state == ReferralState.DONE:
            return self.agency_did_it()
        return Move(CaseState.TRIAGE, remember={"sole_referral_id": None}, agency=news.agency)

    def agency_did_it(self) -> Move:
        raise NotImplementedError

    def placement_moved(self, news: ChildMoved) -> Move | None:
        if news.state == PlacementState.ENDED:
            left = tuple(p for p in self.placed if p.placement_id != news.child_id)
            self.note(placements=left)
        return None

    def transfer_moved(self, news: ChildMoved) -> Move | None:
        """Whoever has the case is coordination's to know; here only that the question is closed."""
        if news.child_id == self.memory.transfer_id:
            self.note(transfer_id=None)
        return None
