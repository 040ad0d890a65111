"""Whole lives, act by act, as the ward's staff would lead them. Each ends where its name says."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import acts
from contracts.cases import INTAKE_WITHDRAWN, Kind
from contracts.steps import AgeBoundaries, AgeBoundary
from tests.workflows.samples import (
    DAY,
    ELSEWHERE,
    EVALUATION,
    RESOURCE,
    consent,
    contact,
    draft,
    follow_up,
    monitoring,
    schedule,
)
from tests.workflows.ward import MANAGER, Case, Ward, opened

ATTENDEES = ("jobota", "sapota")


async def ended_with_information(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **fields)
    await case.act(acts.EndWithInformation())
    return case


async def resting_on_one_agency(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **fields)
    await case.act(acts.ReferToAgency(agency="jobota"))
    await case.child(Kind.REFERRAL, acts.ReferOn(agency="sapota"))
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    await case.child(Kind.REFERRAL, acts.FinishReferral(result="done"))
    await case.reaches("closed")
    return case


async def merged_into_another(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **fields)
    await case.act(acts.RequestReferral(agency="jobota"))
    await case.child_reaches(Kind.REFERRAL, "asked")
    await case.act(acts.MergeInto(into_case_id=ELSEWHERE))
    await case.child_reaches(Kind.REFERRAL, "stopped")
    return case


async def taken_back(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **fields)
    await ward.signal(Kind.CASE, case.id, INTAKE_WITHDRAWN)
    await case.reaches("closed")
    return case


async def helped_at_once(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **{"urgent": True, **fields})
    await case.act(acts.RespondUrgently(measure="food"))
    await case.act(acts.EndWithInformation())
    return case


async def everybody_consents(case: Case) -> None:
    for person in case.persons:
        await case.act(consent(person, ("sharing", "support")))
    await case.reaches("assess")


async def meeting_held(case: Case, act: acts.Act) -> UUID:
    """A meeting from its invitation to its minutes; gives its id."""
    ward = case.ward
    starts_at = (await ward.now()) + timedelta(days=30)
    before = len(case.all(Kind.MEETING))
    await case.act(schedule(starts_at))
    await ward.until(lambda: len(case.all(Kind.MEETING)) > before, "another meeting")
    for agency in ATTENDEES:
        await case.child(Kind.MEETING, acts.SubmitSheet(agency=agency))
        await case.child(Kind.MEETING, acts.AcknowledgeSecrecy(agency=agency))
    await case.child(Kind.MEETING, acts.HoldMeeting(present=ATTENDEES))
    await case.child(Kind.MEETING, act)
    await case.child(Kind.MEETING, acts.ApproveMinutes(), sub=MANAGER)
    return await case.newest(Kind.MEETING)


async def plan_adopted_and_accepted(case: Case) -> None:
    """From MEETING to ACTIVE."""
    await meeting_held(case, acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED))
    await case.child_reaches(Kind.PLAN, "to-decide")
    await case.child(Kind.PLAN, acts.ApprovePlan(), sub=MANAGER)
    for person in case.persons:
        await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=person))
    await case.reaches("active")


async def living_by_a_plan(ward: Ward, **fields: Any) -> Case:
    case = await opened(ward, **fields)
    await case.act(acts.AskConsent())
    await everybody_consents(case)
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.reaches("meeting")
    await plan_adopted_and_accepted(case)
    return case


async def closed(case: Case) -> None:
    await case.reaches("close-review")
    await case.act(EVALUATION)
    await case.act(acts.ApproveClosure(), sub=MANAGER)


async def with_consent(ward: Ward, **fields: Any) -> Case:
    """Monitored, planned again, closed with the agency that stays, and followed up."""
    case = await living_by_a_plan(ward, **fields)
    await case.act(acts.RecordProgress(agency="jobota", on=DAY, joint_with=("sapota",)))
    await ward.pass_time(timedelta(days=100))
    await case.reaches("monitor")
    await case.child(Kind.PLAN, monitoring("change"))
    await case.reaches("replan")
    await case.act(draft())
    await ward.until(lambda: len(case.all(Kind.PLAN)) > 1, "the second plan")
    await plan_adopted_and_accepted(case)
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await closed(case)
    for _ in range(3):
        await next_follow_up(case)
    return case


async def next_follow_up(case: Case) -> None:
    """Let time pass until a follow-up is asked for, and record it."""
    while not case.ward.tasks(Kind.CASE, case.id):
        await case.ward.pass_time(timedelta(days=31))
        await case.ward.settle()
    await case.act(follow_up())


async def without_consent(ward: Ward, **fields: Any) -> Case:
    """支援会議, outreach, a plan prepared in advance, consent at last, and support by it."""
    case = await opened(ward, **fields)
    await case.act(acts.AskConsent())
    await case.act(
        acts.RecordRefusal(person_id=case.persons[0], reason=acts.NoConsentReason.REFUSED)
    )
    await case.act(acts.AcceptSupportMeeting())
    decision = acts.DecideSupport(
        decision=acts.SupportDecision.OUTREACH_PLAN, agency="sapota", starts_on=DAY, ends_on=DAY
    )
    await meeting_held(case, decision)
    await case.reaches("outreach")
    await case.act(draft(acts.PreparePlan))
    for outcome in ("no-answer", "talked", "good-relation"):
        await case.child(Kind.OUTREACH, contact(outcome))
    await case.act(acts.RecheckConsent())
    await everybody_consents(case)
    await case.child_reaches(Kind.OUTREACH, "stopped")
    await case.act(acts.CompleteAssessment(issues=("isolation",)))
    await case.child_reaches(Kind.PLAN, "draft")
    await plan_adopted_and_accepted(case)
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await closed(case)
    return case


async def consent_withdrawn_midway(ward: Ward, **fields: Any) -> Case:
    """From support by a plan to the track without consent; what stood on it ends."""
    case = await living_by_a_plan(ward, **fields)
    await case.act(acts.StartParticipation(person_id=case.persons[0], kinds=("ibasho",)))
    await case.child_reaches(Kind.PLACEMENT, "matching")
    await case.act(acts.WithdrawConsent(person_id=case.persons[0]))
    await case.child_reaches(Kind.PLAN, "stopped")
    await case.child_reaches(Kind.PLACEMENT, "ended")
    return case


async def lost_and_found(ward: Ward, **fields: Any) -> Case:
    """Suspended when contact is lost, resumed with the plan that was held, closed, reopened."""
    case = await living_by_a_plan(ward, **fields)
    await case.act(acts.ReportLostContact())
    await case.child_reaches(Kind.PLAN, "paused")
    await ward.pass_time(timedelta(days=200))
    await case.act(acts.Resume())
    await case.reaches("active")
    await case.child_reaches(Kind.PLAN, "active")
    await case.child(Kind.PLAN, monitoring("stalled"))
    await case.reaches("suspended")
    await ward.pass_time(timedelta(days=370))
    await closed(case)
    await case.act(acts.Reopen())
    await case.act(acts.EndWithInformation())
    return case


async def settled_in_a_place(ward: Ward, **fields: Any) -> Case:
    """Participation support, past a host that says no, to 定着 and its follow-ups."""
    case = await living_by_a_plan(ward, **fields)
    await case.act(acts.StartParticipation(person_id=case.persons[0], kinds=("ibasho",)))
    for act in (
        acts.RequestDevelopment(),
        acts.Approach(resource_id=RESOURCE),
        acts.RecordAnswer(accepted=False),
        acts.Approach(resource_id=ELSEWHERE),
        acts.RecordAnswer(accepted=True),
        acts.RecordVisit(liked=True, on=DAY),
        acts.RecordTrial(liked=True, on=DAY),
        acts.RecordLink(on=DAY),
        acts.RecordSettling(settled=False),
        acts.RecordSettling(settled=True),
    ):
        await case.child(Kind.PLACEMENT, act)
    await ward.pass_time(timedelta(days=240))
    await case.child_reaches(Kind.PLACEMENT, "ended")
    return case


async def handed_over(ward: Ward, **fields: Any) -> Case:
    """A person of the case reaches 18 while it lives."""
    case = await opened_near_an_age(ward, **fields)
    await ward.pass_time(timedelta(days=200))
    await case.child_reaches(Kind.HANDOVER, "preparing")
    for side in ("giving", "receiving"):
        act = acts.ConfirmHandover(side=side, agency="kodomo-katei-center")
        await case.child(Kind.HANDOVER, act)
    await ward.pass_time(timedelta(days=300))
    await case.child_reaches(Kind.HANDOVER, "done")
    return case


async def opened_near_an_age(ward: Ward, days_ahead: int = 300, **fields: Any) -> Case:
    person = UUID("00000000-0000-4000-8000-000000000021")
    reached_on = (await ward.now()).date() + timedelta(days=days_ahead)
    boundary = AgeBoundary(person_id=person, age=18, reached_on=reached_on)
    ward.ages = AgeBoundaries(boundaries=(boundary,))
    case = await opened(ward, **{"person_ids": (person,), **fields})
    await case.newest(Kind.HANDOVER)
    return case


Play = Callable[..., Awaitable[Case]]

PLAYS: dict[str, Play] = {
    play.__name__.replace("_", "-"): play
    for play in (
        ended_with_information,
        resting_on_one_agency,
        merged_into_another,
        taken_back,
        helped_at_once,
        with_consent,
        without_consent,
        consent_withdrawn_midway,
        lost_and_found,
        settled_in_a_place,
        handed_over,
    )
}
"""Every play by its name."""

TO_THE_END = (
    ended_with_information,
    resting_on_one_agency,
    merged_into_another,
    helped_at_once,
    with_consent,
    without_consent,
    lost_and_found,
)
"""Those after which the case is closed."""
