"""The migrated schema keeps what must not change."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contracts.cases import Kind
from services.coordination.models import PlanVersion
from tests.services.coordination.desk import ICHIRO, Desk, act_of

CHANGES = [
    "UPDATE plan_version SET ends_on = ends_on + 1 WHERE plan_id = :plan",
    "UPDATE plan_version SET author = 'somebody' WHERE plan_id = :plan",
    "UPDATE plan_version SET decided_by = 'somebody' WHERE plan_id = :plan",
    "UPDATE plan_version SET version = version + 1 WHERE plan_id = :plan",
    "DELETE FROM plan_version WHERE plan_id = :plan",
    "UPDATE plan_role SET role = 'watch' WHERE plan_id = :plan",
    "INSERT INTO plan_role (plan_id, agency, role) VALUES (:plan, 'sapota', 'watch')",
    "DELETE FROM plan_role WHERE plan_id = :plan",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_decided_plan_cannot_be_changed_by_anybody(desk: Desk, change: str) -> None:
    case = await desk.open()
    plan = await desk.plan(case)
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=plan, by=ICHIRO)
    with pytest.raises(DBAPIError):
        async with desk.context.database.transaction() as session:
            await session.execute(text(change), {"plan": plan})


async def test_a_plan_that_is_not_decided_can_still_be_changed(desk: Desk) -> None:
    case = await desk.open()
    plan = await desk.plan(case)
    before = await desk.row(PlanVersion, plan_id=plan)
    async with desk.context.database.transaction() as session:
        await session.execute(text(CHANGES[0]), {"plan": plan})
    after = await desk.row(PlanVersion, plan_id=plan)
    assert after.ends_on == before.ends_on + timedelta(days=1)


async def test_the_database_itself_refuses_two_current_plans(desk: Desk) -> None:
    case = await desk.open()
    first, second = await desk.plan(case), await desk.plan(case)
    for plan in (first, second):
        await desk.step(
            case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=plan, by=ICHIRO
        )
    with pytest.raises(DBAPIError):
        async with desk.context.database.transaction() as session:
            await session.execute(
                text("UPDATE plan_version SET current = true WHERE case_id = :case"),
                {"case": case.case_id},
            )


async def test_the_database_itself_refuses_a_decision_by_the_author(desk: Desk) -> None:
    case = await desk.open()
    plan = await desk.plan(case)
    with pytest.raises(DBAPIError):
        async with desk.context.database.transaction() as session:
            await session.execute(
                text(
                    "UPDATE plan_version SET decided_by = author, decided_at = now()"
                    " WHERE plan_id = :plan"
                ),
                {"plan": plan},
            )
