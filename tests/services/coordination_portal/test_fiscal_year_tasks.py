"""The steps of a fiscal year's figures in the worklists of those who have to act."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contracts.events.indicators import FiscalYearMoved
from contracts.life import FISCAL_YEAR
from services.coordination.events import year_moved
from services.coordination.reading.fiscal_years import may_end
from tests.services.coordination_portal.conftest import Browser, Portal
from tests.services.coordination_portal.test_pages import is_a_page

BEGAN = datetime(2026, 6, 1, tzinfo=UTC)
TASKS = "/api/coordination/v1/fiscal-year-tasks"


@pytest.fixture(autouse=True)
async def _no_years(portal: Portal) -> AsyncIterator[None]:
    async with portal.context.database.transaction() as session:
        await session.execute(text("TRUNCATE fiscal_year_stage"))
    yield
    async with portal.context.database.transaction() as session:
        await session.execute(text("TRUNCATE fiscal_year_stage"))


def moved(state: str, hour: int = 0, **more: object) -> FiscalYearMoved:
    return FiscalYearMoved.model_validate(
        {
            "fiscal_year": 2025,
            "state": state,
            "settled": state in ("final", "published"),
            "occurred_at": BEGAN + timedelta(hours=hour),
            "due_at": datetime.now(UTC) + timedelta(days=3),
            **more,
        }
    )


async def tell(portal: Portal, *facts: FiscalYearMoved) -> None:
    for fact in facts:
        async with portal.context.database.transaction() as session:
            await year_moved(session, fact)


async def asked(browser: Browser) -> list[tuple[str, str]]:
    answer = await browser.client.get(TASKS, headers={"Authorization": f"Bearer {browser.token}"})
    return [(one["label"], one["asks"]) for one in answer.json()]


async def test_each_step_is_with_those_who_may_end_it(portal: Portal) -> None:
    statistics = portal.as_("hanako", "statistics")
    manager = portal.as_("ichiro", "manager")
    coordinator = portal.as_("jiro", "coordinator")
    expected = {
        "open": (None, None),
        "provisional": (None, None),
        "cut-off": ("確定値を提案する", "確定値を提案する"),
        "final-proposed": (None, "確定値を承認するか差し戻す"),
        "final": (None, "確定値を公表する"),
        "published": (None, None),
        "restatement-proposed": (None, "訂正値を承認するか差し戻す"),
    }
    for hour, (state, (of_statistics, of_manager)) in enumerate(expected.items()):
        await tell(portal, moved(state, hour))
        for browser, asks in ((statistics, of_statistics), (manager, of_manager)):
            assert await asked(browser) == ([("令和7年度", asks)] if asks else []), state
        assert await asked(coordinator) == []


def test_every_stage_that_asks_something_has_somebody_who_may_do_it() -> None:
    asking = [stage for stage in FISCAL_YEAR.values() if stage.task]
    assert asking
    for stage in asking:
        assert stage.owner in may_end(stage)
        assert stage.due


async def test_a_step_told_again_or_late_is_one_task_and_the_latest_stands(
    portal: Portal,
) -> None:
    manager = portal.as_("ichiro", "manager")
    first, second = moved("cut-off", 1), moved("final-proposed", 2)
    await tell(portal, first, first, second, first, second)
    assert await asked(manager) == [("令和7年度", "確定値を承認するか差し戻す")]


async def test_the_worklist_shows_it_with_its_due_date_and_leads_to_the_year(
    portal: Portal,
) -> None:
    statistics, manager = portal.as_("hanako", "statistics"), portal.as_("ichiro", "manager")
    assert (await statistics.get("/")).headers["location"] == "/indicators"
    await tell(portal, moved("cut-off", due_at=datetime(2026, 6, 30, 3, 0, tzinfo=UTC)))
    assert (await statistics.get("/")).headers["location"] == "/tasks"
    page = await statistics.get("/tasks")
    is_a_page(page)
    assert 'href="/fiscal-years/2025"' in page.text
    assert "令和8年6月30日" in page.text
    assert "/cases/" not in page.text, "no cases for those who keep the figures"
    worklist = await manager.get("/tasks")
    is_a_page(worklist)
    assert "確定値を提案する" in worklist.text
    assert "確定値を提案する" not in (await manager.get("/tasks?tab=snoozed")).text


async def test_a_step_that_is_late_is_among_what_is_overdue(portal: Portal) -> None:
    manager = portal.as_("ichiro", "manager")
    await tell(portal, moved("final-proposed", due_at=datetime.now(UTC) - timedelta(days=9)))
    late = await manager.get("/tasks?tab=overdue")
    assert "確定値を承認するか差し戻す" in late.text
    assert "営業日超過" in late.text


async def test_who_proposed_sees_that_somebody_else_approves(portal: Portal) -> None:
    await tell(portal, moved("final-proposed", by="ichiro"))
    assert (
        "別の人の承認を待っています" in (await portal.as_("ichiro", "manager").get("/tasks")).text
    )
    other = await portal.as_("saburo", "manager").get("/tasks")
    assert "別の人の承認を待っています" not in other.text
    assert "確定値を承認するか差し戻す" in other.text
