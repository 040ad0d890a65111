"""What a case makes of plans: drafted, prepared in advance, put to a meeting (process A4)."""

from uuid import UUID

from temporalio import workflow

from contracts import acts
from contracts.acts import Command, ErrandTopic
from contracts.awaited import PreparedPlan
from contracts.beside import review_errand_id
from contracts.calendar import tokyo_date
from contracts.life import CaseState
from workflows import plan_paper
from workflows.case_ahead import CaseLookingAhead
from workflows.moves import Move, Start
from workflows.policies import after


class CaseWithPlans(CaseLookingAhead):
    """The part of the case that writes plans."""

    def complete_assessment(self, act: acts.CompleteAssessment, by: Command) -> Move:
        """A plan that was prepared while consent was missing is the draft; else one is written."""
        prepared = self.memory.prepared
        if prepared is None:
            return Move(CaseState.PLAN_DRAFT)
        return self.put_to_meeting(prepared)

    def draft_plan(self, act: acts.DraftPlan, by: Command) -> Move:
        return self.put_to_meeting(self.next_version(act, by))

    def prepare_plan(self, act: acts.PreparePlan, by: Command) -> Move:
        """A later one takes the place of an earlier one; each is looked at again while it waits."""
        plan = self.next_version(act, by)
        return Move(
            remember={"prepared": plan, "plan_version": plan.version},
            created_id=plan.plan_id,
            plan_version=plan.version,
            tells=self.stop_errands(ErrandTopic.PREPARED_PLAN),
            starts=(self.review_of_prepared(review_errand_id(plan.plan_id)),),
        )

    def next_version(self, act: acts.DraftPlan | acts.PreparePlan, by: Command) -> PreparedPlan:
        return PreparedPlan(
            plan_id=by.command_id,
            version=self.memory.plan_version + 1,
            author=by.actor.sub,
            starts_on=act.starts_on,
            ends_on=act.ends_on,
            looks_on=plan_paper.looks_on(act),
            tasks=plan_paper.tasks(act),
        )

    def put_to_meeting(self, plan: PreparedPlan) -> Move:
        version = max(self.memory.plan_version, plan.version)
        return Move(
            CaseState.MEETING,
            remember={"plan_id": plan.plan_id, "plan_version": version, "prepared": None},
            starts=(self.plan(plan),),
            tells=self.stop_errands(ErrandTopic.PREPARED_PLAN),
            created_id=plan.plan_id,
            plan_version=plan.version,
        )

    def review_of_prepared(self, errand_id: UUID) -> Start:
        """事前準備プランの見直し, some months from now."""
        at = after(self.policy, "prepared_plan_review", workflow.now())
        return self.errand(errand_id, ErrandTopic.PREPARED_PLAN, due_on=tokyo_date(at))

    def next_review(self) -> Move | None:
        """While the plan goes on waiting, it is looked at again and again."""
        if self.memory.prepared is None:
            return None
        return Move(
            cause="prepared-plan-reviewed", starts=(self.review_of_prepared(workflow.uuid4()),)
        )
