"""Acts over HTTP: by whom, and work given from one to another."""

from datetime import timedelta

import pytest

from contracts.calendar import today
from services.coordination.models import Task
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Desk
from tests.services.coordination.posted import ASK, FOOD, Headers, refusals, screened

pytestmark = pytest.mark.usefixtures("relay")


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
        "method": "electronic",
        "expires_on": today() + timedelta(days=30),
    }
    assert (await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)).status_code == 200
    [person] = (await get(f"/cases/{case.case_id}/persons", hanako)).json()["items"]
    assert person["sharing"]["live"]
    assert person["support"] is None
