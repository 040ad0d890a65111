"""Names as of their own date, and the work of agencies that are no more."""

from datetime import UTC, date, datetime

import pytest

from contracts import catalogue
from contracts.calendar import TOKYO, today
from contracts.cases import Kind
from contracts.steps import TaskToOpen
from services.coordination import labels
from services.coordination.models import CaseFile, Meeting, Task, TeamMember, TimelineEntry
from services.coordination.store.team import join_team
from services.coordination.succession import succeed
from tests.services.coordination.conftest import Get
from tests.services.coordination.desk import Desk

Headers = dict[str, str]
JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 1)
OLD, NEW = "子ども家庭支援センター", "おおたこども家庭センター"
CODE = "kodomo-katei-shien"


async def test_the_offices_of_a_day_have_the_names_of_that_day(get: Get, hanako: Headers) -> None:
    july = (await get("/organisation", hanako, on=JULY.isoformat())).json()
    august = (await get("/organisation", hanako, on=AUGUST.isoformat())).json()
    for page, name, other in ((july, OLD, NEW), (august, NEW, OLD)):
        said = {row["channel"]: row["divisions"] for row in page["channels"]}
        assert len(said) == 20
        assert said["flat-ota"] == [name]
        assert name in said["kosodate-hiroba"]
        names = {row["agency"]: row["name"] for row in page["agencies"]}
        assert (names[CODE], other in names.values()) == (name, False)
    changes = [(one["on"], one["was"], one["becomes"]) for one in july["changes"]]
    assert ("2026-08-01", OLD, NEW) in changes


async def test_a_case_names_the_division_of_the_day_it_was_received(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    for day, name in ((JULY, OLD), (AUGUST, NEW)):
        case = await desk.open(channel="flat-ota", programme_no=8, received_on=day)
        shown = (await get(f"/cases/{case.case_id}", hanako)).json()
        assert (shown["channel"], shown["divisions"]) == ("flat-ota", [name])


async def test_a_meeting_of_july_goes_on_naming_its_attendees_as_of_july(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6", agencies=(CODE, "jobota"))
    for day, name in ((JULY, OLD), (AUGUST, NEW)):
        async with desk.context.database.transaction() as session:
            meeting = await session.get_one(Meeting, key)
            meeting.held_at = datetime(day.year, day.month, day.day, 10, tzinfo=TOKYO)
            session.add(meeting)
        [shown] = (await get(f"/cases/{case.case_id}", hanako)).json()["meetings"]
        assert name in {seat["agency_name"] for seat in shown["attendees"]}


def test_a_label_takes_an_instants_date_in_tokyo() -> None:
    late = datetime(2026, 7, 31, 15, 0, tzinfo=UTC)
    assert labels.agency(CODE, late) == NEW


@pytest.fixture
def abolished(monkeypatch: pytest.MonkeyPatch) -> str:
    """SAPOTA is merged into JOBOTA from today on."""
    yesterday = date.fromordinal(today().toordinal() - 1)
    rows = tuple(
        row.model_copy(update={"valid_to": yesterday, "successor": "jobota"})
        if row.agency == "sapota"
        else row
        for row in catalogue._agencies()
    )
    monkeypatch.setattr(catalogue, "_agencies", lambda: rows)
    return "sapota"


async def test_open_work_of_an_abolished_agency_goes_to_its_successor(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    async with desk.context.database.transaction() as session:
        await join_team(session, case.case_id, "sapota", "outreach", datetime.now(UTC))
    request.getfixturevalue("abolished")
    assert await succeed(desk.context, today()) >= 1
    assert await succeed(desk.context, today()) == 0, "done twice, it is done once"
    [task] = [row for row in await desk.rows(Task, case_id=case.case_id) if not row.closed_at]
    assert task.agency == "jobota"
    team = await desk.rows(TeamMember, case_id=case.case_id)
    assert {(row.agency, row.until is None) for row in team if row.role == "outreach"} == {
        ("sapota", False),
        ("jobota", True),
    }
    lines = await desk.rows(TimelineEntry, case_id=case.case_id)
    assert [row.result for row in lines if row.cause == "agency-succeeded"] == ["jobota"]
    assert (await desk.row(CaseFile, case_id=case.case_id)).waiting_agency == "jobota"


async def test_a_workflow_that_still_names_an_abolished_agency_asks_its_successor(
    desk: Desk, get: Get, abolished: str, jobota: Headers
) -> None:
    case = await desk.open()
    key = await desk.outreach(case, abolished)
    asked = TaskToOpen(
        task_id=case.case_id, owner="agency", agency=abolished, asks="接触する", acts=()
    )
    await desk.step(case, "trying", kind=Kind.OUTREACH, key=key, opens=(asked,))
    tasks = [row for row in await desk.rows(Task, case_id=case.case_id) if not row.closed_at]
    assert {row.agency for row in tasks} == {"jobota"}
    shown = (await get(f"/tasks/{case.case_id}", jobota)).json()
    assert shown["agency"] == "jobota"
    allowed = (await get(f"/cases/{case.case_id}", jobota)).json()["next"]
    outreach = {one["act"] for one in allowed if one["target"]["kind"] == "outreach"}
    assert "record_contact" in outreach
