"""The migrated schema is the one the models describe, and keeps what must not change."""

from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis.tables import CHASSIS_METADATA
from contracts.cases import Kind
from services.coordination.models import PlanVersion, Table
from tests.services.coordination.desk import ICHIRO, Desk, act_of


async def test_migrations_and_models_agree(context: Any) -> None:
    theirs = set(CHASSIS_METADATA.tables) | {"alembic_version", "chassis_version"}

    def differences(connection: Connection) -> list[Any]:
        options = {
            "include_object": lambda _object, name, kind, *_: (
                not (kind == "table" and name in theirs)
            ),
            "compare_type": True,
        }
        found = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(found, Table.metadata))

    async with context.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


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
