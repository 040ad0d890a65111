"""Two people at one task, a form that is past, and that nothing typed is ever lost."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import Staff, Strand, Task, TimelineEntry
from services.coordination.store.commands import Addressee
from tests.services.coordination_portal.conftest import Browser, Portal, Seeded
from tests.services.coordination_portal.test_pages import commands_of, consent, is_a_page

TYPED = "次回は来月に会う"
NEXT = r'href="([^"]*)">次を見る'


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.fixture
async def form(coordinator: Browser, seeded: Seeded) -> dict[str, Any]:
    """The consent form as it was shown, with something typed in it."""
    page = (await coordinator.get(f"/tasks/{seeded.task_id}/acts/record_consent")).text
    return {
        **consent(seeded),
        "note": TYPED,
        "_key": hidden(page, "_key"),
        "_seen": hidden(page, "_seen"),
    }


async def somebody_else(portal: Portal, seeded: Seeded, *, closes: bool) -> None:
    """決裁 一郎 moves the case on, and with it ends the task."""
    now = datetime.now(UTC)
    async with portal.database.transaction() as session:
        await session.merge(Staff(sub="ichiro", name="決裁 一郎", seen_at=now))
        strand = await session.get_one(Strand, Addressee(Kind.CASE, seeded.case_id).workflow_id)
        strand.since = now
        session.add(
            TimelineEntry(
                entry_id=seeded.task_id,
                case_id=seeded.case_id,
                at=now,
                kind="case",
                entity_id=seeded.case_id,
                act="record_refusal",
                state="consent",
                actor="ichiro",
            )
        )
        if closes:
            task = await session.get_one(Task, seeded.task_id)
            task.closed_at, task.closed_by, task.closing_act = now, "ichiro", "record_refusal"


async def test_whoever_comes_second_is_told_who_was_first_and_keeps_what_they_typed(
    portal: Portal, coordinator: Browser, seeded: Seeded, form: dict[str, Any]
) -> None:
    await somebody_else(portal, seeded, closes=True)
    answer = await coordinator.post(f"/tasks/{seeded.task_id}/acts/record_consent", form)
    assert answer.status_code == 409
    is_a_page(answer)
    assert "決裁 一郎さんが" in answer.text
    assert TYPED in answer.text
    assert "まだ記録していません" in answer.text
    assert f"/cases/{seeded.case_id}" in answer.text
    assert await commands_of(portal, seeded) == 0


async def test_a_form_that_is_past_comes_back_filled_in_with_what_is_new(
    portal: Portal, coordinator: Browser, seeded: Seeded, form: dict[str, Any]
) -> None:
    await somebody_else(portal, seeded, closes=False)
    path = f"/tasks/{seeded.task_id}/acts/record_consent"
    answer = await coordinator.post(path, form)
    assert answer.status_code == 409
    is_a_page(answer)
    assert "画面を開いたあとに状態が変わりました" in answer.text
    assert "(決裁 一郎)" in answer.text
    assert TYPED in answer.text
    assert await commands_of(portal, seeded) == 0
    assert hidden(answer.text, "_seen") != form["_seen"]


async def test_an_act_that_the_case_allows_no_more_keeps_what_was_typed(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    answer = await coordinator.post(
        f"/cases/{seeded.case_id}/acts/complete_assessment", {"findings": TYPED}
    )
    assert answer.status_code == 409
    is_a_page(answer)
    assert TYPED in answer.text
    assert await commands_of(portal, seeded) == 0


async def test_no_such_act_is_not_found(coordinator: Browser, seeded: Seeded) -> None:
    answer = await coordinator.post(f"/cases/{seeded.case_id}/acts/no_such_act", {})
    assert answer.status_code == 404


async def every_page(browser: Browser, path: str) -> str:
    """A list from its first page to its last: other tests leave tasks in it too."""
    texts, further = [], [path]
    while further:
        texts.append((await browser.get(further[0])).text)
        further = ["/tasks" + unescape(query) for query in re.findall(NEXT, texts[-1])]
    return "".join(texts)


async def test_a_task_is_laid_aside_and_brought_back_on_its_page(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/tasks/{seeded.task_id}"
    late = await coordinator.post(
        f"{path}/snooze", {"until": "2026-12-01", "reason": "other", "comment": TYPED}
    )
    assert late.status_code == 422, "it is overdue"
    async with portal.database.transaction() as session:
        task = await session.get_one(Task, seeded.task_id)
        task.due_at = datetime.now(UTC) + timedelta(days=9)
    far = date.fromordinal(today().toordinal() + 20).isoformat()
    refused = await coordinator.post(
        f"{path}/snooze", {"until": far, "reason": "waiting-for-papers", "comment": TYPED}
    )
    assert refused.status_code == 422
    is_a_page(refused)
    assert TYPED in refused.text
    assert f'value="{far}"' in refused.text
    near = date.fromordinal(today().toordinal() + 3).isoformat()
    done = await coordinator.post(
        f"{path}/snooze", {"until": near, "reason": "waiting-for-papers", "comment": TYPED}
    )
    shown = await coordinator.follow(done)
    assert "書類を待っている" in shown.text
    assert TYPED in shown.text
    assert seeded.receipt_number not in await every_page(coordinator, "/tasks?tab=unassigned")
    assert seeded.receipt_number in await every_page(coordinator, "/tasks?tab=snoozed")
    await coordinator.follow(await coordinator.post(f"{path}/wake"))
    assert seeded.receipt_number in await every_page(coordinator, "/tasks?tab=unassigned")


async def test_a_comment_is_said_on_the_page(coordinator: Browser, seeded: Seeded) -> None:
    path = f"/tasks/{seeded.task_id}"
    shown = await coordinator.follow(await coordinator.post(f"{path}/comments", {"comment": TYPED}))
    assert TYPED in shown.text
