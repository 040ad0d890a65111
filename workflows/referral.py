"""A referral to one agency, in a closed loop: asked, answered, begun, done or failed.

Accepting and doing are two things, and each has its date. An agency may send the request on to
another, which is then asked anew, or give it back to whoever asked. The case hears how it ended,
and may take it back.
"""

from datetime import datetime, timedelta

from temporalio import workflow

from contracts.acts import AcceptReferral, Command, FinishReferral, ReferOn
from contracts.cases import Kind, ReferralInput
from contracts.life import ReferralState
from workflows.child import Child
from workflows.moves import Move
from workflows.policies import after, end_of


@workflow.defn(name=Kind.REFERRAL.value)
class ReferralWorkflow(Child[ReferralInput]):
    """One request, until an agency has done what was asked or will not."""

    kind = Kind.REFERRAL
    begins = ReferralState.ASKED
    ends = frozenset(
        {
            ReferralState.DECLINED,
            ReferralState.RETURNED,
            ReferralState.DONE,
            ReferralState.FAILED,
            ReferralState.STOPPED,
        }
    )

    @workflow.init
    def __init__(self, referral: ReferralInput) -> None:
        super().__init__(referral.referral_id, referral, referral)

    @workflow.run
    async def run(self, referral: ReferralInput) -> None:
        await self.live()

    def accept_referral(self, act: AcceptReferral, by: Command) -> Move:
        """From now on its date stands, also when the agency begins."""
        on = self.memory.due_on
        if on is not None:
            due_at = end_of(self.policy, on, workflow.now())
        else:
            due_at = after(self.policy, "referral_done_due", workflow.now())
        return Move(ReferralState.ACCEPTED, remember={"due_at": due_at})

    def refer_on(self, act: ReferOn, by: Command) -> Move:
        return Move(
            ReferralState.ASKED,
            anew=True,
            remember={"agency": act.agency, "due_at": None},
            agency=act.agency,
        )

    def finish_referral(self, act: FinishReferral, by: Command) -> Move:
        done = act.result == "done"
        return Move(
            ReferralState.DONE if done else ReferralState.FAILED,
            result=act.result,
            agency=self.agency,
        )

    def first_move(self) -> Move:
        return Move(self.begins, cause="started", agency=self.agency)

    def due_at(self) -> datetime | None:
        """By when the agency answers; then by when it has done what was asked."""
        if self.state == ReferralState.ASKED or self.memory.due_at is None:
            return super().due_at()
        return self.memory.due_at

    def put_off(self, rested: timedelta) -> ReferralInput:
        due_at = self.memory.due_at
        later = due_at + rested if due_at is not None else None
        return self.memory.model_copy(update={"due_at": later})

    @property
    def agency(self) -> str | None:
        return self.memory.agency
