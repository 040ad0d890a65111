"""The ways of a case that its table leaves open, as tables of their own."""

from contracts.acts import ClosureReason, PlanVerdict, SupportDecision
from contracts.life import CaseState, PlanState

NEEDS_CONSENT = frozenset(
    {
        CaseState.ASSESS,
        CaseState.PLAN_DRAFT,
        CaseState.MEETING,
        CaseState.DECISION,
        CaseState.ACTIVE,
        CaseState.MONITOR,
        CaseState.REPLAN,
    }
)
"""States in which agencies share what they know on the ground of consent."""

RESUMED_AS = {
    CaseState.SINGLE_AGENCY: CaseState.TRIAGE,
    CaseState.CLOSE_APPROVAL: CaseState.CLOSE_REVIEW,
    CaseState.SK_SCHEDULED: CaseState.SK_ACCEPTED,
    CaseState.SK_HELD: CaseState.SK_ACCEPTED,
    CaseState.SK_DECIDED: CaseState.SK_REQUESTED,
    CaseState.CONSENT_RECHECK: CaseState.OUTREACH,
}
"""Where a suspended case goes on whose former state stood on something that is gone by now."""

STANDS_ON_PLAN = {
    CaseState.MEETING: CaseState.PLAN_DRAFT,
    CaseState.DECISION: CaseState.REPLAN,
    CaseState.ACTIVE: CaseState.REPLAN,
    CaseState.MONITOR: CaseState.REPLAN,
}
"""States that need a living plan, and where the case goes on instead without one."""

ENDS_AT_ONCE = frozenset(
    {
        ClosureReason.INFORMATION,
        ClosureReason.SINGLE_AGENCY,
        ClosureReason.MERGED,
        ClosureReason.WITHDRAWN,
        ClosureReason.DIED,
    }
)
"""Closed for these reasons, a case is not followed up: nobody is left without a helper by it."""

TAKES_ALL_ALONG = frozenset({ClosureReason.MERGED, ClosureReason.WITHDRAWN})
"""A duplicate, or what never was a case, ends places and requests with it as well."""

NOTHING_AHEAD: dict[str, object] = {
    "handover_ids": (),
    "awaited_ages": (),
    "errands": (),
    "transfer_id": None,
    "looked_ahead": False,
    "look_again_at": None,
}
"""What a closed case waits for beside itself: nothing any more."""

VERDICTS = {
    PlanVerdict.ADOPTED: CaseState.DECISION,
    PlanVerdict.REVISE: CaseState.PLAN_DRAFT,
    PlanVerdict.MORE_INFORMATION: CaseState.ASSESS,
    PlanVerdict.NOT_SUITABLE: CaseState.SINGLE_AGENCY,
}
"""Where the conclusion of a 重層的支援会議 leads."""

DECISIONS = {
    SupportDecision.OUTREACH_PLAN: CaseState.OUTREACH,
    SupportDecision.WATCH: CaseState.SK_DECIDED,
    SupportDecision.EMERGENCY: CaseState.SK_DECIDED,
    SupportDecision.OTHER_MEETING: CaseState.SK_DECIDED,
    SupportDecision.NOT_APPLICABLE: CaseState.TRIAGE,
}
"""Where the decision of a 支援会議 leads."""

PLAN_IS_OVER = frozenset(
    {PlanState.RETURNED, PlanState.REVISED, PlanState.COMPLETED, PlanState.STOPPED}
)
