"""The words that go with a task: sealed, and for those whose task it is."""

from sqlalchemy import text

from services.coordination.models import Task, TaskComment
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Desk

Headers = dict[str, str]
WORD = "本人は電話に出ない"


async def test_the_words_with_a_task_are_not_for_another_agency_of_the_case(
    desk: Desk, post: Post, get: Get, hanako: Headers, sapota: Headers, jobota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    [task] = [row for row in await desk.rows(Task, case_id=case.case_id) if row.agency == "jobota"]
    path = f"/tasks/{task.task_id}"
    given = await post(f"{path}/assign", {"assignee": "me", "comment": WORD}, hanako)
    assert given.status_code == 200, given.text
    assert [one["text"] for one in (await get(path, hanako)).json()["comments"]] == [WORD]
    assert [one["text"] for one in (await get(path, jobota)).json()["comments"]] == [WORD]
    assert (await get(path, sapota)).json()["comments"] == []
    kept = await desk.row(TaskComment, task_id=task.task_id)
    assert kept.sealed is not None
    assert WORD.encode() not in kept.sealed
    async with desk.context.database.transaction() as session:
        for table in ("audit", "outbox", "timeline_entry", "command", "task_comment"):
            query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :word"  # noqa: S608
            assert await session.scalar(text(query), {"word": f"%{WORD}%"}) == 0, table
