"""The life of a referral: deciding and doing are two things (peers' practice)."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class ReferralState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


REFERRAL: Life = {
    ReferralState.ASKED: Stage(
        label="依頼中",
        task="依頼への可否を答える",
        owner=Role.AGENCY,
        due="referral_answer_due",
        acts={
            "accept_referral": (ReferralState.ACCEPTED,),
            "decline_referral": (ReferralState.DECLINED,),
            "refer_on": (ReferralState.ASKED,),
        },
        news={"stop": (ReferralState.STOPPED,)},
    ),
    ReferralState.ACCEPTED: Stage(
        label="対応中",
        task="対応の結果を記録する",
        owner=Role.AGENCY,
        due="referral_done_due",
        acts={
            "finish_referral": (ReferralState.DONE, ReferralState.FAILED),
            "refer_on": (ReferralState.ASKED,),
        },
        news={"stop": (ReferralState.STOPPED,)},
    ),
    ReferralState.DECLINED: Stage(label="不受案"),
    ReferralState.DONE: Stage(label="完了"),
    ReferralState.FAILED: Stage(label="失敗"),
    ReferralState.STOPPED: Stage(label="取下げ"),
}
