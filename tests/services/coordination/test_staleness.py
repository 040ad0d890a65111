"""A form that was shown before something else happened is refused, and told what is new."""

import pytest

from services.coordination.models import UrgentMeasure
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Desk, act_of
from tests.services.coordination.posted import ASK, FOOD, Headers, screened

pytestmark = pytest.mark.usefixtures("relay")


async def version(get: Get, as_: Headers, case_id: object, act: str) -> str:
    shown = (await get(f"/cases/{case_id}", as_)).json()
    return next(one["version"] for one in shown["next"] if one["act"] == act)


async def test_an_act_on_what_has_moved_on_is_refused_with_what_is_new(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    case, task = await screened(desk)
    seen = await version(get, ichiro, case.case_id, "respond_urgently")
    assert (await post(f"/tasks/{task}/complete", ASK, hanako)).status_code == 200
    stale = await post(f"/cases/{case.case_id}/acts", {**FOOD, "seen": seen}, ichiro)
    body = stale.json()
    assert (stale.status_code, body["code"], body["state"]) == (409, "stale-form", "consent")
    assert body["news"][-1]["what"] == "本人同意の確認へ進む"
    assert body["news"][-1]["by"]["name"] == "調整 花子"
    assert await desk.rows(UrgentMeasure, case_id=case.case_id) == []
    again = await post(f"/cases/{case.case_id}/acts", {**FOOD, "seen": body["version"]}, ichiro)
    assert again.status_code == 200, again.text


async def test_what_is_shown_now_is_not_stale(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, task = await screened(desk)
    seen = await version(get, hanako, case.case_id, "ask_consent")
    answer = await post(f"/tasks/{task}/complete", {**ASK, "seen": seen}, hanako)
    assert answer.status_code == 200, answer.text


async def test_the_same_request_sent_again_is_answered_though_its_form_is_past(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, task = await screened(desk)
    body = {**ASK, "seen": await version(get, hanako, case.case_id, "ask_consent")}
    first = await post(f"/tasks/{task}/complete", body, hanako, key="pressed-twice")
    second = await post(f"/tasks/{task}/complete", body, hanako, key="pressed-twice")
    assert first.json()["command_id"] == second.json()["command_id"]


async def test_a_state_that_was_left_and_reached_again_is_not_the_one_that_was_seen(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    seen = await version(get, hanako, case.case_id, "respond_urgently")
    await desk.step(case, "consent", act_of("ask_consent"))
    await desk.step(case, "triage", cause="started")
    answer = await post(f"/cases/{case.case_id}/acts", {**FOOD, "seen": seen}, hanako)
    assert answer.json()["code"] == "stale-form"


@pytest.mark.parametrize("seen", ["nonsense", "triage@yesterday", "triage@2026-01-01T00:00:00"])
async def test_a_version_that_is_none_of_ours_is_past(
    desk: Desk, post: Post, hanako: Headers, seen: str
) -> None:
    case = await desk.open()
    answer = await post(f"/cases/{case.case_id}/acts", {**FOOD, "seen": seen}, hanako)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale-form")
