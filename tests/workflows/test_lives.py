"""Whole lives of cases: where they go, what goes with them, and that each comes to an end."""

from datetime import timedelta
from itertools import cycle
from uuid import uuid4

import pytest

from contracts import acts
from contracts.calendar import today
from contracts.cases import Kind
from contracts.catalogue import channels
from contracts.steps import AgeBoundaries
from tests.workflows import plays
from tests.workflows.samples import consent, draft, monitoring, schedule
from tests.workflows.ward import MANAGER, Ward, opened

CHANNELS = sorted(channels(today()))
SPREAD = list(zip(CHANNELS, cycle(plays.TO_THE_END), strict=False))


def test_there_are_twenty_channels() -> None:
    assert len(SPREAD) == 20


@pytest.mark.parametrize(("channel", "play"), SPREAD)
async def test_whichever_channel_people_come_by_their_case_comes_to_an_end(
    ward: Ward, channel: str, play: plays.Play
) -> None:
    row = channels(today())[channel]
    case = await play(ward, channel=channel, programme_no=row.programme_no)
    assert case.state == "closed"
    assert case.steps[0].came_from == "received"


async def test_a_case_with_consent_walks_the_whole_of_the_main_track(ward: Ward) -> None:
    case = await plays.with_consent(ward)
    once = ["consent", "assess", "plan-draft", "meeting", "decision", "active", "monitor"]
    again = ["replan", "meeting", "decision", "active", "close-review", "close-approval", "closed"]
    assert case.states == ["triage", *once, *again]
    outcome = await case.result()
    assert outcome["reason"] == "roles-agreed"
    first, second = case.all(Kind.PLAN)
    assert ward.states(Kind.PLAN, first)[-1] == "revised"
    assert ward.states(Kind.PLAN, second) == [
        "draft",
        "to-decide",
        "to-accept",
        "active",
        "completed",
    ]
    assert [ward.last(Kind.PLAN, key).plan_version for key in (first, second)] == [1, 2]


async def test_a_case_without_consent_is_helped_and_goes_on_with_the_prepared_plan(
    ward: Ward,
) -> None:
    case = await plays.without_consent(ward)
    assert case.states[:9] == [
        "triage",
        "consent",
        "sk-requested",
        "sk-accepted",
        "sk-scheduled",
        "sk-held",
        "outreach",
        "consent-recheck",
        "assess",
    ]
    assert "plan-draft" not in case.states
    prepared = next(s for s in case.steps if s.command and s.command.act.code == "prepare_plan")
    outreach, plan = case.all(Kind.PLAN)
    assert (ward.state(Kind.PLAN, outreach), plan) == ("stopped", prepared.created_id)
    support, on_consent = case.all(Kind.MEETING)
    decided = next(
        step
        for step in ward.steps[f"meeting:{support}"]
        if step.command and step.command.act.code == "decide_support"
    )
    assert (decided.plan_version, decided.agency) == (1, "sapota")
    assert decided.created_id is not None
    scheduled = [step for step in case.steps if step.created_id in (support, on_consent)]
    assert [step.legal_basis for step in scheduled] == ["law-106-6", "consent"]


async def test_withdrawn_consent_leads_to_the_track_without_and_ends_what_stood_on_it(
    ward: Ward,
) -> None:
    case = await plays.consent_withdrawn_midway(ward)
    assert case.state == "sk-requested"
    (placement,) = case.all(Kind.PLACEMENT)
    assert ward.last(Kind.PLACEMENT, placement).result == "withdrawn-by-person"


