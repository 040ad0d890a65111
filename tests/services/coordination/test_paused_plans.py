"""A suspended case holds its plan, wherever that plan is on its way."""

import pytest

from contracts.cases import Kind
from services.coordination.models import PlanVersion
from tests.services.coordination.desk import ICHIRO, Desk, act_of


@pytest.mark.parametrize("state", ["draft", "to-decide", "to-accept"])
async def test_a_plan_that_is_not_carried_out_yet_can_be_held_with_its_case(
    desk: Desk, state: str
) -> None:
    case = await desk.open()
    plan = await desk.plan(case, state="draft" if state == "draft" else "to-decide")
    if state == "to-accept":
        approved = act_of("approve_plan")
        await desk.step(case, "to-accept", approved, kind=Kind.PLAN, key=plan, by=ICHIRO)
    await desk.step(case, "paused", kind=Kind.PLAN, key=plan, cause="pause")
    assert not (await desk.row(PlanVersion, plan_id=plan)).current
    await desk.step(case, state, kind=Kind.PLAN, key=plan, cause="resume")
    assert not (await desk.row(PlanVersion, plan_id=plan)).current
    assert [fact["type"] for fact in await desk.facts(case)].count("plan.adopted") == (
        0 if state == "draft" else 1
    )


async def test_holding_a_new_version_does_not_end_the_one_that_is_carried_out(desk: Desk) -> None:
    case = await desk.open()
    first = await desk.plan(case)
    approved = act_of("approve_plan")
    await desk.step(case, "to-accept", approved, kind=Kind.PLAN, key=first, by=ICHIRO)
    await desk.step(case, "active", kind=Kind.PLAN, key=first)
    second = await desk.plan(case)
    await desk.step(case, "paused", kind=Kind.PLAN, key=second, cause="pause")
    current = [row for row in await desk.rows(PlanVersion, case_id=case.case_id) if row.current]
    assert [row.plan_id for row in current] == [first]
