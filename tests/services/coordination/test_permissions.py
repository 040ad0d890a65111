"""Who may do what: every role with every act, and every stage with its owner."""

import pytest

from chassis.auth import Principal
from contracts.life import LIVES, Role, allowed
from services.coordination.forms import MODELS
from services.coordination.permissions import (
    OWN_AGENCY,
    ROLES,
    for_own_agency_only,
    names_other_agency,
    role_allows,
    sees_all,
    works_with_cases,
)
from tests.services.coordination.desk import act_of

DECIDED_BY_SUPERIORS = {
    "approve_plan",
    "return_plan",
    "approve_closure",
    "return_closure",
    "approve_minutes",
    "accept_support_meeting",
    "decline_support_meeting",
    "return_minutes",
}
"""What a 調整担当 may not do (invariant 4: somebody else decides)."""

OF_THE_WARD = {
    "respond_urgently",
    "request_support_meeting",
    "accept_support_meeting",
    "decline_support_meeting",
    "schedule_meeting",
    "postpone_meeting",
    "cancel_meeting",
    "hold_meeting",
    "submit_sheet",
    "acknowledge_secrecy",
    "decide_plan",
    "decide_support",
    "approve_minutes",
    "return_minutes",
    "propose_dates",
    "propose_other_dates",
    "answer_dates",
    "choose_date",
    "report_no_quorum",
    "record_advice",
    "assign_duty",
    "draft_minutes",
    "submit_feedback",
    "raise_community_issue",
    "record_statutory_meeting",
}
"""What whoever hosts the meetings for the ward may do."""

OF_AN_AGENCY = {
    "respond_urgently",
    "request_support_meeting",
    "record_consent",
    "record_refusal",
    "withdraw_consent",
    "recheck_consent",
    "record_acceptance",
    "record_decline",
    "submit_sheet",
    "acknowledge_secrecy",
    "record_progress",
    "record_contact",
    "accept_referral",
    "decline_referral",
    "refer_on",
    "finish_referral",
    "approach",
    "request_development",
    "join_waiting_list",
    "stop_waiting",
    "match_again",
    "record_answer",
    "record_visit",
    "record_trial",
    "record_link",
    "record_settling",
    "end_placement",
    "report_lost_contact",
    "record_follow_up",
    "confirm_handover",
    "pack_handover",
    "start_referral",
    "report_referral",
    "return_referral",
    "report_errand",
    "answer_dates",
    "record_advice",
    "submit_feedback",
    "record_statutory_meeting",
}
"""What an agency's staff may do in a case that they see."""

MAY = {
    Role.COORDINATOR: set(MODELS) - DECIDED_BY_SUPERIORS,
    Role.MANAGER: set(MODELS),
    Role.WARD: OF_THE_WARD,
    Role.AGENCY: OF_AN_AGENCY,
    Role.STATISTICS: set(),
    Role.OPERATOR: set(),
}


def somebody(*roles: str, kind: str = "person", agency: str | None = "sapota") -> Principal:
    return Principal.model_validate(
        {"sub": "somebody", "kind": kind, "roles": roles, "agency": agency}
    )


def test_every_act_has_its_roles_and_no_other_has() -> None:
    assert set(ROLES) == set(MODELS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("act", sorted(MODELS))
def test_a_role_may_do_an_act_or_not(act: str, role: Role) -> None:
    assert role_allows(somebody(role), act) == (act in MAY[role])


@pytest.mark.parametrize("kind", ["service", "frontline"])
def test_machines_may_do_nothing_whatever_roles_they_show(kind: str) -> None:
    machine = somebody(*Role, kind=kind)
    assert not any(role_allows(machine, act) for act in MODELS)
    assert not sees_all(machine)
    assert not works_with_cases(machine)


STAGES = [
    (kind, state) for kind, life in LIVES.items() for state, stage in life.items() if stage.task
]


@pytest.mark.parametrize(("kind", "state"), STAGES)
def test_whoever_a_stage_waits_for_may_do_what_it_asks(kind: str, state: str) -> None:
    stage = LIVES[kind][state]
    owner = somebody(stage.owner)
    assert any(role_allows(owner, act) for act in stage.acts)


@pytest.mark.parametrize(("kind", "state"), STAGES)
def test_no_state_is_without_somebody_who_can_move_it(kind: str, state: str) -> None:
    acts = allowed(kind, state)
    assert any(role_allows(somebody(role), act) for act in acts for role in Role)


@pytest.mark.parametrize("act", sorted(OWN_AGENCY))
def test_an_agencys_staff_act_in_the_name_of_their_own_agency_only(act: str) -> None:
    more = {
        "record_progress": {"on": "2026-04-01"},
        "record_contact": {"on": "2026-04-01", "method": "visit", "outcome": "talked"},
        "confirm_handover": {"side": "giving"},
        "submit_feedback": {"shared_view": "yes", "roles_clear": "yes", "time_fit": "no"},
    }
    given = act_of(act, agency="jobota", **more.get(act, {}))
    assert names_other_agency(somebody("agency", agency="sapota"), given)
    assert not names_other_agency(somebody("agency", agency="jobota"), given)
    assert not names_other_agency(somebody("coordinator", agency="sapota"), given)
    assert not names_other_agency(somebody("agency", "coordinator", agency="sapota"), given)


def test_who_also_has_another_role_is_not_bound_to_their_agency() -> None:
    assert for_own_agency_only(somebody("agency"), "record_contact")
    assert not for_own_agency_only(somebody("agency", "manager"), "record_contact")
    assert not for_own_agency_only(somebody("coordinator"), "record_contact")


def test_the_ward_sees_every_case_and_agencies_their_own() -> None:
    for role in (Role.COORDINATOR, Role.MANAGER, Role.WARD):
        assert sees_all(somebody(role))
    assert not sees_all(somebody(Role.AGENCY))
    assert works_with_cases(somebody(Role.AGENCY))
    for role in (Role.STATISTICS, Role.OPERATOR):
        assert not works_with_cases(somebody(role))
