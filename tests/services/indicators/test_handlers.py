"""Every fact counts once, by the date it says, whatever comes twice or too early."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from chassis.bus import deliver
from chassis.db import Database
from chassis.delivery import Outcome
from contracts.events import Event, new_id
from contracts.events.coordination import (
    CaseClosed,
    CaseOpened,
    ContactMade,
    MeetingHeld,
    PlanAdopted,
    SupportRecorded,
)
from contracts.events.intake import ActivityWithdrawn, IntakeWithdrawn
from contracts.events.participation import (
    CommunityWorkRecorded,
    PlacementSettled,
    PlacementStarted,
    ResourceLinked,
    ResourcePublished,
    ResourceWithdrawn,
)
from services.indicators.events import COUNTED, MEASURES, events
from services.indicators.figures import figures
from services.indicators.verify import differences
from tests.services.indicators.facts import (
    SOME_DAY,
    corrected,
    line,
    of_case,
    record_of,
    reported,
)

LATER = date(2030, 1, 1)
LINE_ID = new_id()
PLACEMENT: dict[str, Any] = {"on": SOME_DAY, "case_id": new_id(), "placement_id": new_id()}

EACH_FACT: list[tuple[Event, dict[str, tuple[int, int | None]]]] = [
    (
        reported(line("outreach-support", 3, flags=("first-consultation",))),
        {"1.6.outreach-support": (3, 3), "national.outreach-contacts": (3, 3)},
    ),
    (corrected(new_id(), 2, "joint-support", 2), {"3.4.joint-support": (2, None)}),
    (
        ActivityWithdrawn(report_id=new_id(), line_id=LINE_ID, revision=2, reason="mistake"),
        {},
    ),
    (
        IntakeWithdrawn(intake_id=new_id(), receipt_number="R8-大森-00001", reason="mistake"),
        {},
    ),
    (
        of_case(CaseOpened, intake_id=new_id(), programme_no=4),
        {
            "national.consultations": (1, None),
            "national.consultations-livelihood": (1, None),
            "national.cases-opened": (1, None),
        },
    ),
    (of_case(CaseClosed, reason="solved"), {"national.cases-closed": (1, None)}),
    (
        of_case(MeetingHeld, meeting_id=new_id(), legal_basis="consent"),
        {"3.5.support-meetings-held": (1, None), "national.consent-meetings": (1, None)},
    ),
    (
        of_case(MeetingHeld, meeting_id=new_id(), legal_basis="law-106-6"),
        {"3.5.support-meetings-held": (1, None), "national.law-meetings": (1, None)},
    ),
    (
        of_case(PlanAdopted, plan_id=new_id(), kind="outreach", version=2, renewal=True),
        {"3.5.outreach-plans": (1, None), "national.outreach-plans": (1, 1)},
    ),
    (
        of_case(PlanAdopted, plan_id=new_id(), kind="support", version=1, renewal=False),
        {"national.support-plans": (1, 0)},
    ),
    (
        of_case(ContactMade, contact_id=new_id(), agency="sapota", outcome="talked", first=True),
        {"1.6.outreach-support": (1, 1), "national.outreach-contacts": (1, 1)},
    ),
    (
        of_case(ContactMade, contact_id=new_id(), agency="houkatsu", outcome="talked", first=True),
        {"national.outreach-contacts": (1, 1)},
    ),
    (
        of_case(SupportRecorded, progress_id=new_id(), agency="jobota", joint_with=("shakyo",)),
        {"3.4.joint-support": (1, None)},
    ),
    (of_case(SupportRecorded, progress_id=new_id(), agency="jobota"), {}),
    (PlacementStarted(person_id=new_id(), **PLACEMENT), {"national.participants": (1, None)}),
    (
        ResourceLinked(resource_id=new_id(), **PLACEMENT),
        {"1.7.linked-to-resources": (1, None), "national.hosts": (1, None)},
    ),
    (PlacementSettled(resource_id=new_id(), **PLACEMENT), {"national.settled": (1, None)}),
    (
        ResourcePublished(resource_id=new_id(), on=SOME_DAY),
        {"2.10.resources-registered": (1, None)},
    ),
    (
        ResourceWithdrawn(resource_id=new_id(), on=SOME_DAY),
        {"2.10.resources-registered": (-1, None)},
    ),
    (
        CommunityWorkRecorded(
            record_id=new_id(),
            on=SOME_DAY,
            kind="senior-station-visit",
            channel="kaigo-yobo",
            programme_no=9,
            quantity=31,
        ),
        {
            "2.9.senior-station-visitors": (31, None),
            "national.community-participants": (31, None),
        },
    ),
]


async def counted(database: Database, year: int = 2026) -> dict[str, tuple[int, int | None]]:
    """The figures of a year that are not nought; each must stand up to a recount."""
    async with database.transaction() as session:
        assert (await differences(session, MEASURES, year))[1] == []
        rows = await figures(session, MEASURES.in_force(year).values(), year, None, LATER)
    return {row.id: (row.value, row.sub_value) for row in rows if row.value}


async def tell(database: Database, *told: Event) -> None:
    for event in told:
        assert await deliver(database, events, record_of(event)) is Outcome.APPLIED


def test_every_fact_that_is_listened_to_is_tried_here() -> None:
    assert {type(event) for event, _ in EACH_FACT} == set(COUNTED) == set(events.models)


@pytest.mark.parametrize(("fact", "figure"), EACH_FACT, ids=lambda x: getattr(x, "type", ""))
async def test_a_fact_delivered_twice_counts_once(
    database: Database, fact: Event, figure: dict[str, tuple[int, int | None]]
) -> None:
    await tell(database, fact)
    assert await counted(database) == figure
    assert await deliver(database, events, record_of(fact)) is Outcome.DUPLICATE
    assert await counted(database) == figure


async def test_the_same_line_in_another_report_counts_once(database: Database) -> None:
    told = line("flat-visit", 4)
    await tell(database, reported(told), reported(told))
    assert await counted(database) == {"1.8.flat-visitors": (4, None)}


async def test_of_two_that_claim_the_same_revision_the_first_stands(database: Database) -> None:
    told = line("flat-visit", 4)
    await tell(
        database,
        reported(told),
        reported(told.model_copy(update={"quantity": 9})),
        corrected(told.line_id, 2, "flat-visit", 5),
        corrected(told.line_id, 2, "flat-visit", 6),
    )
    assert await counted(database) == {"1.8.flat-visitors": (5, None)}


async def test_a_correction_moves_a_line_to_another_figure_and_year(database: Database) -> None:
    told = line("flat-visit", 4, date(2026, 3, 31))
    await tell(database, reported(told))
    assert await counted(database, 2025) == {"1.8.flat-visitors": (4, None)}
    await tell(database, corrected(told.line_id, 2, "hiroba-volunteer", 6, date(2026, 4, 1)))
    assert await counted(database, 2025) == {}
    assert await counted(database, 2026) == {"2.12.hiroba-volunteers": (6, None)}


async def test_a_correction_that_comes_before_its_report_wins(database: Database) -> None:
    told = line("flat-visit", 4)
    await tell(
        database,
        corrected(told.line_id, 3, "flat-visit", 7),
        corrected(told.line_id, 2, "flat-visit", 5),
        reported(told),
    )
    assert await counted(database) == {"1.8.flat-visitors": (7, None)}


async def test_a_withdrawal_that_comes_before_its_report_wins(database: Database) -> None:
    told = line("flat-visit", 4)
    gone = ActivityWithdrawn(report_id=new_id(), line_id=told.line_id, revision=3, reason="x")
    await tell(database, gone, reported(told), corrected(told.line_id, 2, "flat-visit", 5))
    assert await counted(database) == {}


async def test_a_withdrawn_line_keeps_what_it_said(database: Database) -> None:
    told = line("flat-visit", 4)
    gone = ActivityWithdrawn(report_id=new_id(), line_id=told.line_id, revision=2, reason="x")
    await tell(database, reported(told), gone)
    assert await counted(database) == {}
    async with database.transaction() as session:
        row = (await session.execute(text("SELECT kind, quantity FROM ledger_entry"))).one()
    assert tuple(row) == ("flat-visit", 4)


@pytest.mark.parametrize("withdrawn_first", [False, True])
async def test_a_withdrawn_intake_is_no_consultation(
    database: Database, withdrawn_first: bool
) -> None:
    opened = of_case(CaseOpened, intake_id=new_id(), programme_no=1)
    gone = IntakeWithdrawn(
        intake_id=opened.intake_id, receipt_number=opened.receipt_number, reason="mistake"
    )
    await tell(database, *((gone, opened) if withdrawn_first else (opened, gone)))
    assert await counted(database) == {}


async def test_a_group_counts_once_a_year_until_its_last_line_is_gone(database: Database) -> None:
    lines = [line("food-pantry-group", 1, date(2026, month, 1), group="g1") for month in (4, 5, 5)]
    other_year = line("food-pantry-group", 1, date(2027, 4, 1), group="g1")
    await tell(database, reported(*lines, other_year))
    ward, national = "2.13.food-pantry-groups", "national.community-organisations"
    assert await counted(database) == {ward: (1, None), national: (1, None)}
    for told in lines:
        assert await counted(database) == {ward: (1, None), national: (1, None)}
        await tell(
            database,
            ActivityWithdrawn(report_id=new_id(), line_id=told.line_id, revision=2, reason="x"),
        )
    assert await counted(database) == {}
    assert await counted(database, 2027) == {ward: (1, None), national: (1, None)}


async def test_the_date_in_tokyo_decides_the_fiscal_year(database: Database) -> None:
    # Half past midnight on 1 April in Tokyo is still 31 March in Greenwich.
    just_after = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    held = of_case(
        MeetingHeld,
        date(2026, 4, 1),
        occurred_at=just_after,
        meeting_id=new_id(),
        legal_basis="consent",
    )
    await tell(database, held)
    assert "3.5.support-meetings-held" in await counted(database, 2026)
    assert await counted(database, 2025) == {}


async def test_a_kind_that_no_measure_knows_stays_in_the_ledger_uncounted(
    database: Database,
) -> None:
    await tell(database, reported(line("kind-of-tomorrow", 4)))
    assert await counted(database) == {}
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM ledger_entry")) == 1
