"""Plans as people write them: revised before adoption, copied for the next, looked at by goal."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.calendar import add_months, today
from contracts.cases import Kind
from services.coordination.models import GoalLook, PlanVersion
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Case, Desk, a_plan, act_of

Headers = dict[str, str]
GOALS = [
    {"term": "long", "text": "見通しが立つ", "measure": "家計簿がつく"},
    {"text": "月に一度来る", "review_on": str(today() + timedelta(days=30))},
]
TASKS = [{"agency": "jobota", "text": "同行する", "due_on": str(today() + timedelta(days=20))}]


async def revised(post: Post, case: Case, plan: UUID, who: Headers, based_on: int):
    act = a_plan("revise_draft", based_on=based_on).model_dump(mode="json", exclude_none=True)
    body = {
        "act": {**act, "goals": GOALS, "tasks": TASKS, "wishes": "静かに暮らしたい"},
        "target": {"kind": "plan", "id": str(plan)},
    }
    return await post(f"/cases/{case.case_id}/acts", body, who)


@pytest.mark.usefixtures("relay")
async def test_a_stale_draft_is_refused_with_the_newer_one_and_the_words_are_sealed(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    case = await desk.open()
    plan = await desk.plan(case, state="draft")
    first = await revised(post, case, plan, hanako, 1)
    assert first.status_code == 200, first.text
    stale = await revised(post, case, plan, ichiro, 1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-draft")
    assert (stale.json()["revision"], stale.json()["based_on"]) == (2, 1)
    assert (await revised(post, case, plan, ichiro, 2)).status_code == 200
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()["plans"][0]
    assert (shown["revision"], len(shown["goals"]), shown["tasks"][0]["agency"]) == (3, 2, "jobota")
    path = f"/cases/{case.case_id}/suggestions/revise_draft"
    draft = (await get(path, hanako, target=str(plan))).json()
    assert draft["goals"][0]["text"] == "見通しが立つ"
    assert (draft["wishes"], draft["based_on"]) == ("静かに暮らしたい", 3)


@pytest.mark.usefixtures("relay")
async def test_an_adopted_plan_is_not_edited(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    plan = await desk.plan(case)
    answer = await revised(post, case, plan, hanako, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan-adopted")
    again = (await get(f"/cases/{case.case_id}/suggestions/draft_plan", hanako)).json()
    assert {role["agency"] for role in again["roles"]} == {"jobota", "houkatsu"}
    last = add_months(today(), 12) - timedelta(days=1)
    assert (again["starts_on"], again["ends_on"]) == (str(today()), str(last)), "`plan_period`"


async def test_who_revised_a_draft_does_not_decide_on_it(desk: Desk) -> None:
    case = await desk.open()
    plan = await desk.plan(case, state="draft")
    act = a_plan("revise_draft", based_on=1)
    await desk.step(case, "draft", act, kind=Kind.PLAN, key=plan, by=ICHIRO)
    await desk.step(case, "to-decide", kind=Kind.PLAN, key=plan, cause="meeting-verdict")
    with pytest.raises(Exception, match="approver-is-author"):
        await desk.step(
            case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=plan, by=ICHIRO
        )


async def test_a_new_episode_begins_with_a_new_plan_and_not_a_renewal(desk: Desk) -> None:
    """新規 and 再 are told apart within an episode; version numbers run on."""
    case = await desk.open()
    for renewal in (False, True):
        await desk.plan(case)
        assert (await desk.fact(case, "plan.adopted"))["renewal"] is renewal
    evaluated = act_of("evaluate_closure", reason="solved", achievement="met", lead_agency="jobota")
    await desk.step(case, "close-approval", evaluated)
    await desk.step(case, "closed", act_of("approve_closure"), by=ICHIRO)
    await desk.step(case, "triage", act_of("reopen"))
    await desk.plan(case)
    assert (await desk.fact(case, "plan.adopted"))["renewal"] is False
    plans = await desk.rows(PlanVersion, case_id=case.case_id)
    assert sorted((plan.version, plan.episode) for plan in plans) == [(1, 1), (2, 1), (3, 2)]


async def test_a_monitoring_says_of_every_goal_how_it_stands(desk: Desk) -> None:
    case = await desk.open()
    plan = await desk.plan(case, state="draft")
    act = a_plan("revise_draft", based_on=1, goals=GOALS)
    await desk.step(case, "draft", act, kind=Kind.PLAN, key=plan)
    await desk.step(case, "to-decide", kind=Kind.PLAN, key=plan, cause="meeting-verdict")
    approved = act_of("approve_plan")
    await desk.step(case, "active", approved, kind=Kind.PLAN, key=plan, by=ICHIRO)
    seen = [{"goal": 1, "progress": "partly"}, {"goal": 2, "progress": "achieved"}]
    half = act_of("record_monitoring", result="continue", goals=seen[:1])
    with pytest.raises(Exception, match="act-incomplete"):
        await desk.step(case, "active", half, kind=Kind.PLAN, key=plan)
    whole = act_of("record_monitoring", result="continue", goals=seen)
    await desk.step(case, "active", whole, kind=Kind.PLAN, key=plan)
    looks = await desk.rows(GoalLook, plan_id=plan)
    assert {(look.number, look.progress) for look in looks} == {(1, "partly"), (2, "achieved")}
