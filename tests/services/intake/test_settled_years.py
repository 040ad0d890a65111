"""A fiscal year whose figures stand takes no new line by accident."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.context import Context
from contracts.events.indicators import FiscalYearMoved
from services.intake.events import year_moved
from services.intake.sheets import Judge
from services.intake.store.years import settled_years
from tests.services.intake.conftest import a_line
from tests.services.intake.test_sheets import frontline, table_row

YEAR = 2019
LINE = {"date": "2019-06-01", "venue": "hiroba-kamata"}


def moved(settled: bool, hour: int) -> FiscalYearMoved:
    return FiscalYearMoved(
        fiscal_year=YEAR,
        state="final",
        settled=settled,
        occurred_at=datetime(2026, 6, 1, hour, tzinfo=UTC),
    )


@pytest.fixture
async def closed(context: Context) -> Any:
    async with context.database.transaction() as session:
        await year_moved(session, moved(True, 9))
    yield
    async with context.database.transaction() as session:
        await year_moved(session, moved(False, 10))


async def test_a_new_line_of_a_closed_year_is_refused_unless_it_is_said_to_be_late(
    closed: None, post: Any
) -> None:
    lines = [a_line(**LINE, line_ref=f"late-{uuid4().hex[:8]}"), a_line()]
    answer = (await post("/activity-reports", {"lines": lines})).json()
    assert answer["counts"]["accepted"] == 1
    assert [(e["row"], e["code"]) for e in answer["errors"]] == [(1, "fiscal-year-closed")]

    late = (await post("/activity-reports", {"lines": lines[:1], "late": True})).json()
    assert late["counts"]["accepted"] == 1


async def test_the_latest_word_on_a_year_stands_in_whatever_order_it_comes(
    context: Context,
) -> None:
    async with context.database.transaction() as session:
        await year_moved(session, moved(False, 12))
        await year_moved(session, moved(True, 11))
        await year_moved(session, moved(True, 11))
        assert YEAR not in await settled_years(session)


def test_a_row_of_a_closed_year_is_refused_unless_the_file_is_said_to_be_late() -> None:
    row = table_row(date="R1.6.1", kind="子育てひろばの利用", quantity="1")
    for late, expected in ((False, ["fiscal-year-closed"]), (True, [])):
        judge = Judge(frontline(), date(2026, 6, 1), settled=frozenset({YEAR}), late=late)
        assert [fault.code for fault in judge.judge(row).faults] == expected
