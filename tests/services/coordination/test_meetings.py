"""The page of one meeting, its forms, sittings, and the loop to the community and back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from chassis.delivery import Outcome
from contracts.calendar import today
from contracts.cases import Kind
from contracts.events import new_id
from contracts.events.participation import CommunityIssueAnswered
from contracts.life import Role
from contracts.steps import Escalate
from services.coordination.models import (
    CommunityAnswer,
    CommunityIssue,
    Mail,
    Meeting,
    Task,
    TimelineEntry,
)
from services.coordination.store.worklist import escalate
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of, tomorrow
from tests.services.coordination.scenarios.dates import at, open_dates, polled
from tests.services.coordination.scenarios.outcome import held


async def page(get: Get, who: dict[str, str], key: Any) -> dict[str, Any]:
    answer = await get(f"/meetings/{key}", who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_page_rates_the_dates_and_says_why(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    case, key = await polled(desk)
    first, second, _ = open_dates()
    await at(desk, case, key, "polling", "answer_dates", agency="sapota", yes=[first, second])
    await at(desk, case, key, "polling", "answer_dates", agency="jobota", yes=[second])
    shown = await page(get, hanako, key)
    best = shown["slots"][0]
    assert datetime.fromisoformat(best["starts_at"]) == second
    assert best["answers"] == {"sapota": "yes", "jobota": "yes"}
    assert [reason["value"] for reason in best["reasons"]][:2] == ["everybody", "most-yes"]
    assert all(not reason["label"].isascii() for reason in best["reasons"])
    [choose] = [act for act in shown["next"] if act["act"] == "choose_date"]
    [when] = [field for field in choose["fields"] if field["name"] == "starts_at"]
    assert datetime.fromisoformat(when["default"]) == second
    assert "おすすめ" in when["hint"]
    assert len(when["choices"]) == 3


async def test_a_meeting_that_has_no_date_yet_stands_on_the_case_page_too(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    case, _ = await polled(desk)
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()
    assert shown["meetings"][0]["starts_at"] is None


async def test_an_agency_that_was_not_invited_sees_the_decision_alone(
    desk: Desk, get: Get, hanako: dict[str, str], jobota: dict[str, str], sapota: dict[str, str]
) -> None:
    """Invariant 2: of a 支援会議 the team reads the decision, and nothing of who said what."""
    case = await desk.open()
    await desk.referral(case, "jobota")
    key = await desk.meeting(case, basis="law-106-6", agencies=("sapota", "houkatsu"))
    outsider = await page(get, jobota, key)
    assert not outsider["whole"]
    assert not outsider["seats"]
    assert not outsider["meeting"]["attendees"]
    assert not outsider["next"]
    assert (await page(get, sapota, key))["whole"]
    assert len((await page(get, hanako, key))["seats"]) == 2


async def test_only_who_can_come_is_offered_for_an_invitation(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    case = await desk.open(state="sk-accepted")
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()
    [act] = [act for act in shown["next"] if act["act"] == "propose_dates"]
    fields = {field["name"]: field for field in act["fields"]}
    assert "keisatsu" not in {choice["value"] for choice in fields["attendees"]["choices"]}
    assert "必要最小限" in fields["attendees"]["hint"]
    assert {choice["value"] for choice in fields["chair"]["choices"]} >= {"fukushi-kanri"}
    assert len(fields["slots"]["choices"]) == 12


@pytest.mark.parametrize("code", ["schedule_meeting", "propose_dates"])
async def test_a_refusal_names_the_agency_and_keeps_its_field(
    desk: Desk, post: Post, hanako: dict[str, str], code: str
) -> None:
    case = await desk.open(state="sk-accepted")
    when = {"starts_at": tomorrow()} if code == "schedule_meeting" else {"slots": open_dates()}
    act = {"act": code, "attendees": ["sapota", "keisatsu"], **when}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "attendee-without-access")
    assert "警察署" in told["title"]
    assert told["errors"][0]["field"] == "act.attendees"


@pytest.mark.parametrize("code", ["schedule_meeting", "propose_dates"])
async def test_a_meeting_in_the_past_is_refused_at_its_field(
    desk: Desk, post: Post, hanako: dict[str, str], code: str
) -> None:
    case = await desk.open(state="sk-accepted")
    field, past = "starts_at", "2026-04-01T10:00:00+09:00"
    when: dict[str, Any] = {field: past}
    if code == "propose_dates":
        field, when = "slots", {"slots": [past]}
    act = {"act": code, "attendees": ["sapota", "jobota"], **when}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "meeting-in-the-past")
    assert told["errors"][0]["field"] == f"act.{field}"


async def test_a_meeting_on_consent_asks_nobody_for_secrecy_and_nobody_for_advice(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    """Each meeting offers only what its legal basis and its attendees have a use for."""
    case = await desk.open()
    await desk.consent(case)
    on_consent = await desk.meeting(case)
    await desk.step(case, "held", kind=Kind.MEETING, key=on_consent, cause="held")
    offered = {act["act"] for act in (await page(get, hanako, on_consent))["next"]}
    assert "decide_plan" in offered
    assert not offered & {"decide_support", "acknowledge_secrecy", "record_advice"}
    by_law = await desk.meeting(case, basis="law-106-6")
    await desk.step(case, "held", kind=Kind.MEETING, key=by_law, cause="held")
    offered = {act["act"] for act in (await page(get, hanako, by_law))["next"]}
    assert offered >= {"decide_support", "acknowledge_secrecy"}
    assert "decide_plan" not in offered


async def test_who_does_not_organise_a_meeting_does_not_call_it(
    desk: Desk, post: Post, tokens: Any
) -> None:
    shakyo = tokens.bearer("shakyo-1", roles=("coordinator",), agency="shakyo")
    case = await desk.open(state="sk-accepted")
    act = {"act": "propose_dates", "attendees": ["sapota", "jobota"], "slots": open_dates()}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, shakyo)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-the-organiser")


async def test_several_cases_sit_together_and_each_keeps_its_own_gate(
    desk: Desk, get: Get, post: Post, hanako: dict[str, str], sapota: dict[str, str]
) -> None:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    body = {"starts_at": starts_at, "venue": "branch-office"}
    key = str(uuid4())
    made = await post("/sittings", body, hanako, key)
    again = await post("/sittings", body, hanako, key)
    assert (made.status_code, again.json()) == (201, made.json()), "sent twice, called once"
    sitting = made.json()["sitting_id"]
    for agencies in (["sapota", "houkatsu"], ["jobota", "houkatsu"]):
        case = await desk.open(state="sk-accepted")
        act = act_of(
            "schedule_meeting", starts_at=starts_at, attendees=agencies, sitting_id=sitting
        )
        await desk.step(case, "sk-scheduled", act, created_id=uuid4(), legal_basis="law-106-6")
    whole = (await get(f"/sittings/{sitting}", hanako)).json()
    assert len(whole["meetings"]) == 2
    own = (await get(f"/sittings/{sitting}", sapota)).json()
    assert len(own["meetings"]) == 1, "an agency sees the cases to which it is invited"
    assert sitting in {
        one["sitting_id"] for one in (await get("/sittings", hanako)).json()["items"]
    }


async def test_a_case_joins_a_sitting_at_its_own_time_only(
    desk: Desk, post: Post, hanako: dict[str, str]
) -> None:
    starts_at = datetime.now(UTC) + timedelta(days=20)
    made = (await post("/sittings", {"starts_at": starts_at}, hanako)).json()
    case = await desk.open(state="sk-accepted")
    act = {
        "act": "schedule_meeting",
        "starts_at": starts_at + timedelta(hours=1),
        "attendees": ["sapota", "jobota"],
        "sitting_id": made["sitting_id"],
    }
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    assert (answer.status_code, answer.json()["field"]) == (422, "act.starts_at")
    past = await post("/sittings", {"starts_at": "2026-01-05T10:00:00+09:00"}, hanako)
    assert (past.status_code, past.json()["code"]) == (422, "meeting-in-the-past")


async def test_a_case_that_is_postponed_alone_leaves_its_sitting(
    desk: Desk, post: Post, hanako: dict[str, str]
) -> None:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    made = (await post("/sittings", {"starts_at": starts_at}, hanako)).json()
    case, key = await desk.open(state="sk-accepted"), uuid4()
    act = act_of(
        "schedule_meeting",
        starts_at=starts_at,
        attendees=["sapota", "jobota"],
        sitting_id=made["sitting_id"],
    )
    await desk.step(case, "sk-scheduled", act, created_id=key, legal_basis="law-106-6")
    await desk.step(case, "preparing", kind=Kind.MEETING, key=key, cause="started")
    await at(desk, case, key, "preparing", "postpone_meeting", starts_at=tomorrow())
    assert (await desk.row(Meeting, meeting_id=key)).sitting_id is None


async def raised(desk: Desk) -> tuple[Case, CommunityIssue]:
    case, key = await held(desk)
    act = {"theme": "gathering-place", "basic_area": "大森", "wanted_kinds": ["ibasho"]}
    await at(desk, case, key, "held", "raise_community_issue", **act)
    return case, await desk.row(CommunityIssue, case_id=case.case_id)


async def test_what_became_of_a_community_issue_comes_back_to_its_case(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    """The loop: meeting → register → place, told once however often the fact comes."""
    case, issue = await raised(desk)
    told = CommunityIssueAnswered(
        community_issue_id=issue.community_issue_id,
        on=today(),
        answer="resource",
        resource_id=new_id(),
    )
    assert await desk.hear(told) is Outcome.APPLIED
    assert await desk.hear(told) is Outcome.DUPLICATE
    answers = await desk.rows(CommunityAnswer, community_issue_id=issue.community_issue_id)
    assert [one.answer_id for one in answers] == [told.event_id]
    [shown] = (await get(f"/cases/{case.case_id}", hanako)).json()["issues"]
    assert [answer["answer"] for answer in shown["answers"]] == ["resource"]
    assert (await page(get, hanako, issue.meeting_id))["issues"] == [shown]
    entries = await desk.rows(TimelineEntry, case_id=case.case_id)
    assert "community-issue-answered" in {entry.cause for entry in entries}


async def test_an_issue_that_others_raised_is_taken_in_and_changes_nothing(desk: Desk) -> None:
    before = await desk.count()
    told = CommunityIssueAnswered(community_issue_id=uuid4(), on=today(), answer="other")
    assert await desk.hear(told) is Outcome.APPLIED
    assert await desk.count() == before


async def test_a_reminder_goes_to_those_whose_sheet_is_missing(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    await at(desk, case, key, "preparing", "submit_sheet", agency="sapota")
    await desk.step(
        case, "preparing", kind=Kind.MEETING, key=key, cause="asked", came_from="x", ask=True
    )
    async with desk.context.database.transaction() as session:
        task = (await session.scalars(select(Task).where(Task.entity_id == key))).one()
        told = Escalate(
            task_id=task.task_id,
            case_id=case.case_id,
            to=Role.COORDINATOR,
            reason="reminder",
            at=datetime.now(UTC),
        )
        await escalate(session, told)
    letters = await desk.rows(Mail, meeting_id=key, what="sheet-reminder")
    assert [letter.agency for letter in letters] == ["jobota"]


async def test_a_meeting_that_is_called_off_is_called_off_with_everybody(desk: Desk) -> None:
    """By an act or because the case has lost its ground: the invitation is void, once."""
    for cause in (None, "stop"):
        case = await desk.open()
        key = await desk.meeting(case, basis="law-106-6")
        act = act_of("cancel_meeting") if cause is None else None
        await desk.step(case, "cancelled", act, kind=Kind.MEETING, key=key, cause=cause)
        letters = await desk.rows(Mail, meeting_id=key, what="cancellation")
        assert {(letter.agency, letter.number) for letter in letters} == {
            ("sapota", 1),
            ("jobota", 1),
        }
