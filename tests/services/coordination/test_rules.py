"""What the data forbid, whatever a workflow believes: asked in the transaction of the effect."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.exceptions import ApplicationError

from contracts.calendar import today
from contracts.cases import Kind, Refusal
from services.coordination.models import Meeting, RecordedStep
from tests.services.coordination.desk import HANAKO, ICHIRO, Case, Desk, a_plan, act_of, tomorrow


async def refused(desk: Desk, *args: Any, **kwargs: Any) -> tuple[Refusal, dict[str, Any]]:
    """The refusal of a step, which must have left nothing behind."""
    before = await desk.count()
    with pytest.raises(ApplicationError) as caught:
        await desk.step(*args, **kwargs)
    assert caught.value.non_retryable
    assert await desk.count() == before
    details: dict[str, Any] = caught.value.details[0]
    return Refusal(caught.value.type or ""), details


def a_meeting(*attendees: str) -> Any:
    named = attendees or ("sapota", "jobota")
    return act_of("schedule_meeting", starts_at=tomorrow(), attendees=named)


async def test_no_meeting_on_consent_while_anybody_discussed_has_not_consented(desk: Desk) -> None:
    case = await desk.open(persons=2, state="meeting")
    first, second = case.intake.person_ids
    await desk.consent(case, first)
    code, details = await refused(desk, case, "meeting", a_meeting())
    assert (code, details) == (
        Refusal.CONSENT_MISSING,
        {"persons": [str(second)], "lacks": {str(second): ["consent"]}},
    )
    await desk.consent(case, second)
    await desk.step(case, "meeting", a_meeting())


async def test_no_meeting_on_consent_for_a_case_that_names_nobody(desk: Desk) -> None:
    case = await desk.open(persons=0, state="meeting")
    code, details = await refused(desk, case, "meeting", a_meeting())
    assert (code, details) == (Refusal.CONSENT_MISSING, {"persons": [], "lacks": {}})


async def test_a_consent_that_names_its_recipients_opens_no_meeting_to_others(desk: Desk) -> None:
    case = await desk.open(state="meeting")
    await desk.consent(case, recipients=["sapota", "jobota"])
    code, details = await refused(desk, case, "meeting", a_meeting("sapota", "houkatsu"))
    assert (code, details) == (
        Refusal.CONSENT_MISSING,
        {
            "persons": [str(case.person)],
            "lacks": {str(case.person): ["recipient:houkatsu"]},
        },
    )
    await desk.step(case, "meeting", a_meeting("sapota", "chiiki-fukushi-omori"))


async def test_an_expired_consent_is_none(desk: Desk) -> None:
    case = await desk.open(state="meeting")
    day = timedelta(days=1)
    await desk.consent(case, obtained_on=today() - 2 * day, expires_on=today() - day)
    code, _ = await refused(desk, case, "meeting", a_meeting())
    assert code is Refusal.CONSENT_MISSING


async def test_a_consent_holds_on_its_last_day(desk: Desk) -> None:
    case = await desk.open(state="meeting")
    await desk.consent(case, expires_on=today())
    await desk.step(case, "meeting", a_meeting())


async def test_a_consent_to_support_alone_does_not_open_a_meeting(desk: Desk) -> None:
    case = await desk.open(state="meeting")
    act = act_of("record_consent", person_id=case.person, kinds=["support"], method="signature")
    await desk.step(case, "meeting", act)
    code, _ = await refused(desk, case, "meeting", a_meeting())
    assert code is Refusal.CONSENT_MISSING


async def test_a_consent_withdrawn_after_the_invitation_stops_the_meeting(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case)
    await desk.step(case, "sk-requested", act_of("withdraw_consent", person_id=case.person))
    held = act_of("hold_meeting", present=["sapota"])
    code, _ = await refused(desk, case, "held", held, kind=Kind.MEETING, key=key)
    assert code is Refusal.CONSENT_MISSING


async def test_a_support_meeting_needs_no_consent_but_everybodys_word_on_secrecy(
    desk: Desk,
) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    assert (await desk.row(Meeting, meeting_id=key)).legal_basis == "law-106-6"

    async def acknowledge(agency: str) -> None:
        act = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", act, kind=Kind.MEETING, key=key)

    await acknowledge("sapota")
    held = act_of("hold_meeting", present=["sapota", "jobota"])
    code, details = await refused(desk, case, "held", held, kind=Kind.MEETING, key=key)
    assert (code, details) == (Refusal.SECRECY_NOT_ACKNOWLEDGED, {"agencies": ["jobota"]})
    await acknowledge("jobota")
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key)


@pytest.mark.parametrize("code", ["submit_sheet", "acknowledge_secrecy"])
async def test_only_an_invited_agency_prepares_a_meeting(desk: Desk, code: str) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    act = act_of(code, agency="houkatsu")
    answer = await refused(desk, case, "preparing", act, kind=Kind.MEETING, key=key)
    assert answer == (Refusal.INCOMPLETE, {"field": "agency"})


async def test_who_drafted_a_plan_may_not_decide_it(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.plan(case, by=HANAKO)
    approve = act_of("approve_plan")
    code, _ = await refused(desk, case, "to-accept", approve, kind=Kind.PLAN, key=key, by=HANAKO)
    assert code is Refusal.APPROVER_IS_AUTHOR
    await desk.step(case, "to-accept", approve, kind=Kind.PLAN, key=key, by=ICHIRO)


async def test_who_held_a_meeting_may_not_approve_its_minutes(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case)
    held = act_of("hold_meeting", present=["sapota"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key, by=HANAKO)
    approve = act_of("approve_minutes")
    code, _ = await refused(desk, case, "done", approve, kind=Kind.MEETING, key=key, by=HANAKO)
    assert code is Refusal.APPROVER_IS_AUTHOR


async def evaluated(desk: Desk) -> Case:
    case = await desk.open(state="close-review")
    act = act_of("evaluate_closure", reason="died", achievement="not-met", no_lead_reason="died")
    await desk.step(case, "close-approval", act)
    return case


async def test_who_evaluated_a_closing_may_not_decide_it(desk: Desk) -> None:
    case = await evaluated(desk)
    code, _ = await refused(desk, case, "closed", act_of("approve_closure"), by=HANAKO)
    assert code is Refusal.APPROVER_IS_AUTHOR


async def test_a_closing_that_was_sent_back_cannot_be_decided(desk: Desk) -> None:
    case = await evaluated(desk)
    await desk.step(case, "close-review", act_of("return_closure"), by=ICHIRO)
    code, _ = await refused(desk, case, "closed", act_of("approve_closure"), by=ICHIRO)
    assert code is Refusal.NOT_ALLOWED


async def test_closing_needs_who_stays_or_why_nobody_does(desk: Desk) -> None:
    case = await desk.open(state="close-review")
    act = act_of("evaluate_closure", reason="solved", achievement="met")
    answer = await refused(desk, case, "close-approval", act)
    assert answer == (Refusal.LEAD_AGENCY_MISSING, {"field": "lead_agency"})


def about_a_stranger(code: str) -> Any:
    more: dict[str, dict[str, Any]] = {
        "record_consent": {"kinds": ["sharing"], "method": "signature"},
        "record_refusal": {"reason": "refused"},
        "start_participation": {"kinds": ["ibasho"]},
    }
    return act_of(code, person_id=uuid4(), **more.get(code, {}))


@pytest.mark.parametrize(
    "code",
    [
        "record_consent",
        "record_refusal",
        "withdraw_consent",
        "start_participation",
        "record_acceptance",
        "record_decline",
    ],
)
async def test_nothing_is_recorded_about_somebody_who_does_not_belong_to_the_case(
    desk: Desk, code: str
) -> None:
    case = await desk.open()
    answer = await refused(desk, case, "consent", about_a_stranger(code))
    assert answer == (Refusal.UNKNOWN_PERSON, {"field": "person_id"})


def consent(case: Case, **more: Any) -> Any:
    return act_of(
        "record_consent",
        person_id=case.person,
        kinds=["sharing"],
        **{"method": "signature", **more},
    )


async def test_a_consent_on_a_form_nobody_has_is_none(desk: Desk) -> None:
    case = await desk.open()
    answer = await refused(desk, case, "consent", consent(case, form_version="consent-r1-9"))
    assert answer == (Refusal.INCOMPLETE, {"field": "form_version"})


async def test_a_proxy_says_what_they_are_to_the_person(desk: Desk) -> None:
    case = await desk.open()
    answer = await refused(desk, case, "consent", consent(case, given_by="proxy"))
    assert answer == (Refusal.INCOMPLETE, {"field": "relation"})
    await desk.step(case, "consent", consent(case, given_by="proxy", relation="guardian"))


INCOMPLETE: list[tuple[str, dict[str, Any], str]] = [
    ("decide_plan", {"verdict": "not-suitable"}, "agency"),
    ("decide_support", {"decision": "outreach-plan"}, "agency"),
    ("decide_support", {"decision": "outreach-plan", "agency": "sapota"}, "starts_on"),
    (
        "decide_support",
        {
            "decision": "outreach-plan",
            "agency": "sapota",
            "starts_on": "2026-05-02",
            "ends_on": "2026-05-01",
        },
        "ends_on",
    ),
    ("decide_support", {"decision": "other-meeting"}, "statutory_meeting"),
]


@pytest.mark.parametrize(("code", "fields", "missing"), INCOMPLETE)
async def test_a_conclusion_names_what_it_needs(
    desk: Desk, code: str, fields: dict[str, Any], missing: str
) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    act = act_of(code, **fields)
    answer = await refused(desk, case, "minutes", act, kind=Kind.MEETING, key=key)
    assert answer == (Refusal.INCOMPLETE, {"field": missing})


async def test_a_plan_does_not_end_before_it_begins(desk: Desk) -> None:
    case = await desk.open(state="plan-draft")
    act = a_plan(ends_on=today() - timedelta(days=1))
    assert await refused(desk, case, "meeting", act) == (Refusal.INCOMPLETE, {"field": "ends_on"})


async def test_an_agency_has_one_role_in_a_plan(desk: Desk) -> None:
    case = await desk.open(state="plan-draft")
    twice = [{"agency": "jobota", "role": role} for role in ("lead", "watch")]
    answer = await refused(desk, case, "meeting", a_plan(roles=twice))
    assert answer == (Refusal.INCOMPLETE, {"field": "roles"})


async def test_a_meeting_has_two_agencies_at_least(desk: Desk) -> None:
    case = await desk.open(state="sk-accepted")
    answer = await refused(desk, case, "sk-scheduled", a_meeting("sapota", "sapota"))
    assert answer == (Refusal.INCOMPLETE, {"field": "attendees"})


@pytest.mark.parametrize("code", ["record_progress", "record_contact"])
async def test_nothing_is_recorded_before_it_has_happened(desk: Desk, code: str) -> None:
    case = await desk.open()
    key = await desk.outreach(case)
    on = today() + timedelta(days=1)
    more = {"method": "visit", "outcome": "talked"} if code == "record_contact" else {}
    act = act_of(code, agency="sapota", on=on, **more)
    answer = await refused(desk, case, "trying", act, kind=Kind.OUTREACH, key=key)
    assert answer == (Refusal.INCOMPLETE, {"field": "on"})


async def test_a_case_is_merged_into_another_that_is_a_case_of_its_own(desk: Desk) -> None:
    other, case = await desk.open(), await desk.open()

    async def into(case_id: UUID) -> tuple[Refusal, dict[str, Any]]:
        return await refused(desk, case, "closed", act_of("merge_into", into_case_id=case_id))

    expected = (Refusal.INCOMPLETE, {"field": "into_case_id"})
    assert await into(uuid4()) == expected
    assert await into(case.case_id) == expected
    third = await desk.open()
    await desk.step(other, "closed", act_of("merge_into", into_case_id=third.case_id))
    assert await into(other.case_id) == expected


async def test_a_refused_step_may_be_asked_again_under_its_number(desk: Desk) -> None:
    case = await desk.open(state="meeting")
    await refused(desk, case, "meeting", a_meeting())
    assert desk.last is not None
    await desk.consent(case)
    again = desk.last.model_copy(update={"number": 99, "command": None})
    await desk.activities.record_step(again)
    numbers = {row.number for row in await desk.rows(RecordedStep, case_id=case.case_id)}
    assert numbers == {1, 3, 99}
