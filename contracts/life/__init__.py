"""The tables of the lives that the workflows lead: states, acts, exits, owners, deadlines.

This is process A12 as data. The workflows walk it, coordination's API and portal read from it what
is allowed next, and the tests walk every row. `acts` maps an act's code to the states it may lead
to; an act that leads to its own state is recorded and the waiting goes on.
"""

from contracts.life.case import ALWAYS, CASE, SK_TRACK, CaseState
from contracts.life.errand import ERRAND, ERRANDS, ErrandState
from contracts.life.fiscal_year import (
    FISCAL_YEAR,
    FISCAL_YEAR_ROLES,
    SETTLED,
    FiscalYearState,
)
from contracts.life.handover import HANDOVER, HandoverState
from contracts.life.meeting import MEETING, MeetingState
from contracts.life.outreach import OUTREACH, OutreachState
from contracts.life.placement import PLACEMENT, PlacementState
from contracts.life.plan import PLAN, PlanState
from contracts.life.referral import REFERRAL, REFERRAL_UNDER_WAY, ReferralState
from contracts.life.stage import Life, Role, Stage
from contracts.life.transfer import TRANSFER, TransferState

LIVES: dict[str, Life] = {
    "case": CASE,
    "meeting": MEETING,
    "plan": PLAN,
    "outreach": OUTREACH,
    "referral": REFERRAL,
    "placement": PLACEMENT,
    "handover": HANDOVER,
    "errand": ERRAND,
    "transfer": TRANSFER,
}
"""Every life of casework by the kind of its workflow. `FISCAL_YEAR` is the figures' own."""


def allowed(kind: str, state: str) -> dict[str, tuple[str, ...]]:
    """The acts that a workflow of a kind takes in a state, with the states they may lead to."""
    stage = LIVES[kind][state]
    if kind != "case" or state in (CaseState.RECEIVED, CaseState.CLOSED):
        return stage.acts
    stays: dict[str, tuple[str, ...]] = {"withdraw_consent": ()} if state in SK_TRACK else {}
    return {**ALWAYS, **stays, **stage.acts}


__all__ = [
    "ALWAYS",
    "CASE",
    "ERRAND",
    "ERRANDS",
    "FISCAL_YEAR",
    "FISCAL_YEAR_ROLES",
    "HANDOVER",
    "LIVES",
    "MEETING",
    "OUTREACH",
    "PLACEMENT",
    "PLAN",
    "REFERRAL",
    "REFERRAL_UNDER_WAY",
    "SETTLED",
    "SK_TRACK",
    "TRANSFER",
    "CaseState",
    "ErrandState",
    "FiscalYearState",
    "HandoverState",
    "Life",
    "MeetingState",
    "OutreachState",
    "PlacementState",
    "PlanState",
    "ReferralState",
    "Role",
    "Stage",
    "TransferState",
    "allowed",
]
