"""The life of a case: the main track, and the track of the 支援会議 (process A12)."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class CaseState(StrEnum):
    RECEIVED = "received"
    TRIAGE = "triage"
    SINGLE_AGENCY = "single-agency"
    CONSENT = "consent"
    ASSESS = "assess"
    PLAN_DRAFT = "plan-draft"
    MEETING = "meeting"
    DECISION = "decision"
    ACTIVE = "active"
    MONITOR = "monitor"
    REPLAN = "replan"
    CLOSE_REVIEW = "close-review"
    CLOSE_APPROVAL = "close-approval"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    SK_REQUESTED = "sk-requested"
    SK_ACCEPTED = "sk-accepted"
    SK_SCHEDULED = "sk-scheduled"
    SK_HELD = "sk-held"
    SK_DECIDED = "sk-decided"
    OUTREACH = "outreach"
    CONSENT_RECHECK = "consent-recheck"


SK_TRACK = frozenset(
    {
        CaseState.SK_REQUESTED,
        CaseState.SK_ACCEPTED,
        CaseState.SK_SCHEDULED,
        CaseState.SK_HELD,
        CaseState.SK_DECIDED,
        CaseState.OUTREACH,
        CaseState.CONSENT_RECHECK,
    }
)
"""The track of the 支援会議 (法106条の6): support without consent."""

ALWAYS: dict[str, tuple[str, ...]] = {
    "respond_urgently": (),
    "record_progress": (),
    "request_referral": (),
    "propose_transfer": (),
    "record_statutory_meeting": (),
    "merge_into": (CaseState.CLOSED,),
    "withdraw_consent": (CaseState.SK_REQUESTED,),
    "report_lost_contact": (CaseState.SUSPENDED,),
    "suspend": (CaseState.SUSPENDED,),
    "add_person": (),
    "settle_reminder": (),
}
"""Acts that every open state of a case allows besides its own. No exit named: it stays. On the
track of the 支援会議, which needs no consent, a withdrawal leads nowhere either."""

_NEEDS_CONSENT = {"consent-expired": (CaseState.SK_REQUESTED,)}
_PLAN_ENDS = {
    "plan:revised": (CaseState.REPLAN,),
    "plan:completed": (CaseState.CLOSE_REVIEW,),
    "plan:stopped": (CaseState.SUSPENDED,),
}
_OUTREACH_PLAN_ENDS = {
    "plan:revised": (CaseState.SK_REQUESTED,),
    "plan:stopped": (CaseState.SK_REQUESTED,),
    "plan:completed": (CaseState.CLOSE_REVIEW,),
}
"""Of an アウトリーチ支援プラン: another one is for the 支援会議 to make. One whose goals are met is
evaluated: the people are linked to agencies, and the links hold (process A7)."""

CASE: Life = {
    CaseState.RECEIVED: Stage(label="受付", news={"started": (CaseState.TRIAGE,)}),
    CaseState.TRIAGE: Stage(
        label="スクリーニング",
        task="スクリーニングを行う",
        due="triage_due",
        escalation="triage_escalation",
        acts={
            "end_with_information": (CaseState.CLOSED,),
            "refer_to_agency": (CaseState.SINGLE_AGENCY,),
            "ask_consent": (CaseState.CONSENT,),
            "request_support_meeting": (CaseState.SK_REQUESTED,),
        },
        news={"intake-withdrawn": (CaseState.CLOSED,)},
    ),
    CaseState.SINGLE_AGENCY: Stage(
        label="単独機関で対応",
        acts={"start_participation": (CaseState.SINGLE_AGENCY,)},
        news={
            "referral:done": (CaseState.CLOSED,),
            "referral:declined": (CaseState.TRIAGE,),
            "referral:failed": (CaseState.TRIAGE,),
            "referral:returned": (CaseState.TRIAGE,),
        },
    ),
    CaseState.CONSENT: Stage(
        label="本人同意確認",
        task="本人同意を確認する",
        due="consent_due",
        reminder="consent_reminder",
        acts={
            "record_consent": (CaseState.CONSENT, CaseState.ASSESS),
            "record_refusal": (CaseState.SK_REQUESTED,),
            "request_support_meeting": (CaseState.SK_REQUESTED,),
        },
    ),
    CaseState.ASSESS: Stage(
        label="アセスメント",
        task="アセスメントを行う",
        due="assessment_due",
        acts={
            "complete_assessment": (CaseState.PLAN_DRAFT, CaseState.MEETING),
            "refer_to_agency": (CaseState.SINGLE_AGENCY,),
            "record_consent": (CaseState.ASSESS,),
            "request_support_meeting": (CaseState.SK_REQUESTED,),
        },
        news=_NEEDS_CONSENT,
    ),
    CaseState.PLAN_DRAFT: Stage(
        label="プラン案",
        task="プラン案を作成する",
        due="plan_draft_due",
        acts={
            "draft_plan": (CaseState.MEETING,),
            "record_consent": (CaseState.PLAN_DRAFT,),
            "request_support_meeting": (CaseState.SK_REQUESTED,),
        },
        news=_NEEDS_CONSENT,
    ),
    CaseState.MEETING: Stage(
        label="重層的支援会議",
        task="重層的支援会議を設定する",
        due="meeting_scheduling_due",
        acts={
            "schedule_meeting": (CaseState.MEETING,),
            "propose_dates": (CaseState.MEETING,),
            "record_consent": (CaseState.MEETING,),
            "request_support_meeting": (CaseState.SK_REQUESTED,),
        },
        news={
            "meeting:minutes": (
                CaseState.DECISION,
                CaseState.PLAN_DRAFT,
                CaseState.ASSESS,
                CaseState.SINGLE_AGENCY,
            ),
            "meeting:cancelled": (CaseState.MEETING,),
            **_NEEDS_CONSENT,
        },
    ),
    CaseState.DECISION: Stage(
        label="支援決定",
        news={
            "plan:active": (CaseState.ACTIVE,),
            "plan:returned": (CaseState.PLAN_DRAFT,),
            **_NEEDS_CONSENT,
        },
        acts={"record_consent": (CaseState.DECISION,)},
    ),
    CaseState.ACTIVE: Stage(
        label="支援実施",
        acts={
            "start_participation": (CaseState.ACTIVE,),
            "record_consent": (CaseState.ACTIVE,),
        },
        news={"plan:monitoring": (CaseState.MONITOR,), **_PLAN_ENDS, **_NEEDS_CONSENT},
    ),
    CaseState.MONITOR: Stage(
        label="モニタリング",
        acts={
            "start_participation": (CaseState.MONITOR,),
            "record_consent": (CaseState.MONITOR,),
        },
        news={"plan:active": (CaseState.ACTIVE,), **_PLAN_ENDS, **_NEEDS_CONSENT},
    ),
    CaseState.REPLAN: Stage(
        label="再プラン",
        task="再プラン案を作成する",
        due="plan_draft_due",
        acts={
            "draft_plan": (CaseState.MEETING,),
            "record_consent": (CaseState.REPLAN,),
        },
        news=_NEEDS_CONSENT,
    ),
    CaseState.CLOSE_REVIEW: Stage(
        label="終結評価",
        task="終結評価を行う",
        due="closure_review_due",
        acts={
            "evaluate_closure": (CaseState.CLOSE_APPROVAL,),
            "continue_support": (CaseState.ACTIVE, CaseState.REPLAN, CaseState.SK_REQUESTED),
        },
    ),
    CaseState.CLOSE_APPROVAL: Stage(
        label="終結決定",
        task="終結を決定する",
        owner=Role.MANAGER,
        due="closure_approval_due",
        acts={
            "approve_closure": (CaseState.CLOSED,),
            "return_closure": (CaseState.CLOSE_REVIEW,),
        },
    ),
    CaseState.SUSPENDED: Stage(
        label="中断",
        task="中断中の状況を確認する",
        due="suspension_review",
        acts={
            "resume": (
                CaseState.TRIAGE,
                CaseState.CONSENT,
                CaseState.ASSESS,
                CaseState.PLAN_DRAFT,
                CaseState.MEETING,
                CaseState.DECISION,
                CaseState.ACTIVE,
                CaseState.MONITOR,
                CaseState.REPLAN,
                CaseState.CLOSE_REVIEW,
                CaseState.SK_REQUESTED,
                CaseState.SK_ACCEPTED,
                CaseState.OUTREACH,
            ),
            "evaluate_closure": (CaseState.CLOSE_APPROVAL,),
            "record_progress": (CaseState.SUSPENDED,),
            "review_suspension": (CaseState.SUSPENDED,),
        },
        lapses={"suspension_hard_stop": CaseState.CLOSE_REVIEW},
    ),
    CaseState.CLOSED: Stage(
        label="終結",
        task="終結後のフォローを行う",
        due="follow_ups",
        acts={
            "record_follow_up": (CaseState.CLOSED,),
            "reopen": (CaseState.TRIAGE,),
        },
        lapses={"follow_ups": CaseState.CLOSED},
    ),
    CaseState.SK_REQUESTED: Stage(
        label="支援会議の開催依頼",
        task="支援会議の開催を判断する",
        owner=Role.WARD,
        due="support_meeting_decision",
        acts={
            "accept_support_meeting": (CaseState.SK_ACCEPTED,),
            "decline_support_meeting": (CaseState.CONSENT,),
            "record_consent": (CaseState.SK_REQUESTED, CaseState.ASSESS),
            "prepare_plan": (CaseState.SK_REQUESTED,),
        },
    ),
    CaseState.SK_ACCEPTED: Stage(
        label="支援会議の日程調整",
        task="支援会議を設定する",
        due="support_meeting_scheduling",
        acts={
            "schedule_meeting": (CaseState.SK_SCHEDULED,),
            "propose_dates": (CaseState.SK_SCHEDULED,),
            "record_consent": (CaseState.SK_ACCEPTED, CaseState.ASSESS),
            "prepare_plan": (CaseState.SK_ACCEPTED,),
        },
    ),
    CaseState.SK_SCHEDULED: Stage(
        label="支援会議 (開催前)",
        acts={"prepare_plan": (CaseState.SK_SCHEDULED,)},
        news={
            "meeting:held": (CaseState.SK_HELD,),
            "meeting:cancelled": (CaseState.SK_ACCEPTED,),
        },
    ),
    CaseState.SK_HELD: Stage(
        label="支援会議 (開催済)",
        acts={"prepare_plan": (CaseState.SK_HELD,)},
        news={
            "meeting:minutes": (CaseState.OUTREACH, CaseState.SK_DECIDED, CaseState.TRIAGE),
        },
    ),
    CaseState.SK_DECIDED: Stage(
        label="見守り・他制度",
        task="見守りの状況を確認し、次の支援会議を依頼する",
        due="next_support_meeting",
        acts={
            "request_support_meeting": (CaseState.SK_REQUESTED,),
            "recheck_consent": (CaseState.CONSENT_RECHECK,),
            "record_consent": (CaseState.SK_DECIDED, CaseState.ASSESS),
            "prepare_plan": (CaseState.SK_DECIDED,),
        },
        lapses={"next_support_meeting": CaseState.SK_REQUESTED},
    ),
    CaseState.OUTREACH: Stage(
        label="関係づくり",
        acts={
            "start_participation": (CaseState.OUTREACH,),
            "recheck_consent": (CaseState.CONSENT_RECHECK,),
            "record_consent": (CaseState.OUTREACH, CaseState.ASSESS),
            "prepare_plan": (CaseState.OUTREACH,),
        },
        lapses={"consent_recheck_every": CaseState.CONSENT_RECHECK},
        news={"outreach:unreached": (CaseState.SK_REQUESTED,), **_OUTREACH_PLAN_ENDS},
    ),
    CaseState.CONSENT_RECHECK: Stage(
        label="同意の再確認",
        task="本人同意を再確認する",
        owner=Role.AGENCY,
        due="consent_recheck_every",
        acts={
            "record_consent": (CaseState.CONSENT_RECHECK, CaseState.ASSESS),
            "record_refusal": (
                CaseState.OUTREACH,
                CaseState.SK_DECIDED,
                CaseState.SUSPENDED,
            ),
            "prepare_plan": (CaseState.CONSENT_RECHECK,),
        },
        news={"outreach:unreached": (CaseState.SK_REQUESTED,), **_OUTREACH_PLAN_ENDS},
    ),
}
