"""The ward's answers, and rules that change: open years are counted anew, and add up."""

from datetime import date
from typing import Any

import pytest

from chassis.db import Database
from contracts.events.coordination import MeetingHeld
from services.indicators.entry import entries_of
from services.indicators.figures import figures
from services.indicators.measures import Measures, load_measures
from services.indicators.notes import notes_of
from services.indicators.rules import count_by_the_rules
from services.indicators.store import record
from services.indicators.verify import differences
from tests.services.indicators.facts import line, of_case, reported

LATER = date(2030, 1, 1)
MEETINGS, GROUPS = "3.5.support-meetings-held", "2.13.food-pantry-groups"


def facts() -> list[Any]:
    some = [
        line("food-pantry-group", 1, date(year, 5, 1), group=group)
        for year in (2025, 2026)
        for group in ("g1", "g1", "g2")
    ]
    held = [
        of_case(MeetingHeld, date(year, 5, 2), meeting_id=some[0].line_id, legal_basis=basis)
        for year in (2025, 2026)
        for basis in ("consent", "law-106-6")
    ]
    return [reported(*some), *held]


async def counted(database: Database, measures: Measures, year: int) -> dict[str, int]:
    async with database.transaction() as session:
        assert (await differences(session, measures, year))[1] == []
        rows = await figures(session, measures.in_force(year).values(), year, None, LATER)
    return {row.id: row.value for row in rows if row.id in (MEETINGS, GROUPS)}


async def count(database: Database, measures: Measures, *told: Any) -> None:
    async with database.transaction() as session:
        for fact in told:
            await record(session, measures, entries_of(fact))


async def apply(database: Database, measures: Measures) -> list[tuple[int, str]]:
    async with database.transaction() as session:
        return await count_by_the_rules(session, measures)


async def test_another_answer_counts_open_years_anew_and_leaves_older_ones(
    database: Database,
) -> None:
    before = load_measures()
    await count(database, before, *facts())
    await apply(database, before)
    assert await apply(database, before) == [], "nothing is counted anew without a reason"
    after = load_measures({"law-meetings": {"2026": "no"}, "groups-distinct": {"2026": "visits"}})
    assert await apply(database, after) == [(2026, GROUPS), (2026, MEETINGS)]
    assert await counted(database, after, 2025) == {MEETINGS: 2, GROUPS: 2}
    assert await counted(database, after, 2026) == {MEETINGS: 1, GROUPS: 3}


async def test_members_counted_anew_go_on_being_counted(database: Database) -> None:
    visits = load_measures({"groups-distinct": "visits"})
    await count(database, visits, *facts())
    await apply(database, visits)
    distinct = load_measures()
    await apply(database, distinct)
    await count(
        database,
        distinct,
        reported(*(line("food-pantry-group", 1, date(2026, 6, 1), group=g) for g in ("g1", "g3"))),
    )
    assert (await counted(database, distinct, 2026))[GROUPS] == 3


async def test_the_notes_say_how_each_open_question_was_answered() -> None:
    measures = load_measures({"law-meetings": "no"})
    chosen = [measures.in_force(2026)[MEETINGS], measures.in_force(2026)[GROUPS]]
    lines = [note.line for note in notes_of(measures, chosen, 2026)]
    assert lines == [
        "※1 重層的支援会議の開催回数に、支援会議(法106条の6)を含めるか: 含めない — 区の決定",
        "※2 参加団体数を実団体数で数えるか: 年度内の実団体数 — 区の確認待ち(既定の数え方)",
    ]


@pytest.mark.parametrize("wrong", [{"law-meetings": {"2027": "perhaps"}}, {"unheard-of": "yes"}])
def test_an_answer_that_cannot_be_given_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no answer"):
        load_measures(wrong)