async def test_consent_withdrawn_during_a_meetings_preparation_cancels_it(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    await plays.everybody_consents(case)
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.act(schedule((await ward.now()) + timedelta(days=30)))
    await case.child_reaches(Kind.MEETING, "preparing")
    await case.act(acts.WithdrawConsent(person_id=case.persons[0]))
    await case.child_reaches(Kind.MEETING, "cancelled")
    await case.child_reaches(Kind.PLAN, "stopped")
    assert case.state == "sk-requested"


async def test_a_meeting_that_was_held_still_owes_its_minutes_when_consent_is_withdrawn(
    ward: Ward,
) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    await plays.everybody_consents(case)
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.act(schedule((await ward.now()) + timedelta(days=30)))
    await case.child(Kind.MEETING, acts.HoldMeeting(present=("jobota",)))
    await case.act(acts.WithdrawConsent(person_id=case.persons[0]))
    await case.child_reaches(Kind.MEETING, "minutes")
    await case.child(Kind.MEETING, acts.ApproveMinutes(), sub=MANAGER)
    await case.child_reaches(Kind.MEETING, "done")
    assert case.state == "sk-requested"


async def test_a_consent_that_expires_has_the_force_of_a_withdrawal(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    last_day = (await ward.now()).date() + timedelta(days=10)
    await case.act(consent(case.persons[0], expires_on=last_day))
    await case.reaches("assess")
    await ward.pass_time(timedelta(days=12))
    await case.reaches("sk-requested")
    last = case.steps[-1]
    assert (last.cause, last.result, last.person_id) == (
        "consent-expired",
        "sharing",
        case.persons[0],
    )


async def test_a_consent_given_again_lives_as_long_as_the_later_one_says(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    last_day = (await ward.now()).date() + timedelta(days=10)
    await case.act(consent(case.persons[0], expires_on=last_day))
    await case.act(consent(case.persons[0]))
    await ward.pass_time(timedelta(days=12))
    await ward.handle(Kind.CASE, case.id).query("state")
    assert case.state == "assess"


async def test_everybody_discussed_has_to_consent(ward: Ward) -> None:
    case = await opened(ward, person_ids=(uuid4(), uuid4()))
    await case.act(acts.AskConsent())
    assert (await case.act(consent(case.persons[0]))).state == "consent"
    assert (await case.act(consent(case.persons[1]))).state == "assess"


async def test_a_lost_person_is_found_again_and_the_plan_goes_on(ward: Ward) -> None:
    case = await plays.lost_and_found(ward)
    (plan,) = case.all(Kind.PLAN)
    walked = ward.states(Kind.PLAN, plan)
    assert walked[-4:] == ["active", "paused", "active", "stopped"]
    assert case.states.count("suspended") == 2
    assert case.states[-3:] == ["closed", "triage", "closed"]
    hard_stop = next(s for s in case.steps if s.cause == "suspension_hard_stop")
    assert hard_stop.state == "close-review"
    outcome = await case.result()
    assert (outcome["reason"], outcome["episode"]) == ("information", 2)


async def test_a_case_suspended_before_its_meeting_is_resumed_with_its_draft(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    await plays.everybody_consents(case)
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.act(acts.Suspend(reason=acts.SuspensionReason.ABSENCE))
    await case.child_reaches(Kind.PLAN, "paused")
    assert (await case.act(acts.Resume())).state == "meeting"
    await case.child_reaches(Kind.PLAN, "draft")
    await plays.plan_adopted_and_accepted(case)


async def test_a_case_resumed_after_its_consent_expired_asks_for_it_again(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    last_day = (await ward.now()).date() + timedelta(days=10)
    await case.act(consent(case.persons[0], expires_on=last_day))
    await case.act(acts.Suspend(reason=acts.SuspensionReason.ABSENCE))
    await ward.pass_time(timedelta(days=12))
    await ward.until(lambda: case.steps[-1].cause == "consent-expired", "the expiry")
    assert case.state == "suspended"
    assert (await case.act(acts.Resume())).state == "consent"


async def test_an_intake_taken_back_closes_only_what_nobody_has_screened(ward: Ward) -> None:
    early = await plays.taken_back(ward)
    assert (await early.result())["reason"] == "intake-withdrawn"
    late = await opened(ward)
    await late.act(acts.AskConsent())
    await ward.signal(Kind.CASE, late.id, "intake_withdrawn")
    await ward.until(lambda: late.steps[-1].cause == "intake-withdrawn", "told")
    assert late.state == "consent"


async def test_a_placement_passes_a_host_that_says_no_and_settles(ward: Ward) -> None:
    case = await plays.settled_in_a_place(ward)
    (placement,) = case.all(Kind.PLACEMENT)
    assert ward.states(Kind.PLACEMENT, placement) == [
        "matching",
        "developing",
        "approached",
        "matching",
        "approached",
        "visiting",
        "trial",
        "linking",
        "settling",
        "settled",
        "ended",
    ]
    assert ward.asked_for_candidates == [placement, placement]
    told = ward.placed[placement]
    recorded = ward.steps[f"placement:{placement}"]
    assert [(t.number, t.state) for t in told] == [(s.number, s.state) for s in recorded]
    gives_back = next(step for step in told if step.came_from == "approached")
    assert (gives_back.state, gives_back.resource_id) == ("matching", told[2].resource_id)


async def test_an_age_that_is_near_is_prepared_for(ward: Ward) -> None:
    case = await plays.handed_over(ward)
    (handover,) = case.all(Kind.HANDOVER)
    assert ward.states(Kind.HANDOVER, handover) == ["waiting", "preparing", "overlap", "done"]
    assert "age-boundaries" in [step.cause for step in case.steps]


async def test_a_handover_that_is_not_begun_ends_with_its_case(ward: Ward) -> None:
    case = await plays.opened_near_an_age(ward)
    await case.act(acts.EndWithInformation())
    await case.child_reaches(Kind.HANDOVER, "stopped")


async def test_an_age_beyond_what_a_case_lives_is_not_waited_for(ward: Ward) -> None:
    person = uuid4()
    far = plays.AgeBoundary(person_id=person, age=65, reached_on=today() + timedelta(days=20000))
    ward.ages = AgeBoundaries(boundaries=(far,), unknown=(uuid4(),))
    case = await opened(ward, person_ids=(person,))
    await ward.until(lambda: case.steps[-1].cause == "birth-date-unknown", "told")
    assert case.steps[-1].person_id == ward.ages.unknown[0]
    assert not case.all(Kind.HANDOVER)


async def test_a_plan_the_person_declines_is_drafted_again(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.AskConsent())
    await plays.everybody_consents(case)
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await plays.meeting_held(case, acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED))
    await case.child_reaches(Kind.PLAN, "to-decide")
    await case.child(Kind.PLAN, acts.ApprovePlan(), sub=MANAGER)
    await case.child(Kind.PLAN, acts.RecordDecline(person_id=case.persons[0]))
    await case.reaches("plan-draft")
    await case.act(draft())
    await ward.until(lambda: len(case.all(Kind.PLAN)) == 2, "the second version")
    assert ward.last(Kind.PLAN, case.all(Kind.PLAN)[1]).plan_version == 2


async def test_a_cancelled_meeting_is_to_be_set_again(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(
        acts.RequestSupportMeeting(reason=acts.NoConsentReason.UNSAFE),
    )
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule((await ward.now()) + timedelta(days=30)))
    await case.child(Kind.MEETING, acts.CancelMeeting())
    await case.reaches("sk-accepted")
    (task,) = ward.tasks(Kind.CASE, case.id)
    assert "schedule_meeting" in task.acts


async def test_somebody_who_is_never_reached_is_for_the_meeting_to_talk_about(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.UNOBTAINABLE))
    await case.act(acts.AcceptSupportMeeting())
    outreach = acts.DecideSupport(decision=acts.SupportDecision.OUTREACH_PLAN, agency="sapota")
    await plays.meeting_held(case, outreach)
    await case.reaches("outreach")
    await ward.pass_time(timedelta(days=61))
    await case.reaches("sk-requested")
    await case.act(acts.AcceptSupportMeeting())
    await plays.meeting_held(case, outreach)
    await ward.until(lambda: len(case.all(Kind.OUTREACH)) == 2, "outreach again")
    again = [step.plan_version for step in case.steps if step.result == "outreach-plan"]
    assert again == [1, 2]


async def test_a_referral_that_is_declined_leads_back_to_screening(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.ReferToAgency(agency="jobota"))
    await case.child(Kind.REFERRAL, acts.DeclineReferral(reason="needs-several-agencies"))
    await case.reaches("triage")
    (task,) = ward.tasks(Kind.CASE, case.id)
    assert "ask_consent" in task.acts


async def test_closing_leaves_places_and_requests_with_their_agencies(ward: Ward) -> None:
    case = await plays.living_by_a_plan(ward)
    await case.act(acts.RequestReferral(agency="jobota"))
    await case.act(acts.StartParticipation(person_id=case.persons[0], kinds=("ibasho",)))
    await case.child_reaches(Kind.PLACEMENT, "matching")
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await plays.closed(case)
    await ward.handle(Kind.CASE, case.id).query("state")
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    await case.child(Kind.PLACEMENT, acts.RequestDevelopment())
