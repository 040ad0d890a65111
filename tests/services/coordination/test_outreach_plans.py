"""アウトリーチ支援プラン: its tasks, its days, and what the next 支援会議 begins with."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import Monitoring, PlanTask, PlanVersion
from tests.services.coordination.conftest import Get
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.meeting import prepared

ENDS = today() + timedelta(days=90)
DECIDED: dict[str, Any] = {
    "decision": "outreach-plan",
    "agency": "sapota",
    "starts_on": today(),
    "ends_on": ENDS,
    "tasks": [{"agency": "jobota", "what": "counsel", "due_on": today() + timedelta(days=30)}],
    "monitoring_on": [today() + timedelta(days=40)],
    "goals": [{"term": "short", "text": "話ができる"}],
}


async def decided(desk: Desk, **more: Any) -> tuple[Case, UUID]:
    case, meeting = await prepared(desk)
    act = act_of("decide_support", **{**DECIDED, **more})
    await desk.step(case, "minutes", act, kind=Kind.MEETING, key=meeting.meeting_id)
    plan = await desk.row(PlanVersion, case_id=case.case_id, kind="outreach")
    await desk.step(case, "active", kind=Kind.PLAN, key=plan.plan_id, cause="started", ask=True)
    return case, plan.plan_id


async def test_an_outreach_plan_is_shown_with_its_tasks_and_days(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    case, plan_id = await decided(desk)
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()
    [plan] = shown["plans"]
    assert (plan["kind"], plan["state"], plan["current"]) == ("outreach", "active", True)
    assert [task["agency"] for task in plan["tasks"]] == ["jobota"]
    assert plan["monitoring_on"] == [str(today() + timedelta(days=40))]
    assert "record_monitoring" in {
        one["act"] for one in shown["next"] if one["target"]["id"] == str(plan_id)
    }


async def test_every_goal_is_looked_at_and_the_next_meeting_begins_with_what_is_not_done(
    desk: Desk, get: Get, hanako: dict[str, str]
) -> None:
    case, plan_id = await decided(desk)
    seen = act_of(
        "record_monitoring", result="change", goals=[{"goal": 1, "progress": "unchanged"}]
    )
    await desk.step(case, "revised", seen, kind=Kind.PLAN, key=plan_id)
    assert (await desk.row(Monitoring, plan_id=plan_id)).result == "change"
    assert not (await desk.row(PlanVersion, plan_id=plan_id)).current
    path = f"/cases/{case.case_id}/suggestions/decide_support"
    draft = (await get(path, hanako)).json()
    assert draft["agency"] == "sapota"
    assert [task["agency"] for task in draft["tasks"]] == ["jobota"]
    assert "話ができる" not in str(draft), "its words stay in the compartment"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tasks": [{"agency": "iryo", "what": "visit", "due_on": today()}]},
        {"tasks": [{"agency": "sapota", "what": "visit", "due_on": ENDS + timedelta(days=1)}]},
        {"monitoring_on": [ENDS + timedelta(days=1)]},
    ],
)
async def test_the_paper_of_an_outreach_plan_hangs_together(desk: Desk, wrong: Any) -> None:
    """Of a task only an agency at the table may learn (法106条の6); its days lie in its period."""
    with pytest.raises(Exception, match="act-incomplete"):
        await decided(desk, **wrong)
    assert not await desk.rows(PlanTask, agency="iryo")
