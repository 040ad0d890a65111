"""Acts over HTTP: what is stored, what is answered, what is refused and why."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from contracts.calendar import today
from services.coordination import acting
from services.coordination.models import CommandRow, PrivateTextRow, Staff, Task, UrgentMeasure
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Case, Desk, tomorrow
from tests.services.coordination.engine import Engine, Walker

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
ASK = {"act": {"act": "ask_consent"}}
FOOD = {"act": {"act": "respond_urgently", "measure": "food"}}


async def screened(desk: Desk) -> tuple[Case, UUID]:
    """A case that waits for its screening, and the task."""
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    return case, (await desk.row(Task, case_id=case.case_id)).task_id


async def commands(desk: Desk, case: Case) -> list[CommandRow]:
    rows = await desk.rows(CommandRow, case_id=case.case_id, what="act")
    return sorted(rows, key=lambda row: row.seq or 0)


async def refusals(desk: Desk, subject: UUID) -> list[tuple[str, str]]:
    """The refusals in the audit trail: what was tried, and why not."""
    async with desk.context.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT action, reason FROM audit WHERE subject_id = :subject"
                " AND outcome = 'refused' ORDER BY id"
            ),
            {"subject": str(subject)},
        )
        return [(row[0], row[1]) for row in found]


# --- done -------------------------------------------------------------------------------------


async def test_a_task_is_completed_and_the_next_one_is_there(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    _, task = await screened(desk)
    answer = await post(f"/tasks/{task}/complete", ASK, hanako)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["status"], body["state"], body["case"]["state"]) == (
        "applied",
        "consent",
        "consent",
    )
    assert [one["asks"] for one in body["tasks"]] == ["本人同意を確認する"]
    assert body["case"]["waiting"]["line"].startswith(
        "本人同意を確認する(調整担当・大森地域福祉課・令和"
    )
    closed = await desk.row(Task, task_id=task)
    assert (closed.closed_by, closed.closing_act) == ("hanako", "ask_consent")
    assert (await desk.row(Staff, sub="hanako")).name == "調整 花子"


async def test_an_act_on_a_case_that_no_task_asks_for(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    answer = await post(f"/cases/{case.case_id}/acts", FOOD, hanako)
    assert (answer.status_code, answer.json()["state"]) == (200, "triage")
    assert len(await desk.rows(UrgentMeasure, case_id=case.case_id)) == 1


async def test_an_act_on_a_workflow_of_the_case(desk: Desk, post: Post, hanako: Headers) -> None:
    case = await desk.open()
    meeting = await desk.meeting(case, basis="law-106-6")
    body = {
        "act": {"act": "submit_sheet", "agency": "sapota", "requests": "同行をお願いします"},
        "target": {"kind": "meeting", "id": str(meeting)},
    }
    answer = await post(f"/cases/{case.case_id}/acts", body, hanako)
    assert (answer.status_code, answer.json()["target"]["kind"]) == (200, "meeting")
    sealed = await desk.row(PrivateTextRow, case_id=case.case_id)
    assert (sealed.meeting_id, sealed.legal_basis) == (meeting, "law-106-6")


async def test_an_agency_does_its_own_work(desk: Desk, post: Post, jobota: Headers) -> None:
    case = await desk.open()
    await desk.referral(case, "jobota")
    task = await desk.row(Task, case_id=case.case_id)
    body = {"act": {"act": "accept_referral"}}
    answer = await post(f"/tasks/{task.task_id}/complete", body, jobota)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")


# --- once -------------------------------------------------------------------------------------


async def test_the_same_key_gets_the_same_command_and_one_effect(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    path, key = f"/cases/{case.case_id}/acts", str(uuid4())
    first = await post(path, FOOD, hanako, key)
    second = await post(path, FOOD, hanako, key)
    assert first.json()["command_id"] == second.json()["command_id"]
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(await desk.rows(UrgentMeasure, case_id=case.case_id)) == 1


async def test_the_same_key_with_another_body_is_refused(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    path, key = f"/cases/{case.case_id}/acts", str(uuid4())
    await post(path, FOOD, hanako, key)
    other = {"act": {"act": "respond_urgently", "measure": "shelter"}}
    answer = await post(path, other, hanako, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


async def test_an_act_without_a_key_is_not_taken(desk: Desk, http: Any, hanako: Headers) -> None:
    case = await desk.open()
    answer = await http.post(
        f"/api/coordination/v1/cases/{case.case_id}/acts", json=FOOD, headers=hanako
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await commands(desk, case) == []


async def test_of_two_people_who_complete_a_task_at_once_one_wins(
    desk: Desk, post: Post, hanako: Headers, ichiro: Headers
) -> None:
    case, task = await screened(desk)
    path = f"/tasks/{task}/complete"
    other = {"act": {"act": "refer_to_agency", "agency": "jobota"}}
    answers = await asyncio.gather(post(path, ASK, hanako), post(path, other, ichiro))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [lost] = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert lost in ("task-in-progress", "task-done")
    assert len(await commands(desk, case)) == 1


async def test_a_task_that_is_done_says_by_whom_and_when(
    desk: Desk, post: Post, hanako: Headers, ichiro: Headers
) -> None:
    _, task = await screened(desk)
    await post(f"/tasks/{task}/complete", ASK, hanako)
    answer = await post(f"/tasks/{task}/complete", ASK, ichiro)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "task-done")
    assert body["closed_by"] == {"sub": "hanako", "name": "調整 花子"}
    assert body["closing_act"] == "ask_consent"
    assert body["closed_at"]
    assert await refusals(desk, task) == [("act.ask_consent", "task-done")]


async def test_while_a_decisive_act_is_on_its_way_no_other_is_taken(
    desk: Desk,
    post: Post,
    engine: Engine,
    hanako: Headers,
    ichiro: Headers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acting, "WAIT_SECONDS", 0.05)
    case, task = await screened(desk)
    engine.gate.clear()
    first = await post(f"/tasks/{task}/complete", ASK, hanako)
    assert (first.status_code, first.json()["status"]) == (202, "pending")
    second = await post(f"/tasks/{task}/complete", ASK, ichiro)
    assert (second.status_code, second.json()["code"]) == (409, "task-in-progress")
    assert second.json()["by"]["name"] == "調整 花子"
    beside = await post(f"/cases/{case.case_id}/acts", FOOD, ichiro)
    assert beside.status_code == 202, "what does not move the case is not held up"
    engine.gate.set()


# --- on its way -------------------------------------------------------------------------------


async def test_an_act_is_not_lost_while_the_engine_is_away(
    desk: Desk,
    post: Post,
    get: Get,
    engine: Engine,
    hanako: Headers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acting, "WAIT_SECONDS", 0.05)
    _, task = await screened(desk)
    engine.away = True
    answer = await post(f"/tasks/{task}/complete", ASK, hanako)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    link = answer.json()["links"]["command"].removeprefix("/api/coordination/v1")
    engine.away = False

    async def status() -> str:
        return str((await get(link, hanako)).json()["status"])

    patience = AsyncRetrying(
        stop=stop_after_delay(10),
        wait=wait_fixed(0.05),
        retry=retry_if_result(lambda said: said == "pending"),
    )
    assert await patience(status) == "applied"


# --- refused ----------------------------------------------------------------------------------


async def test_an_act_that_the_state_does_not_allow_names_what_is_allowed(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    body = {"act": {"act": "resume"}}
    answer = await post(f"/cases/{case.case_id}/acts", body, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"], said["state"]) == (409, "act-not-allowed", "triage")
    assert "ask_consent" in said["allowed"]
    assert "resume" not in said["allowed"]
    assert await commands(desk, case) == []
    assert await refusals(desk, case.case_id) == [("act.resume", "act-not-allowed")]


async def test_a_case_whose_workflow_has_not_begun_takes_no_acts(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state=None)
    answer = await post(f"/cases/{case.case_id}/acts", ASK, hanako)
    assert (answer.status_code, answer.json()["code"]) == (409, "act-not-allowed")


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"act": "fly"}, "act"),
    ({}, "act"),
    ({"act": "respond_urgently"}, "act.measure"),
    ({"act": "respond_urgently", "measure": "gold"}, "act.measure"),
    ({"act": "refer_to_agency", "agency": "大森!"}, "act.agency"),
    ({"act": "ask_consent", "note": "長" * 10_001}, "act.note"),
]


@pytest.mark.parametrize(("act", "field"), INVALID)
async def test_a_malformed_act_is_refused_by_its_field(
    desk: Desk, post: Post, hanako: Headers, act: dict[str, Any], field: str
) -> None:
    case = await desk.open()
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (422, "invalid")
    assert said["errors"][0]["field"] == field
    assert said["errors"][0]["ja"]
    assert await commands(desk, case) == []


async def test_what_the_act_names_must_be_there(desk: Desk, post: Post, hanako: Headers) -> None:
    case = await desk.open(state="consent")
    consent = {"act": "record_consent", "kinds": ["sharing"], "method": "signature"}
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({**consent, "person_id": uuid4()}, "unknown-person", "act.person_id"),
        (
            {**consent, "person_id": case.person, "form_version": "consent-r1-1"},
            "unknown-consent-form",
            "act.form_version",
        ),
        (
            {**consent, "person_id": case.person, "given_by": "proxy"},
            "act-incomplete",
            "act.relation",
        ),
        ({"act": "merge_into", "into_case_id": uuid4()}, "unknown-case", "act.into_case_id"),
        ({"act": "request_referral", "agency": "nobody"}, "unknown-agency", "act.agency"),
    ]
    for act, code, field in wrong:
        answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
        said = answer.json()
        assert (answer.status_code, said["code"], said["field"]) == (422, code, field), said
    assert await commands(desk, case) == []


async def test_a_meeting_on_consent_is_refused_before_anything_is_stored(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="meeting")
    act = {"act": "schedule_meeting", "starts_at": tomorrow(), "attendees": ["sapota", "jobota"]}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "consent-missing")
    assert said["persons"] == [str(case.person)]
    assert await commands(desk, case) == []


async def test_who_drafted_a_plan_is_told_so_when_deciding_it(
    desk: Desk, post: Post, ichiro: Headers
) -> None:
    case = await desk.open()
    plan = await desk.plan(case, by=ICHIRO)
    body = {"act": {"act": "approve_plan"}, "target": {"kind": "plan", "id": str(plan)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, ichiro)
    assert (answer.status_code, answer.json()["code"]) == (403, "approver-is-author")


async def test_closing_without_who_stays_is_refused(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="close-review")
    act = {"act": "evaluate_closure", "reason": "solved", "achievement": "met"}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"], said["field"]) == (
        422,
        "lead-agency-missing",
        "act.lead_agency",
    )


async def test_a_refusal_of_the_workflow_is_answered_and_kept(
    desk: Desk, post: Post, get: Get, walker: Walker, hanako: Headers
) -> None:
    _, task = await screened(desk)
    walker.refuses["ask_consent"] = ApplicationError(
        "refused", {"state": "assess", "allowed": ["draft_plan"]}, type="act-not-allowed"
    )
    answer = await post(f"/tasks/{task}/complete", ASK, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"], said["state"]) == (409, "act-not-allowed", "assess")
    kept = (await get(f"/commands/{said['command_id']}", hanako)).json()
    assert kept["status"] == "refused"
    assert kept["refusal"]["details"]["allowed"] == ["draft_plan"]
    assert (await desk.row(Task, task_id=task)).closed_at is None


async def test_an_act_for_a_workflow_that_is_over_is_refused_as_such(
    desk: Desk, post: Post, engine: Engine, hanako: Headers
) -> None:
    case = await desk.open()
    engine.ended.add(f"case:{case.case_id}")
    answer = await post(f"/cases/{case.case_id}/acts", FOOD, hanako)
    assert (answer.status_code, answer.json()["code"]) == (409, "case-ended")


# --- by whom ----------------------------------------------------------------------------------


async def test_a_role_that_may_not_is_refused_and_that_is_audited(
    desk: Desk, post: Post, sapota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    await desk.step(case, "triage")
    answer = await post(f"/cases/{case.case_id}/acts", ASK, sapota)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed-for-role")
    assert ("act.ask_consent", "not-allowed-for-role") in await refusals(desk, case.case_id)


async def test_another_agencys_case_is_not_there(desk: Desk, post: Post, sapota: Headers) -> None:
    case = await desk.open()
    await desk.referral(case, "jobota")
    task = await desk.row(Task, case_id=case.case_id)
    body = {"act": {"act": "accept_referral"}}
    answer = await post(f"/tasks/{task.task_id}/complete", body, sapota)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_another_agencys_work_in_a_shared_case_is_not_done(
    desk: Desk, post: Post, sapota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    [task] = [row for row in await desk.rows(Task, case_id=case.case_id) if row.agency == "jobota"]
    body = {"act": {"act": "accept_referral"}}
    answer = await post(f"/tasks/{task.task_id}/complete", body, sapota)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-agency")


async def test_an_agency_does_not_speak_in_anothers_name(
    desk: Desk, post: Post, sapota: Headers, hanako: Headers
) -> None:
    case = await desk.open()
    meeting = await desk.meeting(case, basis="law-106-6")
    body = {
        "act": {"act": "acknowledge_secrecy", "agency": "jobota"},
        "target": {"kind": "meeting", "id": str(meeting)},
    }
    answer = await post(f"/cases/{case.case_id}/acts", body, sapota)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-agency")
    assert (await post(f"/cases/{case.case_id}/acts", body, hanako)).status_code == 200


@pytest.mark.parametrize("role", ["operator", "statistics"])
async def test_those_who_do_no_casework_see_no_case(
    desk: Desk, post: Post, tokens: Tokens, role: str
) -> None:
    case = await desk.open()
    answer = await post(
        f"/cases/{case.case_id}/acts", FOOD, tokens.bearer("somebody", roles=(role,))
    )
    assert answer.status_code == 404


async def test_machines_do_not_act_on_cases(desk: Desk, post: Post, tokens: Tokens) -> None:
    case = await desk.open()
    for kind in ("service", "frontline"):
        machine = tokens.bearer("machine", kind=kind, roles=("coordinator",))
        assert (await post(f"/cases/{case.case_id}/acts", FOOD, machine)).status_code == 404


async def test_an_act_without_a_valid_token_is_refused(
    desk: Desk, post: Post, tokens: Tokens
) -> None:
    case = await desk.open()
    path = f"/cases/{case.case_id}/acts"
    assert (await post(path, FOOD, {})).json()["code"] == "token-missing"
    assert (await post(path, FOOD, {"Authorization": "Bearer x"})).json()["code"] == "token-invalid"
    expired = tokens.bearer("hanako", roles=("coordinator",), exp=1)
    assert (await post(path, FOOD, expired)).json()["code"] == "token-expired"


async def test_a_workflow_of_another_case_is_not_reached_through_this_one(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case, other = await desk.open(), await desk.open()
    meeting = await desk.meeting(other, basis="law-106-6")
    body = {
        "act": {"act": "cancel_meeting"},
        "target": {"kind": "meeting", "id": str(meeting)},
    }
    answer = await post(f"/cases/{case.case_id}/acts", body, hanako)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


# --- assigning --------------------------------------------------------------------------------


async def test_a_task_is_given_to_somebody_with_a_word_that_is_sealed(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    _, task = await screened(desk)
    await post(f"/tasks/{task}/assign", {"assignee": "me"}, ichiro)
    body = {"assignee": ICHIRO, "comment": "先週の件、お願いします"}
    answer = await post(f"/tasks/{task}/assign", body, hanako)
    assert answer.json()["assignee"] == {"sub": ICHIRO, "name": "決裁 一郎"}
    comments = (await get(f"/tasks/{task}", hanako)).json()["comments"]
    assert comments[-1]["text"] == "先週の件、お願いします"
    answer = await post(f"/tasks/{task}/assign", {"assignee": None}, hanako)
    assert answer.json()["assignee"] is None


async def test_a_task_is_not_given_to_somebody_nobody_knows(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    _, task = await screened(desk)
    answer = await post(f"/tasks/{task}/assign", {"assignee": "nobody-here"}, hanako)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-staff")


async def test_an_agency_does_not_give_out_anothers_work(
    desk: Desk, post: Post, sapota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    [task] = [row for row in await desk.rows(Task, case_id=case.case_id) if row.agency == "jobota"]
    answer = await post(f"/tasks/{task.task_id}/assign", {"assignee": "me"}, sapota)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-agency")


async def test_somebody_is_put_in_charge_of_a_case(
    desk: Desk, post: Post, hanako: Headers, sapota: Headers
) -> None:
    case, task = await screened(desk)
    answer = await post(f"/cases/{case.case_id}/assign", {"coordinator": "me"}, hanako)
    assert answer.json()["coordinator"]["sub"] == "hanako"
    assert (await desk.row(Task, task_id=task)).assignee == "hanako"
    refused = await post(f"/cases/{case.case_id}/assign", {"coordinator": "me"}, sapota)
    assert refused.status_code == 403


async def test_consent_is_recorded_through_the_api_with_an_end(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case = await desk.open(state="consent")
    act = {
        "act": "record_consent",
        "person_id": case.person,
        "kinds": ["sharing"],
        "method": "oral-two-witnesses",
        "expires_on": today() + timedelta(days=30),
    }
    assert (await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)).status_code == 200
    [person] = (await get(f"/cases/{case.case_id}/persons", hanako)).json()["items"]
    assert person["sharing"]["live"]
    assert person["support"] is None
