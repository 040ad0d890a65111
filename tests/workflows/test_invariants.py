"""The process's invariants, each by name, along lives as the ward's staff would lead them."""

from uuid import uuid4

import pytest

from contracts import acts
from contracts.cases import Kind, Refusal
from contracts.life import CaseState
from tests.replay.lives import LIVES, to_active
from tests.workflows.samples import EVALUATION, STRANGER, consent, draft, schedule
from tests.workflows.ward import COORDINATOR, MANAGER, Ward, opened

LIVED = sorted(set(LIVES) - {"handed_over"})
"""Lives that need no time to pass."""


@pytest.mark.parametrize("name", LIVED)
async def test_a_whole_life_is_lived(ward: Ward, name: str) -> None:
    """And invariant 7: neither a task nor a timer, and an open case would be forgotten."""
    case = await LIVES[name](ward)
    assert [step.number for step in case.steps] == sorted({step.number for step in case.steps})
    assert case.states[0] == CaseState.TRIAGE
    for workflow, steps in ward.steps.items():
        if workflow.startswith("case:"):
            open_tasks = ward.tasks(Kind.CASE, steps[-1].entity_id)
            children = any(ward.children(kind, steps[-1].entity_id) for kind in Kind)
            waits = open_tasks or steps[-1].waits_until or children
            assert waits or steps[-1].state == CaseState.CLOSED, workflow


async def test_no_meeting_on_consent_while_somebody_has_not_consented(ward: Ward) -> None:
    """Invariant 1, also where a second person joined in too late."""
    one, other = uuid4(), uuid4()
    case = await opened(ward, person_ids=(one, other))
    await case.act(acts.AskConsent())
    await case.act(consent(one, ("sharing",)))
    assert case.state == CaseState.CONSENT
    await case.act(consent(other, ("sharing",)))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.reaches(CaseState.MEETING)
    await case.act(acts.WithdrawConsent(person_id=other))
    assert case.state == CaseState.SK_REQUESTED
    refusal = await case.refused(schedule())
    assert refusal.type == Refusal.NOT_ALLOWED


async def test_a_case_without_a_known_person_has_no_meeting_on_consent(ward: Ward) -> None:
    case = await opened(ward, person_ids=())
    await case.act(acts.AskConsent())
    refusal = await case.refused(consent(STRANGER))
    assert refusal.type == Refusal.UNKNOWN_PERSON


async def test_nobody_approves_what_they_wrote(ward: Ward) -> None:
    """Invariant 4: plan, minutes and closure."""
    case = await opened(ward)
    await case.act(acts.AskConsent())
    await case.act(consent(case.persons[0], ("sharing", "support")))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.act(schedule())
    await case.child(Kind.MEETING, acts.HoldMeeting(present=("jobota", "sapota")))
    await case.child(Kind.MEETING, acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED))
    await case.child_reaches(Kind.PLAN, "to-decide")
    for kind, act in ((Kind.MEETING, acts.ApproveMinutes()), (Kind.PLAN, acts.ApprovePlan())):
        refusal = await ward.refused(kind, await case.newest(kind), act, COORDINATOR)
        assert refusal.type == Refusal.APPROVER_IS_AUTHOR
    await case.child(Kind.PLAN, acts.ApprovePlan(), MANAGER)


async def test_closing_names_the_agency_that_stays_or_why_there_is_none(ward: Ward) -> None:
    """Invariant 6."""
    case = await to_active(ward)
    await case.child(Kind.PLAN, acts.RecordMonitoring(result=acts.MonitoringResult.GOAL_MET))
    await case.reaches(CaseState.CLOSE_REVIEW)
    nobody = EVALUATION.model_copy(update={"lead_agency": None})
    assert (await case.refused(nobody)).type == Refusal.LEAD_AGENCY_MISSING
    await case.act(EVALUATION)
    assert (await case.refused(acts.ApproveClosure())).type == Refusal.APPROVER_IS_AUTHOR


async def test_a_support_meeting_is_held_only_by_those_bound_to_secrecy(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.UNSAFE))
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule())
    meeting = await case.newest(Kind.MEETING)
    await ward.act(Kind.MEETING, meeting, acts.AcknowledgeSecrecy(agency="jobota"))
    hold = acts.HoldMeeting(present=("jobota", "sapota"))
    refusal = await ward.refused(Kind.MEETING, meeting, hold)
    assert refusal.type == Refusal.SECRECY_NOT_ACKNOWLEDGED
