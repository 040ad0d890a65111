"""Acts over HTTP that are refused: by state, by form, by the data, by the workflow."""

from typing import Any
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from services.coordination.models import Task
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Desk, tomorrow
from tests.services.coordination.engine import Engine, Walker
from tests.services.coordination.posted import ASK, FOOD, Headers, commands, refusals, screened

pytestmark = pytest.mark.usefixtures("relay")


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
