"""A task laid aside comes back by itself, and never hides a deadline."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts.calendar import TOKYO, today
from contracts.cases import Kind
from contracts.life import Role
from contracts.policies import months
from contracts.steps import Escalate, TaskToOpen
from services.coordination.models import Task, TaskComment, TimelineEntry
from services.coordination.snooze import latest_return
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk

Headers = dict[str, str]
WORD = "本人は来週まで入院している"


async def waiting(desk: Desk, **asked: Any) -> tuple[Case, str]:
    """A case with one open task, due in twenty days and escalating in thirty unless said."""
    case = await desk.open()
    now = datetime.now(UTC)
    task = TaskToOpen(
        **{
            "task_id": case.case_id,
            "owner": Role.COORDINATOR,
            "asks": "確認する",
            "acts": ("record_progress",),
            "due_at": now + timedelta(days=20),
            "escalates_at": now + timedelta(days=30),
            **asked,
        }
    )
    await desk.step(case, "active", opens=(task,))
    return case, f"/tasks/{task.task_id}"


def later(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def snoozed(days: int, **more: Any) -> dict[str, Any]:
    return {"until": later(days), "reason": "waiting-for-reply", **more}


@pytest.mark.parametrize(
    ("due", "rises", "latest"),
    [
        (None, None, date(2026, 12, 24)),
        (date(2026, 12, 1), None, date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 11, 27), date(2026, 11, 27)),
        (None, date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 11, 20), None, date(2026, 11, 24)),
    ],
)
def test_a_task_is_back_on_its_deadline_or_its_escalation_at_the_latest(
    due: date | None, rises: date | None, latest: date
) -> None:
    def at(on: date | None) -> datetime | None:
        return datetime(on.year, on.month, on.day, 17, tzinfo=TOKYO) if on else None

    assert latest_return(at(due), at(rises), date(2026, 11, 24), months(1)) == latest


async def test_a_task_laid_aside_leaves_the_lists_and_is_counted_apart(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, path = await waiting(desk)
    answer = await post(f"{path}/snooze", snoozed(3, comment=WORD), hanako)
    assert answer.status_code == 200, answer.text
    assert answer.json()["snooze_reason_label"] == "返事を待っている"
    ours = {"case_id": str(case.case_id)}
    page = (await get("/tasks", hanako, **ours, snoozed=False)).json()
    assert page["items"] == []
    assert (page["counts"]["snoozed"], page["counts"]["open"]) == (1, 1)
    [aside] = (await get("/tasks", hanako, **ours, snoozed=True)).json()["items"]
    assert aside["snoozed_until"].startswith(later(3)) or aside["snoozed_until"] > later(2)
    [said] = (await get(path, hanako)).json()["comments"]
    assert (said["what"], said["text"]) == ("snoozed", WORD)
    kept = await desk.row(TaskComment, task_id=case.case_id)
    assert kept.sealed is not None
    assert WORD.encode() not in kept.sealed


async def test_it_comes_back_by_itself_when_its_day_begins(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, path = await waiting(desk)
    await post(f"{path}/snooze", snoozed(1), hanako)
    async with desk.context.database.transaction() as session:
        await session.execute(
            text("UPDATE task SET snoozed_until = now() - interval '1 s' WHERE task_id = :id"),
            {"id": case.case_id},
        )
    page = (await get("/tasks", hanako, case_id=str(case.case_id), snoozed=False)).json()
    assert [one["snoozed_until"] for one in page["items"]] == [None]


@pytest.mark.parametrize(
    ("days", "code"), [(0, "snooze-too-short"), (-1, "snooze-too-short"), (21, "snooze-too-long")]
)
async def test_nobody_puts_a_deadline_out_of_sight(
    desk: Desk, post: Post, hanako: Headers, days: int, code: str
) -> None:
    _, path = await waiting(desk)
    answer = await post(f"{path}/snooze", snoozed(days), hanako)
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (422, code, "until")


async def test_an_overdue_task_cannot_be_laid_aside(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    _, path = await waiting(desk, due_at=datetime.now(UTC) - timedelta(days=2))
    assert (await post(f"{path}/snooze", snoozed(1), hanako)).status_code == 422
    assert (await get(path, hanako)).json()["snooze_latest"] is None


@pytest.mark.parametrize("reason", ["reminder", "overdue"])
async def test_what_is_brought_to_mind_is_back_at_once(
    desk: Desk, post: Post, get: Get, hanako: Headers, reason: Any
) -> None:
    case, path = await waiting(desk)
    await post(f"{path}/snooze", snoozed(5), hanako)
    told = Escalate(
        task_id=case.case_id,
        case_id=case.case_id,
        to=Role.MANAGER,
        reason=reason,
        at=datetime.now(UTC),
    )
    await desk.activities.escalate_task(told)
    shown = (await get(path, hanako)).json()
    assert shown["snoozed_until"] is None
    assert (shown["escalated_to"] == "manager") == (reason == "overdue")
    lines = await desk.rows(TimelineEntry, case_id=case.case_id, kind=Kind.CASE)
    assert lines[-1].cause == ("reminder" if reason == "reminder" else "escalated")


async def test_whoever_is_given_a_task_finds_it_on_the_list(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    _, path = await waiting(desk)
    await post(f"{path}/assign", {"assignee": "me"}, ichiro)
    await post(f"{path}/snooze", snoozed(5), hanako)
    await post(f"{path}/assign", {"assignee": "ichiro"}, hanako)
    shown = (await get(path, hanako)).json()
    assert (shown["snoozed_until"], shown["assignee"]["sub"]) == (None, "ichiro")


async def test_a_task_is_brought_back_by_hand(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, path = await waiting(desk)
    await post(f"{path}/snooze", snoozed(5), hanako)
    for _ in range(2):
        answer = await post(f"{path}/wake", {}, hanako)
        assert answer.json()["snoozed_until"] is None
    assert [one["what"] for one in answer.json()["comments"]] == ["snoozed", "woken"]
    task = await desk.row(Task, task_id=case.case_id)
    assert (task.snoozed_by, task.snooze_reason) == (None, None)


async def test_a_comment_sent_twice_is_said_once(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    _, path = await waiting(desk)
    for _ in range(2):
        answer = await post(f"{path}/comments", {"comment": WORD}, hanako, key="the-same-key")
        assert answer.status_code == 200, answer.text
        assert WORD not in answer.text, "a repeated request is answered from what is kept"
    assert [one["text"] for one in (await get(path, hanako)).json()["comments"]] == [WORD]


@pytest.mark.parametrize("verb", ["snooze", "wake", "comments"])
async def test_another_agencys_task_is_not_tended(
    desk: Desk, post: Post, hanako: Headers, sapota: Headers, verb: str
) -> None:
    case, path = await waiting(desk)
    await desk.outreach(case, "sapota")
    bodies: dict[str, Any] = {"snooze": snoozed(1), "wake": {}, "comments": {"comment": "x"}}
    answer = await post(f"{path}/{verb}", bodies[verb], sapota)
    assert answer.status_code in (403, 404)


async def test_a_task_that_is_done_cannot_be_laid_aside(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case, path = await waiting(desk)
    await desk.step(case, "monitor")
    answer = await post(f"{path}/snooze", snoozed(1), hanako)
    assert (answer.status_code, answer.json()["code"]) == (409, "task-done")
