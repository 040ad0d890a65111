"""The ward's answers, and rules that change: open years are counted anew, and add up."""

from datetime import date
from typing import Any

import pytest

from chassis.db import Database
from contracts.events import new_id
from contracts.events.coordination import CaseClosed, CaseOpened, ContactMade, MeetingHeld
from contracts.events.participation import ResourcePublished, ResourceWithdrawn
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


OTHERWISE = [
    ("contacts-without-answer", "no", "1.6.outreach-support", (3, 1), (2, 1)),
    ("first-consultation", "first-in-fiscal-year", "1.6.outreach-support", (3, 1), (3, 2)),
    ("stock-date", "registered-in-year", "2.10.resources-registered", (2, None), (1, None)),
    ("groups-distinct", "visits", GROUPS, (2, None), (3, None)),
    ("attendance-by-report", "meetings", "3.2.joint-meetings-attended", (4, None), (1, None)),
    ("law-meetings", "no", MEETINGS, (2, None), (1, None)),
    ("merged-duplicates", "no", "national.consultations", (2, None), (1, None)),
]
"""Of each question the other answer, a figure it bears on, and its values by default and so."""


def some_of_everything() -> list[Any]:
    """Facts of 2026 (and two places from the years before) in which every answer matters."""
    on = date(2026, 5, 1)
    groups = [line("food-pantry-group", 1, on, group=group) for group in ("g1", "g1", "g2")]
    reports = reported(*groups, line("joint-meeting", 4, on, programme_no=2))
    contacts = [
        of_case(ContactMade, on, contact_id=new_id(), agency="sapota", **told)
        for told in (
            {"outcome": "talked", "first": True},
            {"outcome": "talked", "first": False, "first_in_year": True},
            {"outcome": "no-answer", "first": False},
        )
    ]
    meetings = [
        of_case(MeetingHeld, on, meeting_id=new_id(), legal_basis=basis, present=present)
        for basis, present in (("consent", ("jobota", "shogai-support-center")), ("law-106-6", ()))
    ]
    places = [
        ResourcePublished(resource_id=new_id(), on=date(2024, 5, 1)),
        ResourcePublished(resource_id=new_id(), on=date(2024, 6, 1)),
        ResourcePublished(resource_id=new_id(), on=on),
        ResourceWithdrawn(resource_id=new_id(), on=on),
    ]
    opened = [
        of_case(CaseOpened, on, intake_id=new_id(), programme_no=4, episode=1) for _ in range(2)
    ]
    merged = of_case(CaseClosed, on, reason="merged", lead_agency=None, episode=1, programme_no=4)
    return [reports, *contacts, *meetings, *places, *opened, merged]


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


@pytest.mark.parametrize(
    ("question", "answer", "measure_id", "by_default", "otherwise"),
    OTHERWISE,
    ids=[f"{question}={answer}" for question, answer, *_ in OTHERWISE],
)
async def test_every_open_question_is_a_setting_that_counts_in_two_ways(
    database: Database, question: str, answer: str, measure_id: str, by_default: Any, otherwise: Any
) -> None:
    before = load_measures()
    await count(database, before, *some_of_everything())
    await apply(database, before)
    assert await _figure(database, before, measure_id) == by_default
    after = load_measures({question: answer})
    assert (2026, measure_id) in await apply(database, after)
    assert await _figure(database, after, measure_id) == otherwise
    (note,) = [
        note
        for note in notes_of(after, [after.in_force(2026)[measure_id]], 2026)
        if note.code == question
    ]
    assert note.settled
    assert note.others, "what was not taken is told as well"


def test_each_question_with_two_answers_is_tried() -> None:
    tried = {(question, answer) for question, answer, *_ in OTHERWISE}
    others = {
        (question.code, answer)
        for question in load_measures().questions
        for answer in question.choices
        if answer != question.default
    }
    assert tried == others


async def _figure(database: Database, measures: Measures, measure_id: str) -> Any:
    async with database.transaction() as session:
        assert (await differences(session, measures, 2026))[1] == []
        measure = measures.in_force(2026)[measure_id]
        (row,) = await figures(session, [measure], 2026, None, LATER)
    return row.value, row.sub_value


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
