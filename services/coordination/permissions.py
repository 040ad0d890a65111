"""Who may do what: the roles of each act, and what an agency's staff may do for their agency.

The roles are those of the login token. A 係長 (manager) may do what a 調整担当 (coordinator) may,
and decides besides; a 調整担当 may also act for an agency, as many of them do not use the system.
Approver and author are kept apart by `rules`, person by person.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts import catalogue
from contracts.acts import Act
from contracts.calendar import today
from contracts.cases import Kind
from contracts.life import Role
from services.coordination.models import (
    Attendee,
    CaseFile,
    Errand,
    Meeting,
    Outreach,
    Referral,
    Task,
)
from services.coordination.terms import has_open_task, in_team

C, A, M, W = Role.COORDINATOR, Role.AGENCY, Role.MANAGER, Role.WARD

_COORDINATING = frozenset({C, M})
_ANY_STAFF = frozenset({C, M, A})
_EVERYBODY = frozenset({C, M, A, W})
_CONVENING = frozenset({C, M, W})

ROLES: dict[str, frozenset[Role]] = {
    "end_with_information": _COORDINATING,
    "refer_to_agency": _COORDINATING,
    "merge_into": _COORDINATING,
    "ask_consent": _COORDINATING,
    "respond_urgently": _EVERYBODY,
    "request_support_meeting": _EVERYBODY,
    "accept_support_meeting": frozenset({M, W}),
    "decline_support_meeting": frozenset({M, W}),
    "record_consent": _ANY_STAFF,
    "record_refusal": _ANY_STAFF,
    "withdraw_consent": _ANY_STAFF,
    "recheck_consent": _ANY_STAFF,
    "complete_assessment": _COORDINATING,
    "draft_plan": _COORDINATING,
    "prepare_plan": _COORDINATING,
    "approve_plan": frozenset({M}),
    "return_plan": frozenset({M}),
    "record_acceptance": _ANY_STAFF,
    "record_decline": _ANY_STAFF,
    "schedule_meeting": _CONVENING,
    "postpone_meeting": _CONVENING,
    "cancel_meeting": _CONVENING,
    "hold_meeting": _CONVENING,
    "submit_sheet": _EVERYBODY,
    "acknowledge_secrecy": _EVERYBODY,
    "decide_plan": _CONVENING,
    "decide_support": _CONVENING,
    "approve_minutes": frozenset({M, W}),
    "record_progress": _ANY_STAFF,
    "record_contact": _ANY_STAFF,
    "request_referral": _COORDINATING,
    "accept_referral": _ANY_STAFF,
    "decline_referral": _ANY_STAFF,
    "refer_on": _ANY_STAFF,
    "finish_referral": _ANY_STAFF,
    "start_participation": _COORDINATING,
    "approach": _ANY_STAFF,
    "request_development": _ANY_STAFF,
    "join_waiting_list": _ANY_STAFF,
    "stop_waiting": _ANY_STAFF,
    "match_again": _ANY_STAFF,
    "record_answer": _ANY_STAFF,
    "record_visit": _ANY_STAFF,
    "record_trial": _ANY_STAFF,
    "record_link": _ANY_STAFF,
    "record_settling": _ANY_STAFF,
    "end_placement": _ANY_STAFF,
    "record_monitoring": _COORDINATING,
    "report_lost_contact": _ANY_STAFF,
    "suspend": _COORDINATING,
    "resume": _COORDINATING,
    "evaluate_closure": _COORDINATING,
    "approve_closure": frozenset({M}),
    "return_closure": frozenset({M}),
    "continue_support": _COORDINATING,
    "record_follow_up": _ANY_STAFF,
    "reopen": _COORDINATING,
    "confirm_handover": _ANY_STAFF,
    "name_sides": _COORDINATING,
    "pack_handover": _ANY_STAFF,
    "revise_draft": _COORDINATING,
    "review_suspension": _COORDINATING,
    "start_referral": _ANY_STAFF,
    "report_referral": _ANY_STAFF,
    "return_referral": _ANY_STAFF,
    "report_errand": _ANY_STAFF,
    "propose_transfer": _COORDINATING,
    "accept_transfer": _COORDINATING,
    "decline_transfer": _COORDINATING,
    "withdraw_transfer": _COORDINATING,
    "add_person": _COORDINATING,
    "settle_reminder": _COORDINATING,
    "propose_dates": _CONVENING,
    "propose_other_dates": _CONVENING,
    "answer_dates": _EVERYBODY,
    "choose_date": _CONVENING,
    "report_no_quorum": _CONVENING,
    "record_advice": _EVERYBODY,
    "assign_duty": _CONVENING,
    "draft_minutes": _CONVENING,
    "return_minutes": frozenset({M, W}),
    "submit_feedback": _EVERYBODY,
    "raise_community_issue": _CONVENING,
    "record_statutory_meeting": _EVERYBODY,
}
"""Which roles may do an act. An act that is not named may be done by nobody."""

OWN_AGENCY = frozenset(
    {
        "submit_sheet",
        "acknowledge_secrecy",
        "record_progress",
        "record_contact",
        "confirm_handover",
        "answer_dates",
        "record_advice",
        "submit_feedback",
    }
)
"""Acts whose `agency` is the one that does it: an agency's staff names only its own."""

