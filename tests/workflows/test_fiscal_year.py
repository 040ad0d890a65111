"""The life of a fiscal year: its dates, its two people, and what never happens."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import pytest

from contracts.calendar import add_business_days
from contracts.life import FISCAL_YEAR, FISCAL_YEAR_ROLES, FiscalYearState
from contracts.policies import Policy, days, months
from tests.workflows.years import Years, counting_years, lead_a_year


@pytest.fixture
async def years() -> AsyncIterator[Years]:
    async with counting_years() as running:
        yield running


async def test_a_year_goes_from_counting_over_two_people_to_publication(years: Years) -> None:
    year = await lead_a_year(years)
    walked = [(s.state, s.freezes, s.decides) for s in years.steps[year] if s.month is None]
    assert walked == [
        ("open", None, None),
        ("provisional", "provisional", None),
        ("cut-off", None, None),
        ("final-proposed", "final", None),
        ("cut-off", None, "returned"),
        ("final-proposed", "final", None),
        ("final", None, "in-force"),
        ("published", None, None),
        ("restatement-proposed", "restatement", None),
        ("published", None, "in-force"),
    ]
    numbers = [step.number for step in years.steps[year]]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_the_dates_of_a_year_are_the_policys(years: Years) -> None:
    """fiscal_year_month_report, fiscal_year_provisional, fiscal_year_cut_off."""
    year = await years.this_year() + 1
    await years.start(year)
    await years.to_cut_off(year)
    reports = [
        add_business_days(date(year if month > 4 else year + 1, month, 1), 5)
        for month in (5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4)
    ]
    assert years.dates(year, "month-ended") == reports
    told = [s.month for s in years.steps[year] if s.freezes == "monthly"]
    assert told == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert years.dates(year, "fiscal_year_provisional") == [date(year + 1, 4, 21)]
    assert years.dates(year, "fiscal_year_cut_off") == [date(year + 1, 6, 1)]


async def test_a_year_that_is_long_over_is_provisional_at_once_and_waits_for_people(
    years: Years,
) -> None:
    year = await years.this_year() - 3
    await years.start(year)
    await years.reaches(year, "cut-off")
    assert [s.freezes for s in years.steps[year]] == [None, "provisional", None]


async def test_who_proposed_figures_never_approves_them(years: Years) -> None:
    year = await years.this_year() - 2
    await years.start(year)
    await years.reaches(year, "cut-off")
    await years.act(year, "propose_figures", "hanako")
    assert await years.refused(year, "approve_figures", "hanako") == "approver-is-author"
    await years.act(year, "approve_figures", "ichiro")
    await years.act(year, "propose_restatement", "ichiro")
    assert await years.refused(year, "approve_figures", "ichiro") == "approver-is-author"
    await years.act(year, "return_figures", "hanako")
    assert years.state(year) == "final", "a restatement of final figures comes back to them"


async def test_every_act_is_refused_where_the_table_does_not_have_it(years: Years) -> None:
    year = await years.this_year()
    await years.start(year)
    for act in FISCAL_YEAR_ROLES:
        assert await years.refused(year, act) == "act-not-allowed"


async def test_an_act_told_twice_has_one_effect(years: Years) -> None:
    year = await years.this_year() - 2
    await years.start(year)
    await years.reaches(year, "cut-off")
    twice = uuid4()
    for _ in range(2):
        outcome = await years.act(year, "propose_figures", command_id=twice)
        assert outcome.state == "final-proposed"
    assert [s.freezes for s in years.steps[year]].count("final") == 1


async def test_a_database_that_is_away_holds_a_step_up_and_loses_none(years: Years) -> None:
    year = await years.this_year() - 2
    years.failures = 3
    await years.start(year)
    await years.reaches(year, "cut-off")
    assert [s.number for s in years.steps[year]] == [1, 2, 3]


async def test_published_figures_are_kept_after_their_time(years: Years) -> None:
    """fiscal_year_kept, and the due dates: _proposal_due, _approval_due, _publication_due."""
    policy = Policy(
        fiscal_year_kept=months(2),
        fiscal_year_proposal_due=days(3),
        fiscal_year_approval_due=days(4),
        fiscal_year_publication_due=days(5),
    )
    year = await years.this_year() - 2
    handle = await years.start(year, policy)
    await years.reaches(year, "cut-off")
    await years.act(year, "propose_figures")
    await years.act(year, "approve_figures", "ichiro")
    due = {s.state: (s.waits_until - s.at).days for s in years.steps[year][2:] if s.waits_until}
    assert due == {"cut-off": 3, "final-proposed": 4, "final": 5}
    await years.act(year, "publish_figures", "ichiro")
    await handle.result()
    assert years.state(year) == "kept"


def test_the_table_of_the_year_is_sound() -> None:
    assert set(FISCAL_YEAR) == set(FiscalYearState)
    acts = {act for stage in FISCAL_YEAR.values() for act in stage.acts}
    assert acts == set(FISCAL_YEAR_ROLES)
    for stage in FISCAL_YEAR.values():
        exits = {exit for exits in stage.acts.values() for exit in exits}
        assert exits | set(stage.lapses.values()) <= set(FISCAL_YEAR)
        named = {stage.due, *stage.lapses} - {None}
        assert named <= set(Policy.model_fields)
        for act in stage.acts:
            assert stage.owner in FISCAL_YEAR_ROLES[act] or not stage.task or act.startswith("pro")
