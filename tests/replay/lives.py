"""Whole lives, played on the workflows alone: one of each track, and every kind of child."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from contracts import acts
from contracts.awaited import LOOK_AGAIN
from contracts.cases import DEVELOPMENT_ANSWERED, PLACE_OFFERED, RECHECK_RESUMED, Kind
from contracts.steps import AgeBoundaries, AgeBoundary
from tests.replay.lives_of_meetings import (
    dates_found,
    heard_afterwards,
    outreach_planned,
    taken_on,
)
from tests.workflows.samples import (
    DAY,
    EVALUATION,
    RESOURCE,
    STRANGER,
    consent,
    contact,
    draft,
    follow_up,
    monitoring,
    schedule,
)
from tests.workflows.ward import MANAGER, Case, Ward, opened

Life = Callable[[Ward], Awaitable[Case]]


async def to_active(ward: Ward) -> Case:
    """From the front door to support under way, on the consent of everybody."""
    case = await opened(ward)
    person = case.persons[0]
    await case.act(acts.AskConsent())
    await case.act(consent(person, ("sharing", "support")))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await _meet_and_decide(case)
    await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=person))
    await case.reaches("active")
    return case


async def _meet_and_decide(case: Case) -> None:
    held = len(case.all(Kind.MEETING))
    await case.act(schedule())
    await case.ward.until(lambda: len(case.all(Kind.MEETING)) > held, "the next meeting")
    await case.child(Kind.MEETING, acts.SubmitSheet(agency="jobota"))
    await case.child(Kind.MEETING, acts.HoldMeeting(present=("jobota", "sapota")))
    await case.child(Kind.MEETING, acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED))
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    await case.child_reaches(Kind.PLAN, "to-decide")
    await case.child(Kind.PLAN, acts.ApprovePlan(), MANAGER)


async def replanned_and_closed(ward: Ward) -> Case:
    """Monitoring asks for another plan; the second meets its goals; closed and followed up."""
    case = await to_active(ward)
    await case.child(Kind.PLAN, monitoring("change"))
    await case.reaches("replan")
    await case.act(draft())
    await case.reaches("meeting")
    await ward.until(lambda: len(case.all(Kind.PLAN)) == 2, "the second plan")
    await _meet_and_decide(case)
    await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=case.persons[0]))
    await case.reaches("active")
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await _closed(case)
    await case.act(follow_up())
    return case


async def refused_then_trusted(ward: Ward) -> Case:
    """支援会議 without consent, outreach, and the plan that was prepared meanwhile."""
    case = await _reached_out_to(ward)
    person = case.persons[0]
    await case.act(draft(acts.PreparePlan))
    await case.child(Kind.OUTREACH, contact("no-answer"))
    await case.child(Kind.OUTREACH, contact("good-relation"))
    await case.act(acts.RecheckConsent())
    await case.act(consent(person, ("sharing", "support")))
    await case.reaches("assess")
    await case.act(acts.CompleteAssessment(issues=("withdrawal",)))
    await case.reaches("meeting")
    return case


async def _reached_out_to(ward: Ward) -> Case:
    """Without consent, by a 支援会議, to outreach."""
    case = await opened(ward)
    person = case.persons[0]
    await case.act(acts.AskConsent())
    await case.act(acts.RecordRefusal(person_id=person, reason=acts.NoConsentReason.REFUSED))
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule())
    for agency in ("jobota", "sapota"):
        await case.child(Kind.MEETING, acts.AcknowledgeSecrecy(agency=agency))
    await case.child(Kind.MEETING, acts.HoldMeeting(present=("jobota", "sapota")))
    decided = acts.DecideSupport(
        decision=acts.SupportDecision.OUTREACH_PLAN,
        agency="sapota",
        starts_on=DAY,
        ends_on=DAY + timedelta(days=180),
    )
    await case.child(Kind.MEETING, decided)
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    await case.reaches("outreach")
    return case


async def one_agency(ward: Ward) -> Case:
    """Declined by one agency, taken and done by another."""
    case = await opened(ward, channel="jidokan", programme_no=3)
    await case.act(acts.ReferToAgency(agency="jobota"))
    await case.child(Kind.REFERRAL, acts.DeclineReferral(reason="not-in-charge"))
    await case.reaches("triage")
    await case.act(acts.ReferToAgency(agency="houkatsu"))
    await ward.until(lambda: len(case.all(Kind.REFERRAL)) == 2, "the second referral")
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    await case.child(Kind.REFERRAL, acts.FinishReferral(result="done"))
    await case.reaches("closed")
    return case


async def settled(ward: Ward) -> Case:
    """Participation support to the first follow-up after settling."""
    case = await to_active(ward)
    await case.act(acts.StartParticipation(person_id=case.persons[0], kinds=("ibasho",)))
    await case.child_reaches(Kind.PLACEMENT, "matching")
    for act in (
        acts.Approach(resource_id=RESOURCE),
        acts.RecordAnswer(accepted=True),
        acts.RecordVisit(liked=True, on=DAY),
        acts.RecordTrial(liked=True, on=DAY),
        acts.RecordLink(on=DAY),
        acts.RecordSettling(settled=True),
        follow_up(),
    ):
        await case.child(Kind.PLACEMENT, act)
    return case


async def waited_for(ward: Ward) -> Case:
    """A full host, a place made, a host that did not last; then a place comes free and holds."""
    case = await to_active(ward)
    begun = acts.StartParticipation(person_id=case.persons[0], kinds=("ibasho",), agency="flat-ota")
    await case.act(begun)
    await case.child_reaches(Kind.PLACEMENT, "matching")
    await case.child(Kind.PLACEMENT, acts.RequestDevelopment())
    await ward.signal(Kind.PLACEMENT, case.all(Kind.PLACEMENT)[0], DEVELOPMENT_ANSWERED)
    await case.child_reaches(Kind.PLACEMENT, "matching")
    for act in (
        acts.Approach(resource_id=RESOURCE),
        acts.RecordAnswer(accepted=True),
        acts.MatchAgain(reason="host"),
        acts.JoinWaitingList(resource_id=RESOURCE),
        acts.StopWaiting(),
        acts.JoinWaitingList(resource_id=RESOURCE),
    ):
        await case.child(Kind.PLACEMENT, act)
    await ward.signal(Kind.PLACEMENT, case.all(Kind.PLACEMENT)[0], PLACE_OFFERED)
    await case.child_reaches(Kind.PLACEMENT, "approached")
    for act in (
        acts.RecordAnswer(accepted=True),
        acts.RecordVisit(liked=True, on=DAY),
        acts.RecordTrial(liked=True, on=DAY, host="goes-on"),
        acts.RecordLink(on=DAY),
        acts.RecordSettling(settled=True, host="needs-support"),
        acts.RecordSettling(settled=True, host="at-ease"),
    ):
        await case.child(Kind.PLACEMENT, act)
    await case.child_reaches(Kind.PLACEMENT, "settled")
    return case


async def withdrawn_and_suspended(ward: Ward) -> Case:
    """Contact is lost and found again; then consent is withdrawn."""
    case = await to_active(ward)
    await case.act(acts.ReportLostContact())
    await case.act(acts.Resume())
    await case.reaches("active")
    await case.act(acts.WithdrawConsent(person_id=case.persons[0]))
    await case.reaches("sk-requested")
    return case


async def handed_over(ward: Ward) -> Case:
    """Somebody reaches 18 while the case is open."""
    today = (await ward.now()).date()
    case = await opened(ward)
    person = case.persons[0]
    boundary = AgeBoundary(person_id=person, age=18, reached_on=_in_days(today, 400))
    ward.ages = AgeBoundaries(persons=(person,), boundaries=(boundary,))
    other = await opened(ward, person_ids=(person,))
    await other.child_reaches(Kind.HANDOVER, "waiting")
    await ward.pass_time(timedelta(days=250))
    await other.child_reaches(Kind.HANDOVER, "preparing")
    await other.child(Kind.HANDOVER, acts.ConfirmHandover(side="giving", agency="jidokan"))
    await other.child(Kind.HANDOVER, acts.ConfirmHandover(side="receiving", agency="jobota"))
    return other


async def household_grew(ward: Ward) -> Case:
    """Another member becomes a subject, consent does not reach, and a 支援会議 is asked for."""
    case = await opened(ward)
    in_a_year = _in_days((await ward.now()).date(), 365)
    await case.act(acts.AskConsent())
    await case.act(consent(case.persons[0], expires_on=in_a_year))
    await case.act(acts.CompleteAssessment(issues=("care",)))
    await case.act(draft())
    await case.reaches("meeting")
    await case.act(acts.AddPerson(person_id=STRANGER))
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await case.reaches("sk-requested")
    await case.act(acts.AcceptSupportMeeting())
    await case.act(consent(STRANGER))
    await case.reaches("assess")
    await case.child_reaches(Kind.PLAN, "stopped")
    return case


async def tasks_of_a_plan(ward: Ward) -> Case:
    """A draft that is revised, tasks that agencies do, days on which the plan is looked at."""
    case = await opened(ward)
    person, today = case.persons[0], (await ward.now()).date()
    await case.act(acts.AskConsent())
    await case.act(consent(person, ("sharing", "support")))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await case.child(
        Kind.PLAN,
        acts.ReviseDraft(
            roles=(acts.AgencyRole(agency="jobota"),),
            starts_on=today,
            ends_on=_in_days(today, 365),
            goals=(acts.Goal(review_on=_in_days(today, 100)),),
            tasks=tuple(
                acts.PlanTask(agency=agency, what="visit", due_on=_in_days(today, 90))
                for agency in ("jobota", "sapota")
            ),
            monitoring_on=(_in_days(today, 200),),
            based_on=1,
        ),
    )
    await _meet_and_decide(case)
    await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=person))
    await case.reaches("active")
    await ward.until(lambda: len(case.all(Kind.ERRAND)) == 2, "the errands of the tasks")
    await case.child(Kind.ERRAND, acts.ReportErrand(result="done"))
    await ward.pass_time(timedelta(days=101))
    await case.reaches("monitor")
    await case.child(Kind.PLAN, monitoring("continue"))
    await ward.pass_time(timedelta(days=101))
    await case.reaches("monitor")
    await case.child(Kind.PLAN, monitoring("change"))
    await case.reaches("replan")
    return case


async def taken_over(ward: Ward) -> Case:
    """Another office is asked twice; the referral beside it is begun and given back."""
    case = await opened(ward)
    offer = acts.ProposeTransfer(agency="chiiki-fukushi-kamata", reason="workload")
    await case.act(offer)
    await case.child(Kind.TRANSFER, acts.DeclineTransfer(reason="no-capacity"))
    await case.act(acts.RequestReferral(agency="jobota", due_on=DAY))
    for act in (
        acts.AcceptReferral(),
        acts.StartReferral(),
        acts.ReportReferral(on=DAY),
        acts.ReturnReferral(reason="more-information"),
    ):
        await case.child(Kind.REFERRAL, act)
    await case.act(offer)
    await ward.until(lambda: len(case.all(Kind.TRANSFER)) == 2, "the second proposal")
    await case.child(Kind.TRANSFER, acts.AcceptTransfer())
    return case


async def asked_when_born(ward: Ward) -> Case:
    """A birth date that nobody knew is asked for, entered, and corrected; the handover moves."""
    today = (await ward.now()).date()
    person = UUID("00000000-0000-4000-8000-000000000031")
    ward.ages = AgeBoundaries(persons=(person,), unknown=(person,))
    case = await opened(ward, person_ids=(person,))
    await case.child_reaches(Kind.ERRAND, "open")
    ward.ages = _reaching(person, 18, _in_days(today, 400))
    await case.child(Kind.ERRAND, acts.ReportErrand(result="done"))
    await case.child_reaches(Kind.HANDOVER, "waiting")
    await ward.pass_time(timedelta(days=250))
    await case.child_reaches(Kind.HANDOVER, "preparing")
    ward.ages = _reaching(person, 18, _in_days(today, 900))
    await ward.signal(Kind.CASE, case.id, LOOK_AGAIN)
    await case.child_reaches(Kind.HANDOVER, "waiting")
    return case


def _reaching(person: UUID, age: Literal[18, 40, 65], on: date) -> AgeBoundaries:
    boundary = AgeBoundary(person_id=person, age=age, reached_on=on)
    return AgeBoundaries(persons=(person,), boundaries=(boundary,))


def _in_days(on: date, count: int) -> date:
    return on + timedelta(days=count)


async def begun_anew(ward: Ward) -> Case:
    """Closed, followed up to the end, and reopened long after: another plan, another closing."""
    case = await to_active(ward)
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await _closed(case)
    await ward.pass_time(timedelta(days=260))
    await case.result()
    await ward.pass_time(timedelta(days=700))
    await case.begun_anew(acts.Reopen(), plan_version=1)
    person = case.persons[0]
    await case.act(acts.AskConsent())
    await case.act(consent(person, ("sharing", "support")))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.act(draft())
    await ward.until(lambda: len(case.all(Kind.PLAN)) == 2, "the plan of the second episode")
    await _meet_and_decide(case)
    await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=person))
    await case.reaches("active")
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await _closed(case)
    return case


async def _closed(case: Case) -> None:
    await case.reaches("close-review")
    await case.act(EVALUATION)
    await case.act(acts.ApproveClosure(), MANAGER)


async def rested_with_its_case(ward: Ward) -> Case:
    """A suspended case's errands, requests and places rest, and go on as much later."""
    case = await opened(ward)
    person, today = case.persons[0], (await ward.now()).date()
    ward.ages = AgeBoundaries(persons=(person,), unknown=(person,))
    await ward.signal(Kind.CASE, case.id, LOOK_AGAIN)
    await case.child_reaches(Kind.ERRAND, "open")
    await case.act(acts.AskConsent())
    await case.act(consent(person, ("sharing", "support")))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    task = acts.PlanTask(agency="jobota", what="visit", due_on=_in_days(today, 60))
    await case.act(draft().model_copy(update={"tasks": (task,)}))
    await _meet_and_decide(case)
    await case.child(Kind.PLAN, acts.RecordAcceptance(person_id=person))
    await case.reaches("active")
    await case.act(acts.RequestReferral(agency="sapota"))
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    await case.act(acts.StartParticipation(person_id=person, kinds=("ibasho",)))
    await case.child_reaches(Kind.PLACEMENT, "matching")
    await ward.until(lambda: len(case.all(Kind.ERRAND)) == 2, "the errand of the plan's task")
    await case.act(acts.Suspend(reason=acts.SuspensionReason.ABSENCE))
    await _all_rest(case, rests=True)
    await ward.pass_time(timedelta(days=200))
    await case.act(acts.Resume())
    await _all_rest(case, rests=False)
    return case


