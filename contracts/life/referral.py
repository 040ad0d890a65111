"""The life of a referral: deciding and doing are two things (peers' practice)."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class ReferralState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    UNDER_WAY = "under-way"
    DECLINED = "declined"
    RETURNED = "returned"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


REFERRAL_UNDER_WAY = frozenset(
    {ReferralState.ASKED, ReferralState.ACCEPTED, ReferralState.UNDER_WAY}
)
"""States in which an agency still has the request."""

REFERRAL: Life = {
    ReferralState.ASKED: Stage(
        label="依頼中",
        task="依頼への可否を答える",
        owner=Role.AGENCY,
        due="referral_answer_due",
        acts={
            "accept_referral": (ReferralState.ACCEPTED,),
            "decline_referral": (ReferralState.DECLINED,),
            "return_referral": (ReferralState.RETURNED,),
            "refer_on": (ReferralState.ASKED,),
        },
        news={"stop": (ReferralState.STOPPED,)},
    ),
    ReferralState.ACCEPTED: Stage(
        label="受案",
        task="対応の結果を記録する",
        owner=Role.AGENCY,
        due="referral_done_due",
        acts={
            "start_referral": (ReferralState.UNDER_WAY,),
            "report_referral": (ReferralState.ACCEPTED,),
            "finish_referral": (ReferralState.DONE, ReferralState.FAILED),
            "return_referral": (ReferralState.RETURNED,),
            "refer_on": (ReferralState.ASKED,),
        },
        news={"stop": (ReferralState.STOPPED,)},
    ),
    ReferralState.UNDER_WAY: Stage(
        label="対応中",
        task="対応の結果を記録する",
        owner=Role.AGENCY,
        due="referral_done_due",
        acts={
            "report_referral": (ReferralState.UNDER_WAY,),
            "finish_referral": (ReferralState.DONE, ReferralState.FAILED),
            "return_referral": (ReferralState.RETURNED,),
            "refer_on": (ReferralState.ASKED,),
        },
        news={"stop": (ReferralState.STOPPED,)},
    ),
    ReferralState.DECLINED: Stage(label="不受案"),
    ReferralState.RETURNED: Stage(label="退回"),
    ReferralState.DONE: Stage(label="完了"),
    ReferralState.FAILED: Stage(label="失敗"),
    ReferralState.STOPPED: Stage(label="取下げ"),
}
