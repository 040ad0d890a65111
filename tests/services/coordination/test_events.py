"""What coordination hears on the bus: cases opened, corrected, withdrawn; news of placements."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import delete

from chassis.bus import Outcome
from chassis.context import Context
from chassis.tables import DEAD_LETTER
from contracts.calendar import today
from contracts.events import Event, new_id
from contracts.events.intake import IntakeCorrected, IntakeWithdrawn
from contracts.events.participation import PlacementSettled, ResourceLinked
from services.coordination.models import (
    CaseFile,
    CasePerson,
    CommandRow,
    TeamMember,
    TimelineEntry,
)
from tests.services.coordination.desk import Case, Desk


def corrected(case: Case) -> Event:
    return IntakeCorrected(
        intake_id=case.intake.intake_id,
        receipt_number=case.intake.receipt_number,
        received_on=today(),
        urgent=True,
        basic_area="蒲田",
    )


def withdrawn(case: Case) -> Event:
    return IntakeWithdrawn(
        intake_id=case.intake.intake_id,
        receipt_number=case.intake.receipt_number,
        reason="entered-by-mistake",
    )


def linked(case: Case) -> Event:
    return ResourceLinked(
        case_id=case.case_id, placement_id=uuid4(), resource_id=uuid4(), on=today()
    )


def settled(case: Case) -> Event:
    return PlacementSettled(
        case_id=case.case_id, placement_id=uuid4(), resource_id=uuid4(), on=today()
    )


async def test_an_accepted_intake_opens_one_case_and_asks_for_its_workflow(desk: Desk) -> None:
    case = await desk.open(persons=2, state=None, urgent=True)
    file = await desk.file(case)
    assert (file.state, file.urgent, file.receipt_number) == (
        "received",
        True,
        case.intake.receipt_number,
    )
    persons = {row.person_id for row in await desk.rows(CasePerson, case_id=case.case_id)}
    assert persons == set(case.intake.person_ids)
    opened = await desk.fact(case, "case.opened")
    assert (opened["intake_id"], opened["channel"], opened["programme_no"]) == (
        str(case.intake.intake_id),
        "takikan",
        5,
    )
    start = await desk.row(CommandRow, case_id=case.case_id)
    assert (start.what, start.status, start.workflow_id) == (
        "start",
        "pending",
        f"case:{case.case_id}",
    )
    assert set(start.payload["person_ids"]) == {str(person) for person in persons}
    assert "policy" not in start.payload, "the policy in force is added when it is started"


async def test_the_window_that_is_an_agency_belongs_to_the_team(desk: Desk) -> None:
    case = await desk.open(state=None, channel="jobota", programme_no=4)
    member = await desk.row(TeamMember, case_id=case.case_id)
    assert (member.agency, member.role) == ("jobota", "intake")


async def test_the_same_intake_told_by_another_fact_opens_no_second_case(desk: Desk) -> None:
    case = await desk.open(state=None)
    before = await desk.count()
    again = case.intake.model_copy(update={"event_id": new_id()})
    assert await desk.hear(again) is Outcome.APPLIED
    assert await desk.count() == before


async def test_a_correction_changes_what_the_case_says_of_its_intake(desk: Desk) -> None:
    case = await desk.open()
    await desk.hear(corrected(case))
    file = await desk.file(case)
    assert (file.urgent, file.basic_area) == (True, "蒲田")
    assert file.coordinator_agency == "chiiki-fukushi-omori", "whoever has the case keeps it"


async def test_a_withdrawn_intake_is_told_to_the_workflow_which_decides(desk: Desk) -> None:
    case = await desk.open()
    await desk.hear(withdrawn(case))
    rows = await desk.rows(CommandRow, case_id=case.case_id)
    signal = next(row for row in rows if row.what == "signal")
    assert (signal.act, signal.payload) == ("intake_withdrawn", {})
    assert (await desk.file(case)).state == "triage"


@pytest.mark.parametrize("make", [linked, settled])
async def test_news_of_a_placement_is_a_line_of_the_timeline(desk: Desk, make: object) -> None:
    case = await desk.open()
    fact = make(case)  # type: ignore[operator]
    await desk.hear(fact)
    lines = await desk.rows(TimelineEntry, case_id=case.case_id, kind="placement")
    assert [line.entity_id for line in lines] == [fact.placement_id]


@pytest.mark.parametrize("make", [corrected, withdrawn, linked, settled])
async def test_a_fact_told_twice_has_one_effect(desk: Desk, make: object) -> None:
    case = await desk.open()
    fact = make(case)  # type: ignore[operator]
    assert await desk.hear(fact) is Outcome.APPLIED
    before = await desk.count()
    assert await desk.hear(fact) is Outcome.DUPLICATE
    assert await desk.count() == before


async def test_an_intake_told_twice_has_one_effect(desk: Desk) -> None:
    case = await desk.open(state=None)
    before = await desk.count()
    assert await desk.hear(case.intake) is Outcome.DUPLICATE
    assert await desk.count() == before


@pytest.fixture
async def _nothing_stays_parked(context: Context) -> AsyncIterator[None]:
    """What is parked here would show on the operations page of other tests."""
    yield
    async with context.database.transaction() as session:
        await session.execute(delete(DEAD_LETTER))


@pytest.mark.usefixtures("_nothing_stays_parked")
@pytest.mark.parametrize("make", [corrected, withdrawn, linked, settled])
async def test_a_fact_about_an_unknown_case_is_parked_for_later(desk: Desk, make: object) -> None:
    case = await desk.open(state=None)
    stranger = Case(uuid4(), case.intake.model_copy(update={"intake_id": uuid4()}))
    assert await desk.hear(make(stranger)) is Outcome.PARKED  # type: ignore[operator]
    assert await desk.rows(CaseFile, case_id=stranger.case_id) == []
