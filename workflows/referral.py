"""A referral to one agency, in a closed loop: asked, answered, done or failed.

Accepting and doing are two things, and each has its date. An agency may send the request on to
another, which is then asked anew. The case hears how it ended, and may take it back.
"""

from temporalio import workflow

from contracts.acts import Command, FinishReferral, ReferOn
from contracts.cases import Kind, ReferralInput
from contracts.life import ReferralState
from workflows.child import Child
from workflows.moves import Move


@workflow.defn(name=Kind.REFERRAL.value)
class ReferralWorkflow(Child[ReferralInput]):
    """One request, until an agency has done what was asked or will not."""

    kind = Kind.REFERRAL
    begins = ReferralState.ASKED
    ends = frozenset(
        {
            ReferralState.DECLINED,
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

    def refer_on(self, act: ReferOn, by: Command) -> Move:
        return Move(
            ReferralState.ASKED, anew=True, remember={"agency": act.agency}, agency=act.agency
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

    @property
    def agency(self) -> str | None:
        return self.memory.agency