async def _all_rest(case: Case, rests: bool) -> None:
    """Wait until everything that goes on for the person beside the case rests, or goes on."""
    ward = case.ward
    begun = [(k, key) for k in (Kind.ERRAND, Kind.REFERRAL, Kind.PLACEMENT) for key in case.all(k)]
    await ward.until(
        lambda: all(ward.last(kind, key).rests == rests for kind, key in begun),
        "rest" if rests else "waking",
    )


async def left_in_peace(ward: Ward) -> Case:
    """Refused when asked again: nobody asks by the calendar, until the next good contact; and once
    somebody who knows the person asks all the same."""
    case = await _reached_out_to(ward)
    refusal = acts.RecordRefusal(person_id=case.persons[0], reason=acts.NoConsentReason.REFUSED)
    month = timedelta(days=31)
    await case.child(Kind.OUTREACH, contact("good-relation"))
    await ward.pass_time(month)
    await case.reaches("consent-recheck")
    await case.act(refusal)
    await case.child(Kind.OUTREACH, contact("talked"))
    await ward.pass_time(month)
    await case.child(Kind.OUTREACH, contact("good-relation"))
    await ward.until(lambda: case.steps[-1].cause == RECHECK_RESUMED, "asking by the calendar")
    await ward.pass_time(month)
    await case.reaches("consent-recheck")
    await case.act(refusal)
    await case.reaches("outreach")
    await case.act(acts.RecheckConsent())
    await case.act(consent(case.persons[0], ("sharing", "support")))
    await case.reaches("assess")
    return case


LIVES: dict[str, Life] = {
    life.__name__: life
    for life in (
        replanned_and_closed,
        refused_then_trusted,
        one_agency,
        settled,
        withdrawn_and_suspended,
        handed_over,
        household_grew,
        tasks_of_a_plan,
        taken_over,
        asked_when_born,
        waited_for,
        dates_found,
        left_in_peace,
        begun_anew,
        rested_with_its_case,
        taken_on,
        outreach_planned,
        heard_afterwards,
    )
}
"""Between them they lead every kind of workflow through its main path."""
