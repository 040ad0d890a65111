"""The four arithmetics against a recount in plain Python, in every order of arrival."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql_events
from sqlalchemy import text

from chassis.db import Database
from contracts.calendar import fiscal_year
from contracts.events import Event, new_id
from contracts.events.coordination import MeetingHeld
from contracts.events.intake import ActivityCorrected, ActivityReported, ActivityWithdrawn
from contracts.events.participation import ResourcePublished, ResourceWithdrawn
from services.indicators.entry import entries_of
from services.indicators.events import MEASURES
from services.indicators.figures import figures
from services.indicators.lineage import Place, events_behind
from services.indicators.store import record
from services.indicators.verify import differences
from tests.services.indicators.conftest import empty
from tests.services.indicators.facts import line, of_case, reported

FIRST, LAST = date(2025, 3, 1), date(2026, 5, 31)
YEARS = (2024, 2025, 2026)
ALL_SEEN = date(2030, 1, 1)

DATES = st.dates(FIRST, LAST)
AREAS = st.sampled_from([None, "大森", "蒲田"])
LINE_IDS = [new_id() for _ in range(5)]


@st.composite
def lines(draw: st.DrawFn, line_id: UUID | None = None) -> Any:
    kind = draw(
        st.sampled_from(["pregnancy-interview", "hiroba-visit", "food-pantry-group", "flat-visit"])
    )
    return line(
        kind,
        draw(st.integers(0, 9)),
        draw(DATES),
        line_id=line_id or draw(st.sampled_from(LINE_IDS)),
        group=draw(st.sampled_from(["g1", "g2", "g3"])) if kind == "food-pantry-group" else None,
        flags=draw(st.sampled_from([(), ("specified-pregnancy",), ("unheard-of",)])),
        basic_area=draw(AREAS),
    )


@st.composite
def facts(draw: st.DrawFn) -> Event:
    which = draw(st.integers(0, 4))
    if which == 0:
        return reported(*draw(st.lists(lines(), min_size=1, max_size=4, unique_by=_id_of)))
    if which == 1:
        told = draw(lines())
        revision = draw(st.integers(2, 4))
        return ActivityCorrected(report_id=new_id(), line=told, revision=revision, reason="r")
    if which == 2:
        return ActivityWithdrawn(
            report_id=new_id(),
            line_id=draw(st.sampled_from(LINE_IDS)),
            revision=draw(st.integers(2, 4)),
            reason="mistake",
        )
    if which == 3:
        model = draw(st.sampled_from([ResourcePublished, ResourceWithdrawn]))
        return model(resource_id=new_id(), on=draw(DATES), basic_area=draw(AREAS))
    return of_case(MeetingHeld, draw(DATES), meeting_id=new_id(), legal_basis="consent")


def _id_of(told: Any) -> UUID:
    line_id: UUID = told.line_id
    return line_id


class Recount:
    """The figures by the plainest means: keep what stands, and look at all of it."""

    def __init__(self, told: Sequence[Event]) -> None:
        self.lines: dict[UUID, tuple[int, Any]] = {}
        self.others: list[Any] = []
        for event in told:
            if isinstance(event, ActivityReported):
                for reported_line in event.lines:
                    self._stand(reported_line.line_id, 1, reported_line)
            elif isinstance(event, ActivityCorrected):
                self._stand(event.line.line_id, event.revision, event.line)
            elif isinstance(event, ActivityWithdrawn):
                self._stand(event.line_id, event.revision, None)
            else:
                self.others.append(event)

    def _stand(self, line_id: UUID, revision: int, told: Any) -> None:
        if self.lines.get(line_id, (0, None))[0] < revision:
            self.lines[line_id] = (revision, told)

    def _of(self, kind: str, year: int) -> list[Any]:
        standing = [told for _, told in self.lines.values() if told is not None]
        return [told for told in standing if told.kind == kind and fiscal_year(told.on) == year]

    def figures(self, year: int) -> dict[str, tuple[int, int | None]]:
        interviews = self._of("pregnancy-interview", year)
        stock = sum(
            1 if isinstance(e, ResourcePublished) else -1
            for e in self.others
            if not isinstance(e, MeetingHeld) and e.on <= date(year + 1, 3, 31)
        )
        meetings = [e for e in self.others if isinstance(e, MeetingHeld)]
        return {
            "3.3.pregnancy-interviews": (
                sum(told.quantity for told in interviews),
                sum(told.quantity for told in interviews if "specified-pregnancy" in told.flags),
            ),
            "2.12.hiroba-users": (sum(t.quantity for t in self._of("hiroba-visit", year)), None),
            "1.8.flat-visitors": (sum(t.quantity for t in self._of("flat-visit", year)), None),
            "2.13.food-pantry-groups": (
                len({t.group for t in self._of("food-pantry-group", year) if t.quantity}),
                None,
            ),
            "2.10.resources-registered": (stock, None),
            "3.5.support-meetings-held": (
                sum(fiscal_year(e.on) == year for e in meetings),
                None,
            ),
        }


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(told=st.lists(facts(), min_size=1, max_size=14), data=st.data())
async def test_figures_equal_a_plain_recount_in_every_order_of_arrival(
    pool: Database, told: list[Event], data: st.DataObject
) -> None:
    await empty(pool)
    # Of two that claim one revision the first to arrive stands; the order is then part of it.
    told = list({_claim(event): event for event in told}.values())
    arrival = data.draw(st.permutations(told))
    for event in arrival:
        async with pool.transaction() as session:
            await record(session, MEASURES, entries_of(event))
    expected = Recount(arrival)
    async with pool.transaction() as session:
        for year in YEARS:
            in_force = list(MEASURES.in_force(year).values())
            found = {f.id: f for f in await figures(session, in_force, year, None, ALL_SEEN)}
            for name, (value, sub_value) in expected.figures(year).items():
                assert (found[name].value, found[name].sub_value) == (value, sub_value), name
            assert (await differences(session, MEASURES, year))[1] == []


def _claim(event: Event) -> Any:
    if isinstance(event, ActivityReported):
        return event.event_id
    if isinstance(event, ActivityCorrected):
        return event.line.line_id, event.revision
    if isinstance(event, ActivityWithdrawn):
        return event.line_id, event.revision
    return event.event_id


async def test_areas_and_months_add_up_and_the_events_behind_each_figure_do_too(
    database: Database,
) -> None:
    days = [FIRST + timedelta(days=11 * n) for n in range(40)]
    told = [
        line(kind, n % 7, day, group=f"g{n % 3}", basic_area=("大森", "蒲田")[n % 2])
        for n, day in enumerate(days)
        for kind in ("hiroba-visit", "food-pantry-group", "resource-registration")
    ]
    async with database.transaction() as session:
        await record(session, MEASURES, entries_of(reported(*told)))
        for measure in MEASURES.in_force(2025).values():
            (ward,) = await figures(session, [measure], 2025, None, ALL_SEEN)
            by_area = [
                (await figures(session, [measure], 2025, area, ALL_SEEN))[0].value
                for area in ("大森", "蒲田")
            ]
            adds: dict[str | None, int] = defaultdict(int)
            after, pages = None, 0
            while pages == 0 or after is not None:
                page = await events_behind(session, measure, 2025, after=after, limit=9)
                for event in page.events:
                    adds[event.key] += event.value
                after = _place(page.next)
                pages += 1
            if measure.arithmetic == "distinct":
                assert len(adds) == ward.value
            else:
                assert sum(adds.values()) == ward.value == sum(by_area)
            if measure.arithmetic in ("count", "sum"):
                assert sum(m.value or 0 for m in ward.months) == ward.value
        users = MEASURES.in_force(2025)["2.12.hiroba-users"]
        assert (await figures(session, [users], 2025, None, ALL_SEEN))[0].value > 0
        assert pages > 0


def _place(after: str | None) -> Place | None:
    return Place.parse(after) if after else None


async def test_a_stock_is_a_level_and_months_to_come_have_none(database: Database) -> None:
    told = [
        ResourcePublished(resource_id=new_id(), on=date(2025, 5, 1)),
        ResourcePublished(resource_id=new_id(), on=date(2026, 4, 2)),
        ResourceWithdrawn(resource_id=new_id(), on=date(2026, 6, 30)),
    ]
    stock = MEASURES.in_force(2026)["2.10.resources-registered"]
    async with database.transaction() as session:
        for event in told:
            await record(session, MEASURES, entries_of(event))
        (figure,) = await figures(session, [stock], 2026, None, date(2026, 7, 15))
    assert figure.value == 1
    assert [m.value for m in figure.months] == [2, 2, 1, 1] + [None] * 8


async def test_500_lines_are_taken_in_by_three_statements(database: Database) -> None:
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    sync = database.engine.sync_engine
    sql_events.listen(sync, "before_cursor_execute", note)
    try:
        told = [line("food-pantry-group", 1, group=f"g{n}") for n in range(500)]
        async with database.transaction() as session:
            await record(session, MEASURES, entries_of(reported(*told)))
    finally:
        sql_events.remove(sync, "before_cursor_execute", note)
    assert len(statements) == 3
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM ledger_entry")) == 500
