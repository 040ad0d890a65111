"""Synthetic acts, and lives placed in any state, for the tests that walk the tables.

`arranged` answers how an exit is reached: what the life remembers, and the act that leads there.
Its default is the plainest memory and the plainest act; an exit that needs more has a row here,
and an exit without its row leads elsewhere and fails its test.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import acts
from contracts.acts import Act
from contracts.awaited import PreparedPlan
from contracts.beside import ErrandInput, TransferInput
from contracts.cases import (
    Carried,
    CaseInput,
    CaseMemory,
    HandoverInput,
    Kind,
    MeetingInput,
    OutreachInput,
    PlacementInput,
    PlanInput,
    ReferralInput,
    Timer,
)
from contracts.message import Message
from contracts.policies import Policy
from tests.workflows.ward import COORDINATOR

PERSON = UUID("00000000-0000-4000-8000-000000000001")
OTHER = UUID("00000000-0000-4000-8000-000000000002")
STRANGER = UUID("00000000-0000-4000-8000-000000000003")
PLAN = UUID("00000000-0000-4000-8000-000000000011")
MEETING = UUID("00000000-0000-4000-8000-000000000012")
OUTREACH = UUID("00000000-0000-4000-8000-000000000013")
REFERRAL = UUID("00000000-0000-4000-8000-000000000014")
RESOURCE = UUID("00000000-0000-4000-8000-000000000015")
ELSEWHERE = UUID("00000000-0000-4000-8000-000000000016")

DAY = date(2026, 12, 1)
FAR = datetime.fromisoformat("2126-01-01T00:00:00+00:00")
AUTHOR = "author"
"""Who drafted, held or evaluated, in every memory placed here."""

STANDING_ON_PLAN = {"meeting", "decision", "active", "monitor"}


def consent(person: UUID = PERSON, kinds: tuple[str, ...] = ("sharing",), **more: Any) -> Act:
    return acts.RecordConsent(
        person_id=person,
        kinds=tuple(acts.ConsentKind(kind) for kind in kinds),
        method="signature",
        **more,
    )


def schedule(starts_at: datetime = FAR) -> Act:
    return acts.ScheduleMeeting(starts_at=starts_at, attendees=("jobota", "sapota"))


def draft(model: type[acts.DraftPlan] = acts.DraftPlan, ends_on: date = date(2125, 1, 1)) -> Act:
    return model(roles=(acts.AgencyRole(agency="jobota"),), starts_on=DAY, ends_on=ends_on)


def monitoring(result: str) -> Act:
    return acts.RecordMonitoring(result=acts.MonitoringResult(result))


def contact(outcome: str) -> Act:
    return acts.RecordContact(
        agency="sapota", on=DAY, method="visit", outcome=acts.ContactOutcome(outcome)
    )


def follow_up(result: Any = "stable") -> Act:
    return acts.RecordFollowUp(result=result)


EVALUATION = acts.EvaluateClosure(
    reason=acts.ClosureReason.ROLES_AGREED, achievement="met", lead_agency="jobota"
)

PLAINEST: dict[str, Act] = {
    act.code: act
    for act in (
        acts.EndWithInformation(),
        acts.ReferToAgency(agency="jobota"),
        acts.MergeInto(into_case_id=ELSEWHERE),
        acts.RespondUrgently(measure="food"),
        acts.AskConsent(),
        acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED),
        consent(),
        acts.RecordRefusal(person_id=PERSON, reason=acts.NoConsentReason.REFUSED),
        acts.WithdrawConsent(person_id=PERSON),
        acts.CompleteAssessment(issues=("debt",)),
        draft(),
        draft(acts.PreparePlan),
        acts.ApprovePlan(),
        acts.ReturnPlan(),
        acts.RecordAcceptance(person_id=PERSON),
        acts.RecordDecline(person_id=PERSON),
        schedule(),
        acts.SubmitSheet(agency="jobota"),
        acts.AcknowledgeSecrecy(agency="jobota"),
        acts.PostponeMeeting(starts_at=FAR),
        acts.CancelMeeting(),
        acts.HoldMeeting(present=("jobota", "sapota")),
        acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED),
        acts.DecideSupport(decision=acts.SupportDecision.WATCH),
        acts.ApproveMinutes(),
        acts.AcceptSupportMeeting(),
        acts.DeclineSupportMeeting(),
        acts.AddPerson(person_id=STRANGER),
        acts.SettleReminder(),
        acts.RecordProgress(agency="jobota", on=DAY),
        contact("no-answer"),
        acts.RecheckConsent(),
        acts.RequestReferral(agency="jobota"),
        acts.StartParticipation(person_id=PERSON, kinds=("ibasho",)),
        monitoring("continue"),
        acts.ReportLostContact(),
        acts.Suspend(reason=acts.SuspensionReason.ABSENCE),
        acts.Resume(),
        EVALUATION,
        acts.ApproveClosure(),
        acts.ReturnClosure(),
        acts.ContinueSupport(),
        follow_up(),
        acts.Reopen(),
        acts.AcceptReferral(),
        acts.DeclineReferral(reason="no-capacity"),
        acts.ReferOn(agency="sapota"),
        acts.FinishReferral(result="done"),
        acts.Approach(resource_id=RESOURCE),
        acts.RequestDevelopment(),
        acts.JoinWaitingList(resource_id=RESOURCE),
        acts.StopWaiting(),
        acts.MatchAgain(reason="person"),
        acts.RecordAnswer(accepted=True),
        acts.RecordVisit(liked=True, on=DAY),
        acts.RecordTrial(liked=True, on=DAY),
        acts.RecordLink(on=DAY),
        acts.RecordSettling(settled=True),
        acts.EndPlacement(reason="withdrawn-by-person"),
        acts.ConfirmHandover(side="giving", agency="kodomo-katei-center"),
        acts.NameSides(giving="kodomo-katei-center", receiving="flat-ota"),
        acts.PackHandover(items=(acts.HandoverItem(item="plan", basis="consent"),)),
        acts.ReviseDraft(
            roles=(acts.AgencyRole(agency="jobota"),), starts_on=DAY, ends_on=DAY, based_on=1
        ),
        acts.ReviewSuspension(condition_met=False),
        acts.StartReferral(),
        acts.ReportReferral(on=DAY),
        acts.ReturnReferral(reason="more-information"),
        acts.ReportErrand(result="done"),
        acts.ProposeTransfer(agency="chiiki-fukushi-kamata", reason="workload"),
        acts.AcceptTransfer(),
        acts.DeclineTransfer(reason="no-capacity"),
        acts.WithdrawTransfer(),
        acts.ProposeDates(slots=(FAR,), attendees=("jobota", "sapota")),
        acts.ProposeOtherDates(slots=(FAR,)),
        acts.AnswerDates(agency="jobota", yes=(FAR,)),
        acts.ChooseDate(starts_at=FAR),
        acts.ReportNoQuorum(present=("jobota",), starts_at=FAR),
        acts.RecordAdvice(agency="jobota"),
        acts.AssignDuty(agency="jobota", duty=acts.DutyKind.VISIT, due_on=DAY),
        acts.DraftMinutes(),
        acts.ReturnMinutes(),
        acts.SubmitFeedback(
            agency="jobota",
            shared_view=acts.Felt.YES,
            roles_clear=acts.Felt.YES,
            time_fit=acts.Felt.PARTLY,
        ),
        acts.RaiseCommunityIssue(theme="isolation"),
        acts.RecordStatutoryMeeting(
            meeting="child-protection", on=DAY, agency="jido-sodan", outcome="shared"
        ),
    )
}
"""Every act once, by its code."""


@dataclass(frozen=True)
class Arranged:
    """What it takes to see one exit."""

    remembers: dict[str, Any] = field(default_factory=dict)
    act: Act | None = None
    sub: str = COORDINATOR
    timers: tuple[Timer, ...] = ()


def arranged(kind: str, state: str, code: str, to: str) -> Arranged:
    """How the act `code` leads a life from `state` to `to`."""
    row = SPECIAL.get((kind, state, code, to)) or SPECIAL.get((kind, "*", code, to))
    if row is None and kind == Kind.CASE and code == "resume":
        row = Arranged({"suspended_from": to})
    if row is None and kind == Kind.CASE and code == "record_consent" and to == "assess":
        row = Arranged({"sharing": ()}) if state != to else None
    row = row or Arranged()
    timers = row.timers or (to_come(),) if kind == Kind.CASE and state == "closed" else row.timers
    return Arranged(row.remembers, row.act or PLAINEST[code], row.sub, timers)


def to_come() -> Timer:
    return Timer(at=FAR, does="follow-up", cause="follow_ups", detail="3")


SPECIAL: dict[tuple[str, str, str, str], Arranged] = {
    **{
        ("case", state, "record_consent", state): Arranged(
            {"sharing": ()}, consent(kinds=("support",))
        )
        for state in (
            "consent",
            "sk-requested",
            "sk-accepted",
            "sk-decided",
            "outreach",
            "consent-recheck",
        )
    },
    ("case", "assess", "complete_assessment", "meeting"): Arranged(
        {
            "prepared": PreparedPlan(
                plan_id=PLAN, version=1, author=AUTHOR, starts_on=DAY, ends_on=DAY
            )
        }
    ),
    ("case", "meeting", "schedule_meeting", "meeting"): Arranged({"meeting_id": None}),
    ("case", "meeting", "propose_dates", "meeting"): Arranged({"meeting_id": None}),
    ("meeting", "preparing", "report_no_quorum", "polling"): Arranged(
        act=acts.ReportNoQuorum(present=("jobota",))
    ),
    ("case", "close-review", "continue_support", "active"): Arranged(
        {"plan_id": PLAN, "suspended_from": "active"}
    ),
    ("case", "close-review", "continue_support", "sk-requested"): Arranged({"outreach_met": True}),
    ("case", "suspended", "resume", "replan"): Arranged(
        {"suspended_from": "active", "plan_id": None}
    ),
    ("case", "suspended", "resume", "consent"): Arranged(
        {"suspended_from": "active", "sharing": ()}
    ),
    ("case", "suspended", "resume", "outreach"): Arranged(
        {"suspended_from": "consent-recheck", "outreach_agency": "sapota"}
    ),
    ("case", "consent-recheck", "record_refusal", "outreach"): Arranged({"outreach_id": OUTREACH}),
    ("case", "consent-recheck", "record_refusal", "suspended"): Arranged({"refusals": 2}),
    ("case", "outreach", "start_participation", "outreach"): Arranged({"support": (PERSON,)}),
    ("case", "single-agency", "start_participation", "single-agency"): Arranged(
        act=acts.StartParticipation(person_id=PERSON, kinds=("ibasho",), agency="flat-ota")
    ),
    ("meeting", "held", "decide_support", "minutes"): Arranged({"legal_basis": "law-106-6"}),
    **{
        ("meeting", "done", code, "done"): Arranged(
            timers=(Timer(at=FAR, does="lapse", cause="after_meeting"),)
        )
        # The last is not allowed: what it is refused by lives for as long as something is taken.
        for code in ("submit_feedback", "raise_community_issue", "record_progress")
    },
    ("plan", "to-accept", "record_acceptance", "to-accept"): Arranged(
        {"person_ids": (PERSON, OTHER)}
    ),
    ("plan", "*", "record_monitoring", "revised"): Arranged(act=monitoring("change")),
    ("plan", "*", "record_monitoring", "completed"): Arranged(act=monitoring("goal-met")),
    ("plan", "*", "record_monitoring", "stopped"): Arranged(act=monitoring("stalled")),
    ("outreach", "trying", "record_contact", "related"): Arranged(act=contact("good-relation")),
    ("outreach", "related", "record_contact", "related"): Arranged(act=contact("talked")),
    ("outreach", "related", "record_contact", "trying"): Arranged(act=contact("refused")),
    ("referral", "*", "finish_referral", "failed"): Arranged(
        act=acts.FinishReferral(result="failed")
    ),
    ("errand", "open", "report_errand", "open"): Arranged(
        act=acts.ReportErrand(result="later", due_on=DAY)
    ),
    ("placement", "approached", "record_answer", "matching"): Arranged(
        act=acts.RecordAnswer(accepted=False)
    ),
    ("placement", "visiting", "record_visit", "matching"): Arranged(
        act=acts.RecordVisit(liked=False, on=DAY)
    ),
    ("placement", "trial", "record_trial", "matching"): Arranged(
        act=acts.RecordTrial(liked=False, on=DAY)
    ),
    ("placement", "settling", "record_settling", "settling"): Arranged(
        act=acts.RecordSettling(settled=False)
    ),
    ("placement", "settled", "record_follow_up", "settled"): Arranged(timers=(to_come(),)),
    ("placement", "settled", "record_follow_up", "matching"): Arranged(act=follow_up("worry")),
    ("handover", "preparing", "confirm_handover", "overlap"): Arranged(
        {"confirmed": ("receiving",)}
    ),
}
"""(kind, state or *, act, exit) that the plainest memory and act do not lead to."""


def placed(
    kind: str,
    key: UUID,
    state: str,
    now: datetime,
    remembers: dict[str, Any] | None = None,
    timers: tuple[Timer, ...] = (),
    policy: Policy | None = None,
    **carried: Any,
) -> Message:
    """A life that an earlier run left in a state, as continue-as-new hands it on."""
    started = {"state": state, "since": now, "step": 1, "timers": timers} if state else {}
    told = {
        "case_id": ELSEWHERE,
        "policy": policy or Policy(),
        "carried": Carried(**{**started, **carried}),
    }
    known = remembers or {}
    make: dict[str, Any] = {
        "case": lambda: CaseInput(
            **{**told, "case_id": key},
            intake_id=ELSEWHERE,
            receipt_number="R8-000001",
            channel="jobota",
            programme_no=4,
            person_ids=(PERSON,),
            received_on=DAY,
            memory=CaseMemory(**{**case_memory(state), **known}) if state else None,
        ),
        "meeting": lambda: MeetingInput(
            **{
                "meeting_id": key,
                "legal_basis": "consent",
                "starts_at": FAR,
                "attendees": ("jobota", "sapota"),
                "held_by": AUTHOR,
                **told,
                **known,
            }
        ),
        "plan": lambda: PlanInput(
            **{
                "plan_id": key,
                "version": 1,
                "author": AUTHOR,
                "person_ids": (PERSON,),
                "starts_on": DAY,
                "ends_on": now.date() + timedelta(days=36500),
                **told,
                **known,
            }
        ),
        "outreach": lambda: OutreachInput(
            **{"outreach_id": key, "agency": "sapota", **told, **known}
        ),
        "referral": lambda: ReferralInput(
            **{"referral_id": key, "agency": "jobota", "sole": False, **told, **known}
        ),
        "placement": lambda: PlacementInput(
            **{
                "placement_id": key,
                "person_id": PERSON,
                "kinds": ("ibasho",),
                **told,
                **known,
            }
        ),
        "handover": lambda: HandoverInput(
            **{
                "handover_id": key,
                "person_id": PERSON,
                "age": 18,
                "reached_on": now.date() + timedelta(days=400),
                **told,
                **known,
            }
        ),
    }
    make["errand"] = lambda: ErrandInput(
        **{"errand_id": key, "topic": acts.ErrandTopic.BIRTH_DATE, **told, **known}
    )
    make["transfer"] = lambda: TransferInput(
        **{
            "transfer_id": key,
            "agency": "chiiki-fukushi-kamata",
            "proposed_by": AUTHOR,
            **told,
            **known,
        }
    )
    begins_with: Message = make[kind]()
    return begins_with


def case_memory(state: str) -> dict[str, Any]:
    """What a case in a state plainly remembers."""
    return {
        "sharing": (PERSON,),
        "support": (PERSON,),
        "looked_ahead": True,
        "plan_version": 1,
        "plan_id": PLAN if state in {*STANDING_ON_PLAN, "suspended"} else None,
        "meeting_id": MEETING if state in {"meeting", "sk-scheduled", "sk-held"} else None,
        "outreach_id": OUTREACH if state in {"outreach"} else None,
        "outreach_agency": "sapota" if state in {"outreach", "consent-recheck"} else None,
        "sole_referral_id": REFERRAL if state == "single-agency" else None,
        "suspended_from": "active" if state == "suspended" else None,
        "evaluated_by": AUTHOR,
        "closure_reason": "roles-agreed",
    }
