"""What every act does: rows, facts, and nothing the second time.

`EFFECTS` has one scenario for each act of `contracts.acts`; an act without one fails the test.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.consent_forms import text_hash
from services.coordination.effects import EFFECTS as PLAYED
from services.coordination.forms import MODELS
from services.coordination.models import (
    Assessment,
    Attendee,
    Consent,
    ConsentRefusal,
    Contact,
    Disclosure,
    Evaluation,
    FollowUp,
    Handover,
    Meeting,
    Monitoring,
    Outreach,
    Placement,
    PlanAcceptance,
    PlanRole,
    PlanVersion,
    Progress,
    Referral,
    SupportRequest,
    Suspension,
    TeamMember,
    TimelineEntry,
    UrgentMeasure,
)
from tests.services.coordination.desk import (
    HANAKO,
    ICHIRO,
    Case,
    Desk,
    a_plan,
    act_of,
    tomorrow,
    yesterday,
)

Scenario = Callable[[Desk], Awaitable[Case]]

EFFECTS: dict[str, Scenario] = {}


def effect(scenario: Scenario) -> Scenario:
    EFFECTS[scenario.__name__] = scenario
    return scenario


async def team(desk: Desk, case: Case) -> set[tuple[str, str]]:
    """The agencies that are in the team now, with their roles."""
    rows = await desk.rows(TeamMember, case_id=case.case_id)
    return {(row.agency, row.role) for row in rows if row.until is None}


# --- screening --------------------------------------------------------------------------------


@effect
async def end_with_information(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "closed", act_of("end_with_information"), result="information")
    file = await desk.file(case)
    assert (file.state, file.closure_reason) == ("closed", "information")
    assert (await desk.fact(case, "case.closed"))["reason"] == "information"
    return case


@effect
async def refer_to_agency(desk: Desk) -> Case:
    case = await desk.open()
    key = uuid4()
    act = act_of("refer_to_agency", agency="jobota")
    await desk.step(case, "single-agency", act, created_id=key, agency="jobota")
    referral = await desk.row(Referral, referral_id=key)
    assert (referral.agency, referral.sole, referral.asked_by) == ("jobota", True, HANAKO)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "jobota"
    told = await desk.row(Disclosure, case_id=case.case_id)
    assert (told.to_agency, told.legal_basis) == ("jobota", "appi-69-2-2")
    return case


@effect
async def merge_into(desk: Desk) -> Case:
    other, case = await desk.open(), await desk.open()
    await desk.step(case, "closed", act_of("merge_into", into_case_id=other.case_id))
    file = await desk.file(case)
    assert (file.merged_into, file.closure_reason) == (other.case_id, "merged")
    assert (await desk.fact(case, "case.merged"))["into_case_id"] == str(other.case_id)
    assert (await desk.fact(case, "case.closed"))["reason"] == "merged"
    return case


@effect
async def respond_urgently(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "triage", act_of("respond_urgently", measure="food"))
    assert (await desk.row(UrgentMeasure, case_id=case.case_id)).measure == "food"
    return case


@effect
async def ask_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "consent", act_of("ask_consent"), ask=True)
    file = await desk.file(case)
    assert (file.state, file.waiting_asks) == ("consent", "本人同意を確認する")
    moved = await desk.fact(case, "case.moved")
    assert (moved["came_from"], moved["state"]) == ("triage", "consent")
    return case


@effect
async def request_support_meeting(desk: Desk) -> Case:
    case = await desk.open()
    act = act_of("request_support_meeting", reason="unsafe")
    await desk.step(case, "sk-requested", act, of="sapota")
    asked = await desk.row(SupportRequest, case_id=case.case_id)
    assert (asked.reason, asked.agency, asked.accepted) == ("unsafe", "sapota", None)
    return case


@effect
async def accept_support_meeting(desk: Desk) -> Case:
    case = await request_support_meeting(desk)
    await desk.step(case, "sk-accepted", act_of("accept_support_meeting"), by=ICHIRO)
    asked = await desk.row(SupportRequest, case_id=case.case_id)
    assert (asked.accepted, asked.answered_by) == (True, ICHIRO)
    return case


@effect
async def decline_support_meeting(desk: Desk) -> Case:
    case = await request_support_meeting(desk)
    await desk.step(case, "consent", act_of("decline_support_meeting"), by=ICHIRO)
    assert (await desk.row(SupportRequest, case_id=case.case_id)).accepted is False
    return case


# --- consent ----------------------------------------------------------------------------------


@effect
async def record_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case, recipients=["sapota"], expires_on=today() + timedelta(days=365))
    given = {row.kind: row for row in await desk.rows(Consent, case_id=case.case_id)}
    assert set(given) == {"sharing", "support"}
    assert given["sharing"].recipients == ["sapota"]
    assert given["sharing"].text_hash == text_hash("consent-r8-1")
    facts = [fact for fact in await desk.facts(case) if fact["type"] == "consent.given"]
    assert {fact["kind"] for fact in facts} == {"sharing", "support"}
    return case


@effect
async def record_refusal(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case)
    act = act_of("record_refusal", person_id=case.person, reason="refused")
    await desk.step(case, "sk-requested", act)
    assert (await desk.row(ConsentRefusal, case_id=case.case_id)).reason == "refused"
    assert (await desk.fact(case, "consent.refused"))["kind"] == "sharing"
    withdrawn = await desk.row(Consent, case_id=case.case_id, kind="sharing")
    assert withdrawn.withdrawn_at is not None, "a no ends a yes"
    return case


@effect
async def withdraw_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case)
    act = act_of("withdraw_consent", person_id=case.person)
    await desk.step(case, "sk-requested", act)
    rows = await desk.rows(Consent, case_id=case.case_id)
    assert all(row.withdrawn_at for row in rows)
    facts = [fact["kind"] for fact in await desk.facts(case) if fact["type"] == "consent.withdrawn"]
    assert sorted(facts) == ["sharing", "support"]
    return case


@effect
async def recheck_consent(desk: Desk) -> Case:
    case = await desk.open(state="outreach")
    await desk.step(case, "consent-recheck", act_of("recheck_consent"))
    assert (await desk.file(case)).state == "consent-recheck"
    return case


# --- assessment and plan ----------------------------------------------------------------------


@effect
async def complete_assessment(desk: Desk) -> Case:
    case = await desk.open(state="assess")
    act = act_of("complete_assessment", issues=["housing", "debt"])
    await desk.step(case, "plan-draft", act)
    assert (await desk.row(Assessment, case_id=case.case_id)).issues == ["housing", "debt"]
    return case


@effect
async def draft_plan(desk: Desk) -> Case:
    case = await desk.open(state="plan-draft")
    key = uuid4()
    await desk.step(case, "meeting", a_plan(participation=True), created_id=key, plan_version=1)
    plan = await desk.row(PlanVersion, plan_id=key)
    assert (plan.version, plan.author, plan.prepared) == (1, HANAKO, False)
    assert plan.participation
    assert not plan.current
    roles = {(row.agency, row.role) for row in await desk.rows(PlanRole, plan_id=key)}
    assert roles == {("jobota", "lead"), ("houkatsu", "support")}
    return case


@effect
async def prepare_plan(desk: Desk) -> Case:
    case = await desk.open(state="outreach")
    key = uuid4()
    await desk.step(case, "outreach", a_plan("prepare_plan"), created_id=key, plan_version=1)
    assert (await desk.row(PlanVersion, plan_id=key)).prepared
    return case


@effect
async def approve_plan(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.plan(case)
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=key, by=ICHIRO)
    plan = await desk.row(PlanVersion, plan_id=key)
    assert plan.decided_by == ICHIRO
    assert not plan.current, "current only when the person has accepted it"
    assert (await desk.fact(case, "plan.decided"))["plan_id"] == str(key)
    return case


@effect
async def return_plan(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.plan(case)
    await desk.step(case, "returned", act_of("return_plan"), kind=Kind.PLAN, key=key, by=ICHIRO)
    assert (await desk.row(PlanVersion, plan_id=key)).decided_at is None
    return case


@effect
async def record_acceptance(desk: Desk) -> Case:
    case = await approve_plan(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_acceptance", person_id=case.person)
    await desk.step(case, "active", act, kind=Kind.PLAN, key=plan.plan_id)
    assert (await desk.row(PlanAcceptance, plan_id=plan.plan_id)).accepted
    assert (await desk.row(PlanVersion, plan_id=plan.plan_id)).current
    assert await team(desk, case) == {("jobota", "lead"), ("houkatsu", "support")}
    return case


@effect
async def record_decline(desk: Desk) -> Case:
    case = await approve_plan(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_decline", person_id=case.person)
    await desk.step(case, "returned", act, kind=Kind.PLAN, key=plan.plan_id)
    assert not (await desk.row(PlanAcceptance, plan_id=plan.plan_id)).accepted
    return case


@effect
async def record_monitoring(desk: Desk) -> Case:
    case = await record_acceptance(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_monitoring", result="goal-met", on_paper=False)
    await desk.step(case, "completed", act, kind=Kind.PLAN, key=plan.plan_id)
    seen = await desk.row(Monitoring, plan_id=plan.plan_id)
    assert (seen.result, seen.on_paper) == ("goal-met", False)
    finished = await desk.row(PlanVersion, plan_id=plan.plan_id)
    assert not finished.current, "a finished plan is current no more"
    return case


# --- meetings ---------------------------------------------------------------------------------


@effect
async def schedule_meeting(desk: Desk) -> Case:
    case = await desk.open(state="meeting")
    await desk.consent(case)
    key = uuid4()
    act = act_of("schedule_meeting", starts_at=tomorrow(), attendees=["sapota", "jobota"])
    await desk.step(case, "meeting", act, created_id=key, legal_basis="consent")
    assert (await desk.row(Meeting, meeting_id=key)).legal_basis == "consent"
    seats = {row.agency for row in await desk.rows(Attendee, meeting_id=key)}
    assert seats == {"sapota", "jobota"}
    assert (await desk.fact(case, "meeting.scheduled"))["legal_basis"] == "consent"
    return case


async def prepared(desk: Desk, basis: str = "law-106-6") -> tuple[Case, Meeting]:
    case = await desk.open()
    if basis == "consent":
        await desk.consent(case)
    key = await desk.meeting(case, basis=basis)
    return case, await desk.row(Meeting, meeting_id=key)


async def at_meeting(
    desk: Desk,
    case: Case,
    meeting: Meeting,
    state: str,
    code: str,
    by: str = HANAKO,
    **fields: object,
) -> None:
    await desk.step(
        case, state, act_of(code, **fields), kind=Kind.MEETING, key=meeting.meeting_id, by=by
    )


@effect
async def submit_sheet(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "preparing", "submit_sheet", agency="sapota")
    seats = {row.agency: row for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)}
    assert seats["sapota"].sheet_at is not None
    assert seats["jobota"].sheet_at is None
    return case


@effect
async def acknowledge_secrecy(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "preparing", "acknowledge_secrecy", agency="jobota")
    seats = {row.agency: row for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)}
    assert seats["jobota"].acknowledged_by == HANAKO
    assert seats["sapota"].acknowledged_at is None
    return case


@effect
async def postpone_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    later = datetime.now(UTC) + timedelta(days=9)
    await at_meeting(desk, case, meeting, "preparing", "postpone_meeting", starts_at=later)
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).starts_at == later
    return case


@effect
async def cancel_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "cancelled", "cancel_meeting")
    assert (await desk.strand(case, Kind.MEETING, meeting.meeting_id)).state == "cancelled"
    return case


@effect
async def hold_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota", "iryo"])
    seats = {
        row.agency: row.present for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)
    }
    assert seats == {"sapota": True, "jobota": False, "iryo": True}
    told = await desk.rows(Disclosure, case_id=case.case_id, what="meeting")
    assert {(row.to_agency, row.legal_basis) for row in told} == {
        ("sapota", "consent"),
        ("iryo", "consent"),
    }
    assert (await desk.fact(case, "meeting.held"))["meeting_id"] == str(meeting.meeting_id)
    return case


@effect
async def decide_plan(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota"])
    await at_meeting(desk, case, meeting, "minutes", "decide_plan", verdict="adopted")
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).verdict == "adopted"
    return case


@effect
async def decide_support(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(
        desk,
        case,
        meeting,
        "minutes",
        "decide_support",
        decision="outreach-plan",
        agency="sapota",
        starts_on=today(),
        ends_on=today() + timedelta(days=90),
    )
    plan = await desk.row(PlanVersion, case_id=case.case_id, kind="outreach")
    assert plan.current
    assert plan.meeting_id == meeting.meeting_id
    adopted = await desk.fact(case, "plan.adopted")
    assert (adopted["kind"], adopted["version"], adopted["renewal"]) == ("outreach", 1, False)
    assert ("sapota", "outreach") in await team(desk, case)
    return case


@effect
async def approve_minutes(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota"])
    await at_meeting(desk, case, meeting, "done", "approve_minutes", by=ICHIRO)
    row = await desk.row(Meeting, meeting_id=meeting.meeting_id)
    assert (row.held_by, row.minutes_approved_by) == (HANAKO, ICHIRO)
    return case


# --- support ----------------------------------------------------------------------------------


@effect
async def record_progress(desk: Desk) -> Case:
    case = await desk.open(state="active")
    act = act_of("record_progress", agency="jobota", on=yesterday(), joint_with=["sapota"])
    await desk.step(case, "active", act)
    assert (await desk.row(Progress, case_id=case.case_id)).joint_with == ["sapota"]
    fact = await desk.fact(case, "support.recorded")
    assert (fact["agency"], fact["joint_with"], fact["on"]) == (
        "jobota",
        ["sapota"],
        yesterday().isoformat(),
    )
    return case


@effect
async def record_contact(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.outreach(case)
    act = act_of("record_contact", agency="sapota", on=today(), method="visit", outcome="talked")
    for _ in range(2):
        await desk.step(case, "trying", act, kind=Kind.OUTREACH, key=key)
    contacts = await desk.rows(Contact, case_id=case.case_id)
    assert sorted(row.first for row in contacts) == [False, True]
    facts = [fact for fact in await desk.facts(case) if fact["type"] == "contact.made"]
    assert [fact["first"] for fact in facts] == [True, False]
    return case


@effect
async def request_referral(desk: Desk) -> Case:
    case = await desk.open(state="active")
    key = uuid4()
    await desk.step(case, "active", act_of("request_referral", agency="houkatsu"), created_id=key)
    assert not (await desk.row(Referral, referral_id=key)).sole
    return case


async def on_referral(desk: Desk, case: Case, state: str, code: str, **fields: object) -> Referral:
    referral = await desk.row(Referral, case_id=case.case_id)
    key = referral.referral_id
    await desk.step(case, state, act_of(code, **fields), kind=Kind.REFERRAL, key=key)
    return await desk.row(Referral, referral_id=key)


@effect
async def accept_referral(desk: Desk) -> Case:
    case = await desk.open()
    await desk.referral(case)
    referral = await on_referral(desk, case, "accepted", "accept_referral")
    assert referral.answered_at is not None
    assert (await desk.fact(case, "referral.answered"))["accepted"] is True
    assert ("jobota", "sole") in await team(desk, case)
    return case


@effect
async def decline_referral(desk: Desk) -> Case:
    case = await desk.open()
    await desk.referral(case)
    referral = await on_referral(desk, case, "declined", "decline_referral", reason="not-in-charge")
    assert referral.reason == "not-in-charge"
    assert (await desk.fact(case, "referral.answered"))["accepted"] is False
    return case


@effect
async def refer_on(desk: Desk) -> Case:
    case = await accept_referral(desk)
    referral = await on_referral(desk, case, "asked", "refer_on", agency="houkatsu")
    assert (referral.agency, referral.answered_at) == ("houkatsu", None)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "houkatsu"
    assert await team(desk, case) == set()
    return case


@effect
async def finish_referral(desk: Desk) -> Case:
    case = await accept_referral(desk)
    referral = await on_referral(desk, case, "done", "finish_referral", result="done")
    assert referral.result == "done"
    assert (await desk.fact(case, "referral.finished"))["result"] == "done"
    return case


@effect
async def report_lost_contact(desk: Desk) -> Case:
    case = await desk.open(state="active")
    await desk.step(case, "suspended", act_of("report_lost_contact"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert (row.reason, row.suspended_from) == ("lost-contact", "active")
    return case


@effect
async def suspend(desk: Desk) -> Case:
    case = await desk.open(state="assess")
    await desk.step(case, "suspended", act_of("suspend", reason="long-absence"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert (row.reason, row.suspended_from, row.ended_at) == ("long-absence", "assess", None)
    return case


@effect
async def resume(desk: Desk) -> Case:
    case = await suspend(desk)
    await desk.step(case, "assess", act_of("resume"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert row.resumed_to == "assess"
    assert row.ended_at is not None
    return case


# --- participation ----------------------------------------------------------------------------


@effect
async def start_participation(desk: Desk) -> Case:
    case = await desk.open(state="active")
    key = uuid4()
    act = act_of("start_participation", person_id=case.person, kinds=["ibasho"], daily_area="馬込")
    await desk.step(case, "active", act, created_id=key)
    row = await desk.row(Placement, placement_id=key)
    assert (row.person_id, row.kinds, row.daily_area) == (case.person, ["ibasho"], "馬込")
    return case


async def on_placement(desk: Desk, state: str, code: str, **fields: object) -> Case:
    case = await desk.open()
    key = await desk.placement(case)
    await desk.step(case, state, act_of(code, **fields), kind=Kind.PLACEMENT, key=key)
    assert (await desk.strand(case, Kind.PLACEMENT, key)).state == state
    return case


@effect
async def approach(desk: Desk) -> Case:
    resource = uuid4()
    case = await on_placement(desk, "approached", "approach", resource_id=resource)
    assert (await desk.row(Placement, case_id=case.case_id)).resource_id == resource
    return case


@effect
async def request_development(desk: Desk) -> Case:
    return await on_placement(desk, "developing", "request_development")


@effect
async def record_answer(desk: Desk) -> Case:
    case = await approach(desk)
    row = await desk.row(Placement, case_id=case.case_id)
    refused = act_of("record_answer", accepted=False)
    await desk.step(case, "matching", refused, kind=Kind.PLACEMENT, key=row.placement_id)
    again = await desk.row(Placement, case_id=case.case_id)
    assert again.resource_id is None, "a new try begins without the last host"
    return case


@effect
async def record_visit(desk: Desk) -> Case:
    return await on_placement(desk, "trial", "record_visit", liked=True, on=today())


@effect
async def record_trial(desk: Desk) -> Case:
    return await on_placement(desk, "linking", "record_trial", liked=True, on=today())


@effect
async def record_link(desk: Desk) -> Case:
    case = await on_placement(desk, "settling", "record_link", on=yesterday())
    assert (await desk.row(Placement, case_id=case.case_id)).linked_on == yesterday()
    return case


@effect
async def record_settling(desk: Desk) -> Case:
    return await on_placement(desk, "settled", "record_settling", settled=True)


@effect
async def end_placement(desk: Desk) -> Case:
    case = await on_placement(desk, "ended", "end_placement", reason="host-withdrew")
    row = await desk.row(Placement, case_id=case.case_id)
    assert row.end_reason == "host-withdrew"
    assert row.ended_at is not None
    return case


@effect
async def confirm_handover(desk: Desk) -> Case:
    case = await desk.open()
    key = uuid4()
    await desk.step(
        case, "waiting", kind=Kind.HANDOVER, key=key, cause="started", person_id=case.person
    )
    for side, agency in (("giving", "kodomo-katei-center"), ("receiving", "jobota")):
        act = act_of("confirm_handover", side=side, agency=agency)
        await desk.step(case, "preparing", act, kind=Kind.HANDOVER, key=key)
    row = await desk.row(Handover, handover_id=key)
    assert (row.giving, row.receiving) == ("kodomo-katei-center", "jobota")
    assert row.person_id == case.person
    assert ("jobota", "support") in await team(desk, case)
    return case


# --- closing ----------------------------------------------------------------------------------


@effect
async def evaluate_closure(desk: Desk) -> Case:
    case = await desk.open(state="close-review")
    act = act_of(
        "evaluate_closure", reason="roles-agreed", achievement="mostly-met", lead_agency="houkatsu"
    )
    await desk.step(case, "close-approval", act)
    row = await desk.row(Evaluation, case_id=case.case_id)
    assert (row.reason, row.lead_agency, row.evaluated_by) == ("roles-agreed", "houkatsu", HANAKO)
    return case


@effect
async def approve_closure(desk: Desk) -> Case:
    case = await evaluate_closure(desk)
    await desk.step(
        case, "closed", act_of("approve_closure"), by=ICHIRO, result="roles-agreed", ask=True
    )
    file = await desk.file(case)
    assert (file.closure_reason, file.lead_agency) == ("roles-agreed", "houkatsu")
    assert file.waiting_asks == "終結後のフォローを行う"
    fact = await desk.fact(case, "case.closed")
    assert (fact["reason"], fact["lead_agency"]) == ("roles-agreed", "houkatsu")
    assert await team(desk, case) == {("houkatsu", "lead")}, "closing is not leaving alone"
    return case


@effect
async def return_closure(desk: Desk) -> Case:
    case = await evaluate_closure(desk)
    await desk.step(case, "close-review", act_of("return_closure"), by=ICHIRO)
    assert (await desk.row(Evaluation, case_id=case.case_id)).approved is False
    return case


@effect
async def continue_support(desk: Desk) -> Case:
    case = await desk.open(state="close-review")
    await desk.step(case, "active", act_of("continue_support"))
    assert (await desk.file(case)).state == "active"
    return case


@effect
async def record_follow_up(desk: Desk) -> Case:
    case = await approve_closure(desk)
    await desk.step(case, "closed", act_of("record_follow_up", result="worry"))
    row = await desk.row(FollowUp, case_id=case.case_id)
    assert (row.result, row.placement_id) == ("worry", None)
    return case


@effect
async def reopen(desk: Desk) -> Case:
    case = await approve_closure(desk)
    await desk.step(case, "triage", act_of("reopen"))
    file = await desk.file(case)
    assert (file.episode, file.closure_reason, file.closed_at) == (2, None, None)
    assert (await desk.fact(case, "case.reopened"))["episode"] == 2
    return case


@pytest.mark.parametrize("code", sorted(MODELS))
async def test_every_act_has_its_effect_and_has_it_once(desk: Desk, code: str) -> None:
    case = await EFFECTS[code](desk)
    entries = await desk.rows(TimelineEntry, case_id=case.case_id)
    assert code in {entry.act for entry in entries}
    before = await desk.count()
    assert desk.last is not None
    await desk.activities.record_step(desk.last)
    assert await desk.count() == before, "the same step told twice has one effect"


def test_no_effect_is_left_over_from_an_act_that_is_gone() -> None:
    assert set(PLAYED) == set(MODELS)


# --- what a workflow's move means, whatever made it -------------------------------------------


async def test_a_plan_is_adopted_when_the_meeting_has_said_so_and_renewals_are_told(
    desk: Desk,
) -> None:
    case = await desk.open()
    first = await desk.plan(case)
    assert (await desk.fact(case, "plan.adopted"))["renewal"] is False
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=first, by=ICHIRO)
    await desk.step(case, "active", kind=Kind.PLAN, key=first)
    second = await desk.plan(case)
    adopted = await desk.fact(case, "plan.adopted")
    assert (adopted["plan_id"], adopted["renewal"], adopted["version"]) == (str(second), True, 2)
    await desk.step(
        case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=second, by=ICHIRO
    )
    await desk.step(case, "active", kind=Kind.PLAN, key=second)
    current = [row for row in await desk.rows(PlanVersion, case_id=case.case_id) if row.current]
    assert [row.plan_id for row in current] == [second]


async def test_a_plan_stays_current_while_its_case_is_suspended(desk: Desk) -> None:
    case = await record_acceptance(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    await desk.step(case, "paused", kind=Kind.PLAN, key=plan.plan_id, cause="pause")
    assert (await desk.row(PlanVersion, plan_id=plan.plan_id)).current
    await desk.step(case, "stopped", kind=Kind.PLAN, key=plan.plan_id, cause="stop")
    assert not (await desk.row(PlanVersion, plan_id=plan.plan_id)).current


async def test_a_referral_that_a_meeting_made_is_remembered_with_its_first_step(
    desk: Desk,
) -> None:
    case = await desk.open(state="single-agency")
    key = uuid4()
    await desk.step(case, "asked", kind=Kind.REFERRAL, key=key, cause="started", agency="houkatsu")
    row = await desk.row(Referral, referral_id=key)
    assert (row.agency, row.sole) == ("houkatsu", True)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "houkatsu"


async def test_a_case_that_rested_on_one_agency_closes_with_that_agency_as_its_lead(
    desk: Desk,
) -> None:
    case = await finish_referral(desk)
    await desk.step(case, "closed", cause="referral:done", result="single-agency")
    file = await desk.file(case)
    assert (file.closure_reason, file.lead_agency) == ("single-agency", "jobota")


async def test_outreach_ends_when_nobody_can_be_reached(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.outreach(case)
    assert (await desk.row(Outreach, outreach_id=key)).agency == "sapota"
    await desk.step(
        case, "unreached", kind=Kind.OUTREACH, key=key, cause="outreach_without_contact"
    )
    assert (await desk.row(Outreach, outreach_id=key)).ended_at is not None


async def test_a_newer_consent_replaces_the_older_one(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    await desk.consent(case, expires_on=today() + timedelta(days=30))
    rows = await desk.rows(Consent, case_id=case.case_id, kind="sharing")
    assert [row.replaced_at is None for row in sorted(rows, key=lambda r: r.obtained_at)] == [
        False,
        True,
    ]


async def test_withdrawing_consent_does_not_touch_the_disclosures_of_the_past(desk: Desk) -> None:
    case = await hold_meeting(desk)
    before = await desk.rows(Disclosure, case_id=case.case_id)
    await desk.step(case, "sk-requested", act_of("withdraw_consent", person_id=case.person))
    assert await desk.rows(Disclosure, case_id=case.case_id) == before


async def test_the_papers_of_a_support_meeting_close_when_their_time_has_come(desk: Desk) -> None:
    case, meeting = await prepared(desk)
    await desk.step(case, "done", kind=Kind.MEETING, key=meeting.meeting_id, cause="papers_close")
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).papers_closed_at is not None


async def test_a_prepared_plan_becomes_the_draft_with_the_number_the_workflow_gives(
    desk: Desk,
) -> None:
    case = await desk.open(state="outreach")
    key = uuid4()
    await desk.step(case, "outreach", a_plan("prepare_plan"), created_id=key, plan_version=1)
    await desk.step(case, "assess")
    act = act_of("complete_assessment", issues=["work"])
    await desk.step(case, "meeting", act, created_id=key, plan_version=2)
    assert (await desk.row(PlanVersion, plan_id=key)).version == 2


async def test_a_withdrawn_intake_closes_the_case_for_that_reason(desk: Desk) -> None:
    case = await desk.open()
    await desk.step(case, "closed", cause="intake_withdrawn")
    assert (await desk.fact(case, "case.closed"))["reason"] == "intake-withdrawn"
