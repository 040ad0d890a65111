"""Meetings of either kind."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    Attendee,
    Disclosure,
    Meeting,
    PlanVersion,
)
from tests.services.coordination.desk import (
    HANAKO,
    ICHIRO,
    Case,
    Desk,
    act_of,
    tomorrow,
)
from tests.services.coordination.scenarios.registry import effect, team


@effect
async def schedule_meeting(desk: Desk) -> Case:
    case = await desk.open(state="meeting")
    await desk.consent(case)
    key = uuid4()
    act = act_of("schedule_meeting", starts_at=tomorrow(), attendees=["sapota", "jobota"])
    await desk.step(case, "meeting", act, created_id=key, legal_basis="consent")
    assert (await desk.row(Meeting, meeting_id=key)).legal_basis == "consent"
    seats = {row.agency for row in await desk.rows(Attendee, meeting_id=key)}
    assert seats == {"sapota", "jobota"}
    assert (await desk.fact(case, "meeting.scheduled"))["legal_basis"] == "consent"
    return case


async def prepared(desk: Desk, basis: str = "law-106-6") -> tuple[Case, Meeting]:
    case = await desk.open()
    if basis == "consent":
        await desk.consent(case)
    key = await desk.meeting(case, basis=basis)
    return case, await desk.row(Meeting, meeting_id=key)


async def at_meeting(
    desk: Desk,
    case: Case,
    meeting: Meeting,
    state: str,
    code: str,
    by: str = HANAKO,
    **fields: object,
) -> None:
    await desk.step(
        case, state, act_of(code, **fields), kind=Kind.MEETING, key=meeting.meeting_id, by=by
    )


@effect
async def submit_sheet(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "preparing", "submit_sheet", agency="sapota")
    seats = {row.agency: row for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)}
    assert seats["sapota"].sheet_at is not None
    assert seats["jobota"].sheet_at is None
    return case


@effect
async def acknowledge_secrecy(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "preparing", "acknowledge_secrecy", agency="jobota")
    seats = {row.agency: row for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)}
    assert seats["jobota"].acknowledged_by == HANAKO
    assert seats["sapota"].acknowledged_at is None
    return case


@effect
async def postpone_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    later = datetime.now(UTC) + timedelta(days=9)
    await at_meeting(desk, case, meeting, "preparing", "postpone_meeting", starts_at=later)
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).starts_at == later
    return case


@effect
async def cancel_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(desk, case, meeting, "cancelled", "cancel_meeting")
    assert (await desk.strand(case, Kind.MEETING, meeting.meeting_id)).state == "cancelled"
    return case


@effect
async def hold_meeting(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota", "iryo"])
    seats = {
        row.agency: row.present for row in await desk.rows(Attendee, meeting_id=meeting.meeting_id)
    }
    assert seats == {"sapota": True, "jobota": False, "iryo": True}
    told = await desk.rows(Disclosure, case_id=case.case_id, what="meeting")
    assert {(row.to_agency, row.legal_basis) for row in told} == {
        ("sapota", "consent"),
        ("iryo", "consent"),
    }
    fact = await desk.fact(case, "meeting.held")
    assert fact["meeting_id"] == str(meeting.meeting_id)
    assert fact["present"] == ["iryo", "sapota"]
    return case


@effect
async def decide_plan(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota"])
    await at_meeting(desk, case, meeting, "minutes", "decide_plan", verdict="adopted")
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).verdict == "adopted"
    return case


@effect
async def decide_support(desk: Desk) -> Case:
    case, meeting = await prepared(desk)
    await at_meeting(
        desk,
        case,
        meeting,
        "minutes",
        "decide_support",
        decision="outreach-plan",
        agency="sapota",
        starts_on=today(),
        ends_on=today() + timedelta(days=90),
    )
    plan = await desk.row(PlanVersion, case_id=case.case_id, kind="outreach")
    assert plan.current
    assert plan.meeting_id == meeting.meeting_id
    adopted = await desk.fact(case, "plan.adopted")
    assert (adopted["kind"], adopted["version"], adopted["renewal"]) == ("outreach", 1, False)
    assert ("sapota", "outreach") in await team(desk, case)
    return case


@effect
async def approve_minutes(desk: Desk) -> Case:
    case, meeting = await prepared(desk, "consent")
    await at_meeting(desk, case, meeting, "held", "hold_meeting", present=["sapota"])
    await at_meeting(desk, case, meeting, "done", "approve_minutes", by=ICHIRO)
    row = await desk.row(Meeting, meeting_id=meeting.meeting_id)
    assert (row.held_by, row.minutes_approved_by) == (HANAKO, ICHIRO)
    return case
