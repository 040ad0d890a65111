"""中断: the tasks of a suspended case rest, and are due as much later once it goes on."""

from datetime import timedelta
from uuid import UUID

from contracts.cases import PAUSE, RESUME, Kind
from services.coordination.models import Task
from tests.services.coordination.conftest import Get
from tests.services.coordination.desk import Case, Desk, act_of

Headers = dict[str, str]


async def resting(desk: Desk) -> tuple[Case, UUID, Task]:
    """A suspended case with a request to an agency that rests."""
    case = await desk.open()
    referral = await desk.referral(case)
    await desk.step(case, "suspended", act_of("suspend", reason="long-absence"), ask=True)
    [before] = await tasks_of(desk, referral)
    await desk.step(case, "asked", kind=Kind.REFERRAL, key=referral, cause=PAUSE, rests=True)
    return case, referral, before


async def tasks_of(desk: Desk, referral: UUID) -> list[Task]:
    rows = await desk.rows(Task, workflow_id=f"referral:{referral}")
    return [row for row in rows if row.closed_at is None]


async def test_a_task_rests_with_its_case_and_is_due_as_much_later(desk: Desk) -> None:
    case, referral, before = await resting(desk)
    [task] = await tasks_of(desk, referral)
    assert (task.task_id, task.due_at) == (before.task_id, before.due_at)
    assert task.rests_since is not None
    await desk.step(case, "asked", kind=Kind.REFERRAL, key=referral, cause=RESUME)
    [again] = await tasks_of(desk, referral)
    assert desk.last is not None
    assert again.rests_since is None
    assert before.due_at is not None
    assert again.due_at == before.due_at + (desk.last.at - task.rests_since)


async def test_a_resting_task_is_in_no_list_but_that_of_what_is_laid_aside(
    desk: Desk, get: Get, jobota: Headers
) -> None:
    case, _, before = await resting(desk)
    async with desk.context.database.transaction() as session:
        row = await session.get_one(Task, before.task_id)
        assert row.due_at is not None
        row.due_at -= timedelta(days=30)
    one = {"case_id": str(case.case_id)}
    page = (await get("/tasks", jobota, **one)).json()
    [shown] = page["items"]
    assert shown["task_id"] == str(before.task_id)
    assert shown["rests_since"]
    assert not shown["overdue"], "nobody is late while the case is suspended"
    counts = page["counts"]
    assert (counts["open"], counts["overdue"], counts["team"], counts["snoozed"]) == (1, 0, 0, 1)
    assert (await get("/tasks", jobota, **one, overdue=True)).json()["items"] == []
    task = (await get(f"/tasks/{before.task_id}", jobota)).json()
    assert task["snooze_latest"] is None, "it rests already"
    assert "accept_referral" in {act["act"] for act in task["next"]}, "it may be done meanwhile"


async def test_a_suspended_case_waits_for_its_review_and_not_for_what_rests(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case, _, _ = await resting(desk)
    await desk.step(case, "suspended", act_of("record_progress", agency="jobota", on="2026-11-02"))
    waits = (await get(f"/cases/{case.case_id}", hanako)).json()["waiting"]
    assert waits["asks"] == "中断中の状況を確認する"


async def test_a_task_that_is_opened_while_the_case_rests_rests_too(desk: Desk) -> None:
    case, referral, before = await resting(desk)
    accepted = act_of("accept_referral")
    await desk.step(
        case, "accepted", accepted, kind=Kind.REFERRAL, key=referral, ask=True, rests=True
    )
    [task] = await tasks_of(desk, referral)
    assert task.task_id != before.task_id
    assert desk.last is not None
    assert task.rests_since == desk.last.at
