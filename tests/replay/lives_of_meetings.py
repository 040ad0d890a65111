"""Whole lives about meetings: how a date is found, and what comes of a 支援会議."""

from datetime import date, timedelta

from contracts import acts
from contracts.cases import Kind
from tests.workflows.samples import DAY, EVALUATION, STRANGER, monitoring, schedule
from tests.workflows.ward import MANAGER, Case, Ward, opened


def in_days(on: date, count: int) -> date:
    return on + timedelta(days=count)


async def dates_found(ward: Ward) -> Case:
    """A 支援会議 whose date is found with the agencies, missed, found again, and left with advice,
    duties, minutes that were returned once, and a trouble told to the community."""
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.UNSAFE))
    await case.act(acts.AcceptSupportMeeting())
    first, second = (await ward.now()) + timedelta(days=30), (await ward.now()) + timedelta(days=40)
    seats = ("jobota", "sapota", "supervisor-law")
    await case.act(acts.ProposeDates(slots=(first, second), attendees=seats))
    await case.child_reaches(Kind.MEETING, "polling")
    done = dict.fromkeys(("shared_view", "roles_clear", "time_fit"), acts.Felt.YES)
    for act in (
        acts.AnswerDates(agency="jobota", yes=(first, second)),
        acts.AnswerDates(agency="sapota", if_needed=(first,)),
        acts.ChooseDate(starts_at=first),
        acts.ReportNoQuorum(present=()),
        acts.ProposeOtherDates(slots=(second,)),
        acts.ChooseDate(starts_at=second),
        *(acts.AcknowledgeSecrecy(agency=agency) for agency in seats),
        acts.HoldMeeting(present=seats),
        acts.RecordAdvice(agency="supervisor-law"),
        acts.AssignDuty(agency="sapota", duty=acts.DutyKind.VISIT, due_on=DAY),
        acts.DecideSupport(decision=acts.SupportDecision.WATCH),
        acts.RaiseCommunityIssue(theme="isolation", wanted_kinds=("ibasho",)),
        acts.SubmitFeedback(agency="jobota", **done),
    ):
        await case.child(Kind.MEETING, act)
    await case.child(Kind.MEETING, acts.ReturnMinutes(), MANAGER)
    await case.child(Kind.MEETING, acts.DraftMinutes())
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    await case.reaches("sk-decided")
    await case.act(
        acts.RecordStatutoryMeeting(
            meeting="needy-support", on=DAY, agency="jobota", outcome="shared"
        )
    )
    return case


async def taken_on(ward: Ward) -> Case:
    """What agencies take on at a 支援会議 waits in their worklists, also when that is long over."""
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule())
    for act in (
        *(acts.AcknowledgeSecrecy(agency=agency) for agency in ("jobota", "sapota")),
        acts.HoldMeeting(present=("jobota", "sapota")),
        acts.AssignDuty(agency="sapota", duty=acts.DutyKind.VISIT),
        acts.AssignDuty(agency="jobota", duty=acts.DutyKind.CONSULT, due_on=DAY),
        acts.DecideSupport(decision=acts.SupportDecision.WATCH),
    ):
        await case.child(Kind.MEETING, act)
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    await ward.until(lambda: len(case.all(Kind.ERRAND)) == 2, "the errands of the duties")
    await ward.act(Kind.ERRAND, case.all(Kind.ERRAND)[0], acts.ReportErrand(result="done"))
    await case.reaches("sk-decided")
    await case.act(acts.MergeInto(into_case_id=STRANGER))
    await ward.reaches(Kind.ERRAND, case.all(Kind.ERRAND)[1], "stopped")
    return case


async def heard_afterwards(ward: Ward) -> Case:
    """Of a 支援会議 something is said after its minutes, and after its papers are closed."""
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule())
    for act in (
        *(acts.AcknowledgeSecrecy(agency=agency) for agency in ("jobota", "sapota")),
        acts.HoldMeeting(present=("jobota", "sapota")),
        acts.DecideSupport(decision=acts.SupportDecision.WATCH),
    ):
        await case.child(Kind.MEETING, act)
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    felt = dict.fromkeys(("shared_view", "roles_clear", "time_fit"), acts.Felt.YES)
    await case.child(Kind.MEETING, acts.SubmitFeedback(agency="jobota", **felt))
    await ward.pass_time(timedelta(days=8))
    await case.child(Kind.MEETING, acts.RaiseCommunityIssue(theme="isolation"))
    await ward.pass_time(timedelta(days=30))
    await ward.handle(Kind.MEETING, await case.newest(Kind.MEETING)).result()
    return case


async def outreach_planned(ward: Ward) -> Case:
    """Two アウトリーチ支援プラン: the first is made anew by the next 支援会議, the second is held
    while the case is suspended, meets its goals, and is evaluated."""
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await outreach_decided(case)
    await case.child(Kind.ERRAND, acts.ReportErrand(result="done"))
    await ward.pass_time(timedelta(days=21))
    await case.child_reaches(Kind.PLAN, "monitoring")
    await case.child(Kind.PLAN, monitoring("continue"))
    await case.child(Kind.PLAN, monitoring("change"))
    await case.reaches("sk-requested")
    await outreach_decided(case)
    await case.act(acts.Suspend(reason=acts.SuspensionReason.ABSENCE))
    await case.child_reaches(Kind.PLAN, "paused")
    await case.act(acts.Resume())
    await case.child_reaches(Kind.PLAN, "active")
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await case.reaches("close-review")
    await case.child_reaches(Kind.OUTREACH, "stopped")
    await case.act(EVALUATION)
    await case.act(acts.ApproveClosure(), MANAGER)
    return case


async def outreach_decided(case: Case) -> None:
    """A 支援会議 makes an outreach plan for SAPOTA and JOBOTA."""
    ward, today = case.ward, (await case.ward.now()).date()
    held, made = len(case.all(Kind.MEETING)), len(case.all(Kind.PLAN))
    await case.act(acts.AcceptSupportMeeting())
    await case.act(schedule())
    await ward.until(lambda: len(case.all(Kind.MEETING)) > held, "the next meeting")
    decided = acts.DecideSupport(
        decision=acts.SupportDecision.OUTREACH_PLAN,
        agency="sapota",
        starts_on=today,
        ends_on=in_days(today, 180),
        goals=(acts.Goal(term="short", review_on=in_days(today, 100)),),
        tasks=(acts.PlanTask(agency="jobota", what="counsel", due_on=in_days(today, 30)),),
        monitoring_on=(in_days(today, 20),),
    )
    for act in (
        *(acts.AcknowledgeSecrecy(agency=agency) for agency in ("jobota", "sapota")),
        acts.HoldMeeting(present=("jobota", "sapota")),
        decided,
    ):
        await case.child(Kind.MEETING, act)
    await case.child(Kind.MEETING, acts.ApproveMinutes(), MANAGER)
    await case.reaches("outreach")
    await ward.until(lambda: len(case.all(Kind.PLAN)) > made, "the outreach plan")
