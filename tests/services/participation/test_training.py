"""Training and exchange: places, attendance, certificates, who has taken what, who lacks what."""

import asyncio
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import fiscal_year, fiscal_year_label, today
from services.participation.training import taken, valid_until
from tests.services.participation.conftest import told
from tests.services.participation.hand import YESTERDAY, Hand


async def a_course(hand: Hand, **more: Any) -> str:
    body = {
        "code": "abuse-basic",
        "title": "虐待防止の基礎",
        "purpose": "training",
        "subject": "abuse-prevention",
        "required_for": ["counsellor"],
        "capacity": 2,
    }
    return f"/courses/{(await hand.write('/courses', **body | more))['course_id']}"


async def a_date(hand: Hand, course: str, on: date = YESTERDAY, **more: Any) -> str:
    body = {"on": on, "starts_at": "14:00", "ends_at": "16:00", "place": f"見本会館 {course}"}
    return str((await hand.write(f"{course}/sessions", **body | more))["session_id"])


async def a_learner(hand: Hand, number: int = 1, **more: Any) -> str:
    body = {"agency": "shakyo", "reference": f"s-{number}", "job": "counsellor"}
    made = await hand.write("/learners", name=f"架空 {number}号", **body | more)
    return str(made["learner_id"])


async def test_who_was_there_gets_a_numbered_certificate_and_who_was_not_lacks_it(
    hand: Hand,
) -> None:
    course = await a_course(hand, valid_months=12)
    session = await a_date(hand, course)
    there, away, stranger = [await a_learner(hand, n) for n in (1, 2, 3)]
    for learner in (there, away):
        await hand.write(f"{course}/registrations", learner_id=learner)
    presence = [
        {"learner_id": there, "present": True},
        {"learner_id": away, "present": False},
    ]
    at = f"/course-sessions/{session}/attendance"
    unknown = [{"learner_id": stranger, "present": True}]
    assert await hand.refused(at, attendances=unknown) == (
        409,
        "not-registered",
        "attendances.0.learner_id",
    )
    await hand.write(at, attendances=presence)
    await hand.write(f"{course}/completion", on=YESTERDAY)
    (place, other) = (await hand.read(course))["places"]
    number = f"{fiscal_year_label(fiscal_year(YESTERDAY))} 第1号"
    assert (place["certificate_number"], other["certificate_number"]) == (number, None)
    page = await hand.read(f"/certificates/{place['certificate_id']}")
    assert (page["name"], page["course_title"], page["holds"]) == (
        "架空 1号",
        "虐待防止の基礎",
        True,
    )
    lacking = (await hand.read(f"{course}/lacking"))["learners"]
    assert [one["learner_id"] for one in lacking] == [away, stranger]
    assert len((await hand.read(f"/learners/{there}"))["certificates"]) == 1


async def test_a_course_never_has_more_learners_than_places_under_concurrent_requests(
    hand: Hand, context: Context
) -> None:
    course = await a_course(hand, capacity=3)
    learners = [await a_learner(hand, n) for n in range(9)]
    answers = await asyncio.gather(
        *(
            hand.send(f"{course}/registrations", {"learner_id": learner})
            for learner in (*learners, *learners)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 9 + [409] * 9
    async with context.database.transaction() as session:
        rows = await session.execute(
            text("SELECT status, count(*) AS n FROM registration GROUP BY status")
        )
        assert {row.status: row.n for row in rows} == {"registered": 3, "waiting": 6}


async def test_who_waits_longest_moves_up_when_a_place_is_given_back(hand: Hand) -> None:
    course = await a_course(hand, capacity=1)
    learners = [await a_learner(hand, n) for n in range(3)]
    for learner in learners:
        await hand.write(f"{course}/registrations", learner_id=learner)
    await hand.write(f"{course}/cancellations", learner_id=learners[0])
    places = (await hand.read(course))["places"]
    assert {p["learner"]["learner_id"]: p["status"] for p in places} == {
        learners[0]: "cancelled",
        learners[1]: "registered",
        learners[2]: "waiting",
    }


async def test_nobody_is_on_two_courses_at_the_same_hours(hand: Hand) -> None:
    one = await a_course(hand)
    other = await a_course(hand, code="abuse-advanced")
    await a_date(hand, one)
    await a_date(hand, other, starts_at="15:00", ends_at="17:00")
    learner = await a_learner(hand)
    await hand.write(f"{one}/registrations", learner_id=learner)
    assert await hand.refused(f"{other}/registrations", learner_id=learner) == (
        409,
        "hours-overlap",
        "learner_id",
    )


async def test_a_place_holds_one_course_at_a_time_and_an_end_follows_its_start(
    hand: Hand,
) -> None:
    one, other = await a_course(hand), await a_course(hand, code="other")
    await a_date(hand, one, place="第一会議室")
    body = {"on": YESTERDAY, "starts_at": "15:00", "ends_at": "17:00", "place": "第一会議室"}
    assert (await hand.refused(f"{other}/sessions", **body))[1] == "hours-overlap"
    assert await hand.refused(f"{other}/sessions", **body | {"ends_at": "15:00"}) == (
        422,
        "end-before-start",
        "ends_at",
    )


async def test_a_course_for_park_exercise_instructors_counts_when_it_was_held(
    hand: Hand, context: Context
) -> None:
    await hand.write(
        "/reporting-ways",
        scope="kind",
        code="park-exercise-course",
        way="records",
        from_on=YESTERDAY,
        unreported=True,
    )
    course = await a_course(hand, purpose="park-exercise", required_for=[])
    assert (await hand.refused(f"{course}/completion", on=YESTERDAY))[1] == "course-without-session"
    await a_date(hand, course)
    await hand.write(f"{course}/completion", on=YESTERDAY)
    (fact,) = [f for f in await told(context) if f.get("kind") == "park-exercise-course"]
    assert (fact["quantity"], fact["programme_no"], fact["withdrawn"]) == (1, 9, False)
    assert (await hand.refused(f"{course}/completion", on=YESTERDAY))[1] == "course-not-open"


async def test_a_certificate_that_has_run_out_is_lacked_again(hand: Hand, context: Context) -> None:
    course = await a_course(hand, valid_months=12)
    session = await a_date(hand, course)
    learner = await a_learner(hand)
    await hand.write(f"{course}/registrations", learner_id=learner)
    await hand.write(
        f"/course-sessions/{session}/attendance",
        attendances=[{"learner_id": learner, "present": True}],
    )
    await hand.write(f"{course}/completion", on=YESTERDAY)
    assert (await hand.read(f"{course}/lacking"))["learners"] == []
    async with context.database.transaction() as db:
        await db.execute(
            text("UPDATE certificate SET valid_until = :day"),
            {"day": today() - timedelta(days=1)},
        )
    lacking = (await hand.read(f"{course}/lacking"))["learners"]
    assert [one["learner_id"] for one in lacking] == [learner]


def test_a_course_is_taken_by_being_there_every_time() -> None:
    assert taken([1, 2], [1, 2])
    assert not taken([1, 2], [1])
    assert not taken([], [])
    assert valid_until(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert valid_until(date(2026, 1, 31), None) is None


async def test_an_agencys_number_stands_for_one_person(hand: Hand) -> None:
    await a_learner(hand)
    body = {"agency": "shakyo", "reference": "s-1", "job": "official", "name": "架空 別人"}
    assert await hand.refused("/learners", **body) == (409, "reference-taken", "reference")
