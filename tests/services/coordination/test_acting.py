"""Acts over HTTP: done, done once, and on their way."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from services.coordination import acting
from services.coordination.models import Attendee, PrivateTextRow, Staff, Task, UrgentMeasure
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Desk
from tests.services.coordination.engine import Engine
from tests.services.coordination.posted import ASK, FOOD, Headers, commands, refusals, screened

pytestmark = pytest.mark.usefixtures("relay")


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
    assert (await desk.row(Attendee, meeting_id=meeting, agency="sapota")).sheet_at is not None
    assert not await desk.rows(PrivateTextRow, case_id=case.case_id), "it is in the compartment"


async def test_an_agency_does_its_own_work(desk: Desk, post: Post, jobota: Headers) -> None:
    case = await desk.open()
    await desk.referral(case, "jobota")
    task = await desk.row(Task, case_id=case.case_id)
    body = {"act": {"act": "accept_referral"}}
    answer = await post(f"/tasks/{task.task_id}/complete", body, jobota)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")


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
