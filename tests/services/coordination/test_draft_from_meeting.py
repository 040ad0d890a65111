"""The draft of a plan takes what a meeting left: role split, decision, what agencies wrote."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import Duty
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, a_plan, act_of
from tests.services.coordination.test_duties import taken_on

Headers = dict[str, str]
SHEET = {"requests": "家計の相談をお願いしたい", "household_view": "三世代で暮らす"}


async def suggested(get: Get, case: Case, who: Headers, act: str = "draft_plan") -> dict[str, Any]:
    answer = await get(f"/cases/{case.case_id}/suggestions/{act}", who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def to_meeting(post: Post, case: Case, key: Any, who: Headers, **act: Any) -> None:
    body = {"act": act, "target": {"kind": "meeting", "id": str(key)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, who)
    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("relay")
async def test_the_words_of_a_consented_meeting_stand_in_the_draft(
    desk: Desk, post: Post, get: Get, hanako: Headers, sapota: Headers
) -> None:
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case)
    await to_meeting(post, case, key, sapota, act="submit_sheet", agency="sapota", **SHEET)
    held = act_of("hold_meeting", present=["sapota", "jobota"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key)
    await taken_on(desk, case, key)
    draft = await suggested(get, case, hanako)
    assert draft["roles"] == [{"agency": "sapota", "role": "support"}], "not merely who attended"
    [task] = draft["tasks"]
    duty = await desk.row(Duty, meeting_id=key)
    assert (task["agency"], task["what"], task["duty_id"]) == ("sapota", "visit", str(duty.duty_id))
    assert all(words in draft["note"] for words in SHEET.values())


@pytest.mark.usefixtures("relay")
async def test_the_words_of_a_support_meeting_stay_in_its_compartment(
    desk: Desk, post: Post, get: Get, hanako: Headers, sapota: Headers
) -> None:
    """法106条の6: a plan is read beyond the compartment; only what was decided goes into it."""
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    await to_meeting(post, case, key, sapota, act="submit_sheet", agency="sapota", **SHEET)
    for agency in ("sapota", "jobota"):
        word = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", word, kind=Kind.MEETING, key=key)
    held = act_of("hold_meeting", present=["sapota", "jobota"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key)
    await taken_on(desk, case, key, duty="watch", details="隣家から見守る")
    ends = today() + timedelta(days=90)
    decided = act_of(
        "decide_support", decision="outreach-plan", agency="sapota", starts_on=today(), ends_on=ends
    )
    await desk.step(case, "minutes", decided, kind=Kind.MEETING, key=key, created_id=uuid4())
    draft = await suggested(get, case, hanako, "prepare_plan")
    assert draft["roles"] == [{"agency": "sapota", "role": "lead"}]
    assert (draft["outreach"], draft["note"]) == (True, None)
    assert [task["text"] for task in draft["tasks"]] == [None]
    words = str(draft)
    assert not any(said in words for said in (*SHEET.values(), "隣家"))


async def test_a_task_takes_the_place_of_a_duty_of_its_own_agency_alone(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case)
    held = act_of("hold_meeting", present=["sapota", "jobota"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key)
    duty = await taken_on(desk, case, key)
    wrong = {"agency": "jobota", "what": "visit", "due_on": today(), "duty_id": duty.duty_id}
    with pytest.raises(Exception, match="act-incomplete"):
        await desk.step(case, "meeting", a_plan(tasks=[wrong]), created_id=uuid4())
