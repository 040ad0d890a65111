"""The port: what a workflow learns of persons, asked twice as asked once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from contracts.calendar import add_months, reaches_age_on, today
from contracts.steps import AgeBoundaries
from services.intake.activities import Activities
from tests.services.intake.conftest import an_intake


async def test_the_next_boundary_of_each_person_is_found_and_the_unknown_are_named(
    post: Any, context: Any
) -> None:
    nearly_forty = add_months(today(), -40 * 12) + timedelta(days=30)
    old = add_months(today(), -70 * 12)
    intake = (
        await post(
            "/intakes",
            an_intake(
                persons=[
                    {"name": "四十 近子", "birth_date": nearly_forty.isoformat()},
                    {"name": "七十 過男", "birth_date": old.isoformat()},
                    {"name": "不詳 一子", "birth_unknown": True},
                ]
            ),
        )
    ).json()
    near, past, unknown = map(UUID, intake["person_ids"])
    stranger = uuid4()
    asked = AgeBoundaries(persons=(near, past, unknown, stranger))
    activities = Activities(context)

    first = await activities.find_age_boundaries(asked)
    again = await activities.find_age_boundaries(asked)

    assert again == first
    [boundary] = first.boundaries
    assert (boundary.person_id, boundary.age) == (near, 40)
    assert boundary.reached_on == reaches_age_on(nearly_forty, 40)
    assert first.unknown == (unknown, stranger)


async def test_nobody_asked_about_is_nobody_found(context: Any) -> None:
    assert await Activities(context).find_age_boundaries(AgeBoundaries()) == AgeBoundaries()


async def test_a_person_whose_key_was_destroyed_is_unknown(post: Any, context: Any) -> None:
    intake = (
        await post("/intakes", an_intake(persons=[{"name": "廃棄", "birth_date": "2000-01-01"}]))
    ).json()
    [person] = map(UUID, intake["person_ids"])
    async with context.database.transaction() as session:
        await context.vault.destroy(session, "person", person)
        before = await session.scalar(text("SELECT count(*) FROM outbox"))
    found = await Activities(context).find_age_boundaries(AgeBoundaries(persons=(person,)))
    async with context.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == before
    assert (found.boundaries, found.unknown) == ((), (person,))
