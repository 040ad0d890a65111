"""How far a case has come when a walk begins: plain ways of it, deed by deed.

A short random walk from the intake hardly ever gets as far as a plan. So a walk begins at the end
of a way, or, in the longer run, anywhere along it; and together the ways pass every state.
"""

from dataclasses import dataclass, field
from typing import Any

from contracts.life import CaseState, HandoverState, MeetingState, PlanState

COORDINATOR, MANAGER, WARD = "hanako", "ichiro", "shuko"
SAPOTA, JOBOTA = "sapota-1", "jobota-1"
BOTH = ["jobota", "sapota"]
CHAIR = "fukushi-kanri"
WITH_THE_WARD = [*BOTH, CHAIR]
"""Who sits in a 支援会議: the ward chairs it."""


@dataclass(frozen=True)
class Deed:
    """What somebody does: an act, with the fields in which it is not filled in plainly."""

    sub: str
    act: str
    fields: dict[str, Any] = field(default_factory=dict)
    everybody: bool = False
    """Once for each person whom the case is about."""
    also: tuple[str, ...] = ()
    """Fields that may be left alone and are not."""


@dataclass(frozen=True)
class Days:
    """So much time passes."""

    count: int


Way = tuple[Deed | Days, ...]


def _by(sub: str, act: str, **fields: Any) -> Deed:
    return Deed(sub, act, fields)


CONSENTED: Way = (
    _by(COORDINATOR, "ask_consent"),
    Deed(
        COORDINATOR,
        "record_consent",
        {"kinds": ["sharing", "support"], "method": "signature"},
        everybody=True,
    ),
)
LIVED_BY_A_PLAN: Way = (
    *CONSENTED,
    _by(COORDINATOR, "complete_assessment"),
    _by(COORDINATOR, "draft_plan"),
    _by(COORDINATOR, "schedule_meeting", attendees=BOTH),
    _by(COORDINATOR, "hold_meeting", present=BOTH),
    _by(COORDINATOR, "decide_plan", verdict="adopted"),
    _by(MANAGER, "approve_minutes"),
    _by(MANAGER, "approve_plan"),
    Deed(COORDINATOR, "record_acceptance", everybody=True),
)


def _support_meeting(decision: Deed) -> Way:
    return (
        _by(WARD, "accept_support_meeting"),
        _by(WARD, "schedule_meeting", attendees=WITH_THE_WARD),
        _by(WARD, "acknowledge_secrecy", agency=CHAIR),
        _by(MANAGER, "acknowledge_secrecy", agency=CHAIR),
        _by(SAPOTA, "acknowledge_secrecy", agency="sapota"),
        _by(JOBOTA, "acknowledge_secrecy", agency="jobota"),
        _by(WARD, "hold_meeting", present=WITH_THE_WARD),
        decision,
        _by(MANAGER, "approve_minutes"),
    )


WAYS: dict[str, Way] = {
    "a plan is lived by, monitored and closed": (
        *LIVED_BY_A_PLAN,
        Days(100),
        _by(COORDINATOR, "record_monitoring", result="goal-met"),
        _by(COORDINATOR, "evaluate_closure", reason="solved", lead_agency="jobota"),
        _by(MANAGER, "approve_closure"),
    ),
    "a plan is to be another and contact is lost": (
        *LIVED_BY_A_PLAN,
        _by(COORDINATOR, "record_monitoring", result="change"),
        _by(COORDINATOR, "report_lost_contact"),
    ),
    "a support meeting watches": (
        _by(COORDINATOR, "request_support_meeting"),
        *_support_meeting(_by(WARD, "decide_support", decision="watch")),
    ),
    "consent is withdrawn and trust is sought": (
        *CONSENTED,
        _by(COORDINATOR, "withdraw_consent", kinds=["sharing", "support"]),
        *_support_meeting(
            Deed(
                WARD,
                "decide_support",
                {"decision": "outreach-plan", "agency": "sapota"},
                also=("starts_on", "ends_on"),
            )
        ),
        _by(SAPOTA, "recheck_consent"),
    ),
    "somebody comes of age while one agency helps": (
        Days(1),
        _by(COORDINATOR, "name_sides", giving="sapota", receiving="jobota"),
        _by(
            COORDINATOR,
            "pack_handover",
            items=[
                {"item": item, "basis": "other-law"} for item in ("assessment", "plan", "progress")
            ],
        ),
        _by(SAPOTA, "confirm_handover", side="giving", agency="sapota"),
        _by(JOBOTA, "confirm_handover", side="receiving", agency="jobota"),
        _by(COORDINATOR, "refer_to_agency", agency="jobota"),
    ),
}
"""By what happens on them."""

LONG_BEFORE = CaseState.RECEIVED
"""A case is in screening by the time its first step is recorded."""

EVERY_STATE = (
    {f"case:{state}" for state in CaseState if state != LONG_BEFORE}
    | {
        f"plan:{state}"
        for state in (
            PlanState.DRAFT,
            PlanState.TO_DECIDE,
            PlanState.TO_ACCEPT,
            PlanState.ACTIVE,
            PlanState.MONITORING,
            PlanState.REVISED,
            PlanState.COMPLETED,
        )
    }
    | {
        f"meeting:{state}"
        for state in (
            MeetingState.PREPARING,
            MeetingState.HELD,
            MeetingState.MINUTES,
            MeetingState.DONE,
        )
    }
    | {f"handover:{state}" for state in (HandoverState.PREPARING, HandoverState.OVERLAP)}
)
"""What has to be reached, by kind and state: every state of a case, and the course of a plan, a
meeting and a handover."""

PASSES: dict[str, set[str]] = {
    "a plan is lived by, monitored and closed": {
        *(
            f"case:{state}"
            for state in (
                "triage",
                "consent",
                "assess",
                "plan-draft",
                "meeting",
                "decision",
                "active",
                "monitor",
                "close-review",
                "close-approval",
                "closed",
            )
        ),
        *(
            f"plan:{state}"
            for state in ("draft", "to-decide", "to-accept", "active", "monitoring", "completed")
        ),
        *(f"meeting:{state}" for state in ("preparing", "held", "minutes", "done")),
    },
    "a plan is to be another and contact is lost": {
        "case:replan",
        "case:suspended",
        "plan:revised",
    },
    "a support meeting watches": {
        *(f"case:sk-{at}" for at in ("requested", "accepted", "scheduled", "held", "decided")),
    },
    "consent is withdrawn and trust is sought": {"case:outreach", "case:consent-recheck"},
    "somebody comes of age while one agency helps": {
        "case:single-agency",
        "handover:preparing",
        "handover:overlap",
    },
}
"""What each way passes; a walk along it fails if it does not."""