ORGANISING = frozenset(
    {
        "schedule_meeting",
        "propose_dates",
        "propose_other_dates",
        "choose_date",
        "postpone_meeting",
        "cancel_meeting",
        "report_no_quorum",
        "hold_meeting",
    }
)
"""Acts of whoever organises a meeting; who that is depends on its legal basis (`bodies`)."""

WHOLE_WARD = (C, M, W)
"""Roles that see every case; an agency's staff see those of their agency."""

CASEWORK = (*WHOLE_WARD, A)


def works_with_cases(principal: Principal) -> bool:
    return principal.kind == "person" and principal.has(*CASEWORK)


def sees_all(principal: Principal) -> bool:
    return principal.kind == "person" and principal.has(*WHOLE_WARD)


def role_allows(principal: Principal, act: str) -> bool:
    """Whether one of the caller's roles may do the act at all."""
    return principal.kind == "person" and principal.has(*ROLES.get(act, ()))


def for_own_agency_only(principal: Principal, act: str) -> bool:
    """Whether the caller may do the act only in the name of their own agency."""
    others = ROLES.get(act, frozenset()) - {A}
    return principal.has(A) and not principal.has(*others)


def visible(principal: Principal) -> ColumnElement[bool]:
    """The cases a caller may see, as a condition on `case_file`."""
    if sees_all(principal):
        return true()
    if not works_with_cases(principal) or principal.agency is None:
        return false()
    agency = principal.agency
    case_id = col(CaseFile.case_id)
    return or_(
        in_team(agency),
        has_open_task(col(Task.agency) == agency),
        exists()
        .where(
            and_(
                col(Meeting.case_id) == case_id,
                col(Attendee.meeting_id) == col(Meeting.meeting_id),
                col(Attendee.agency) == agency,
            )
        )
        .correlate(CaseFile),
    )


async def own_strand(session: AsyncSession, agency: str, kind: str, entity_id: UUID) -> bool:
    """Whether a workflow's work is an agency's own: a referral, outreach or errand may not be."""
    if kind == Kind.REFERRAL:
        referral = await session.get(Referral, entity_id)
        return referral is not None and _works_for(agency, referral.agency)
    if kind == Kind.OUTREACH:
        outreach = await session.get(Outreach, entity_id)
        return outreach is not None and _works_for(agency, outreach.agency)
    if kind == Kind.ERRAND:
        errand = await session.get(Errand, entity_id)
        return errand is not None and _works_for(agency, errand.agency)
    return True


def _works_for(agency: str, named: str | None) -> bool:
    """Whether an agency's staff do the work that names an agency: its own, or a predecessor's."""
    return named is not None and agency in (named, catalogue.agency_in_charge(named, today()))


def names_other_agency(principal: Principal, act: Act) -> bool:
    """Whether an agency's staff act in the name of another agency."""
    if act.code not in OWN_AGENCY or not for_own_agency_only(principal, act.code):
        return False
    return getattr(act, "agency", None) != principal.agency
