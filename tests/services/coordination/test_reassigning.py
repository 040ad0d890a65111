"""人事異動: many cases to somebody else in one act, audited, planned ahead, taken back."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from services.coordination.models import CaseFile, Staff, Task
from services.coordination.reassigning import carry_out_due
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk

Headers = dict[str, str]
KAMATA = "chiiki-fukushi-kamata"


async def somebody(context: Context) -> str:
    """A 調整担当 whom nobody else in the tests knows."""
    sub = f"staff-{uuid4().hex[:8]}"
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO staff (sub, name, roles, agency, seen_at) "
                "VALUES (:sub, :sub, 'coordinator', 'chiiki-fukushi-omori', now())"
            ),
            {"sub": sub},
        )
    return sub


async def cases_of(desk: Desk, sub: str, count: int) -> list[Case]:
    cases = []
    for _ in range(count):
        case = await desk.open(state=None)
        await own(desk.context, case.case_id, sub)
        await desk.step(case, "triage", came_from="received", cause="started", ask=True)
        cases.append(case)
    return cases


async def own(context: Context, case_id: UUID, sub: str) -> None:
    async with context.database.transaction() as session:
        (await session.get_one(CaseFile, case_id)).coordinator = sub


async def whose(desk: Desk, case: Case) -> tuple[str | None, str, set[tuple[str | None, str]]]:
    file = await desk.file(case)
    tasks = await desk.rows(Task, case_id=case.case_id, closed_at=None)
    return file.coordinator, file.coordinator_agency, {(t.assignee, t.agency) for t in tasks}


async def test_cases_and_tasks_follow_and_so_do_tasks_to_come(
    desk: Desk, context: Context, post: Post, ichiro: Headers
) -> None:
    old, new = await somebody(context), await somebody(context)
    [case, other] = await cases_of(desk, old, 2)
    body = {"from_coordinator": old, "to_coordinator": new, "to_agency": KAMATA}
    seen = await post("/reassignments/preview", body, ichiro)
    assert {one["case_id"] for one in seen.json()["cases"]} == {
        str(case.case_id),
        str(other.case_id),
    }
    assert await whose(desk, case) == (
        old,
        "chiiki-fukushi-omori",
        {(old, "chiiki-fukushi-omori")},
    ), "looking changes nothing"
    done = await post("/reassignments", body, ichiro)
    assert (done.status_code, done.json()["counts"]) == (200, {"moved": 2}), done.text
    assert await whose(desk, case) == (new, KAMATA, {(new, KAMATA)})
    await desk.step(case, "consent", ask=True)
    assert await whose(desk, case) == (new, KAMATA, {(new, KAMATA)})
    assert (await desk.fact(case, "case.reassigned"))["to_agency"] == KAMATA
    async with context.database.transaction() as session:
        audited = await session.scalar(
            text("SELECT count(*) FROM audit WHERE action = 'case.reassign' AND subject_id = :id"),
            {"id": str(case.case_id)},
        )
    assert audited == 1


async def test_a_reassignment_is_taken_back_where_nothing_changed_since(
    desk: Desk, context: Context, post: Post, ichiro: Headers
) -> None:
    old, new, third = [await somebody(context) for _ in range(3)]
    [case, moved_on] = await cases_of(desk, old, 2)
    done = (
        await post("/reassignments", {"from_coordinator": old, "to_coordinator": new}, ichiro)
    ).json()
    await own(context, moved_on.case_id, third)
    undone = await post(f"/reassignments/{done['reassignment_id']}/undo", {}, ichiro)
    assert undone.json()["counts"] == {"moved": 1, "changed-since": 1}
    assert (await whose(desk, case))[0] == old
    assert (await whose(desk, moved_on))[0] == third
    again = await post(f"/reassignments/{done['reassignment_id']}/undo", {}, ichiro)
    assert (again.status_code, again.json()["code"]) == (409, "reassignment-settled")


async def test_what_is_planned_for_a_day_is_done_on_it_with_the_cases_of_that_day(
    desk: Desk, context: Context, post: Post, get: Get, ichiro: Headers
) -> None:
    old, new = await somebody(context), await somebody(context)
    [case] = await cases_of(desk, old, 1)
    on = today() + timedelta(days=30)
    body = {"from_coordinator": old, "to_coordinator": new, "effective_on": on}
    planned = (await post("/reassignments", body, ichiro)).json()
    assert planned["status"] == "planned"
    await carry_out_due(context, on - timedelta(days=1))
    assert (await whose(desk, case))[0] == old
    [later] = await cases_of(desk, old, 1)
    await carry_out_due(context, on)
    assert [(await whose(desk, one))[0] for one in (case, later)] == [new, new]
    shown = await get(f"/reassignments/{planned['reassignment_id']}", ichiro)
    assert (shown.json()["status"], shown.json()["counts"]) == ("done", {"moved": 2})
    assert await carry_out_due(context, on) == 0, "once"


async def test_a_planned_reassignment_can_be_cancelled(
    desk: Desk, context: Context, post: Post, ichiro: Headers
) -> None:
    old, new = await somebody(context), await somebody(context)
    on = today() + timedelta(days=30)
    body = {"from_coordinator": old, "to_coordinator": new, "effective_on": on}
    planned = (await post("/reassignments", body, ichiro)).json()
    cancelled = await post(f"/reassignments/{planned['reassignment_id']}/cancel", {}, ichiro)
    assert cancelled.json()["status"] == "cancelled"
    assert await carry_out_due(context, on) == 0


async def test_a_row_that_cannot_be_moved_is_reported_and_the_others_are_moved(
    desk: Desk, context: Context, post: Post, ichiro: Headers
) -> None:
    old, new, nobody = await somebody(context), await somebody(context), uuid4()
    [case] = await cases_of(desk, old, 1)
    body = {"case_ids": [case.case_id, nobody], "to_coordinator": new}
    done = (await post("/reassignments", body, ichiro)).json()
    assert done["counts"] == {"moved": 1, "not-found": 1}
    assert (await whose(desk, case))[0] == new


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"to_agency": KAMATA}, "nothing-chosen"),
        ({"from_agency": KAMATA}, "nobody-named"),
        ({"from_agency": KAMATA, "to_agency": "jobota"}, "unknown-agency"),
        ({"from_agency": KAMATA, "to_coordinator": "nobody"}, "unknown-staff"),
        ({"from_agency": KAMATA, "to_agency": KAMATA, "effective_on": "2020-04-01"}, "in-the-past"),
    ],
)
async def test_a_reassignment_that_cannot_be_is_refused_with_its_field(
    post: Post, ichiro: Headers, body: dict[str, Any], code: str
) -> None:
    answer = await post("/reassignments", body, ichiro)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_a_superior_reassigns(post: Post, hanako: Headers) -> None:
    body = {"from_agency": KAMATA, "to_agency": KAMATA}
    assert (await post("/reassignments", body, hanako)).status_code == 403


async def test_two_hundred_cases_go_over_in_one_act(
    desk: Desk, context: Context, post: Post, ichiro: Headers
) -> None:
    old, new = await somebody(context), await somebody(context)
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO case_file (case_id, intake_id, receipt_number, channel, programme_no,"
                " received_on, urgent, opened_at, state, since, episode, coordinator,"
                " coordinator_agency) SELECT gen_random_uuid(), gen_random_uuid(), 'R8-' || n,"
                " 'takikan', 5, current_date, false, now(), 'triage', now(), 1, :old,"
                " 'chiiki-fukushi-omori' FROM generate_series(1, 200) n"
            ),
            {"old": old},
        )
    began = time.monotonic()
    body = {"from_coordinator": old, "to_coordinator": new, "to_agency": KAMATA}
    done = await post("/reassignments", body, ichiro)
    assert done.json()["counts"] == {"moved": 200}
    assert time.monotonic() - began < 20, "a few seconds, on a machine that is busy"
    moved = await desk.rows(CaseFile, coordinator=new)
    assert len(moved) == 200
    assert await desk.rows(Staff, sub=new)
