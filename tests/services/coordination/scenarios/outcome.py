"""What a meeting leaves behind, and the other statutory meetings of a case."""

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    Advice,
    CommunityIssue,
    Duty,
    Feedback,
    Meeting,
    StatutoryMeeting,
)
from tests.services.coordination.desk import HANAKO, Case, Desk, act_of
from tests.services.coordination.scenarios.registry import effect

SEATS = ("sapota", "jobota", "supervisor-law")


async def held(desk: Desk) -> tuple[Case, UUID]:
    """A 重層的支援会議 with a supervisor has sat."""
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case, agencies=SEATS)
    act = act_of("hold_meeting", present=["sapota", "supervisor-law"])
    await desk.step(case, "held", act, kind=Kind.MEETING, key=key)
    return case, key


async def at(desk: Desk, case: Case, key: UUID, state: str, code: str, **fields: object) -> None:
    await desk.step(case, state, act_of(code, **fields), kind=Kind.MEETING, key=key)


@effect
async def record_advice(desk: Desk) -> Case:
    case, key = await held(desk)
    await at(desk, case, key, "held", "record_advice", agency="supervisor-law")
    assert (await desk.row(Advice, meeting_id=key)).agency == "supervisor-law"
    return case


@effect
async def assign_duty(desk: Desk) -> Case:
    case, key = await held(desk)
    due = today() + timedelta(days=14)
    await at(desk, case, key, "held", "assign_duty", agency="jobota", duty="visit", due_on=due)
    row = await desk.row(Duty, meeting_id=key)
    assert (row.agency, row.duty, row.due_on) == ("jobota", "visit", due)
    return case


@effect
async def draft_minutes(desk: Desk) -> Case:
    case, key = await held(desk)
    await at(desk, case, key, "held", "draft_minutes")
    assert (await desk.row(Meeting, meeting_id=key)).minutes_drafted_by == HANAKO
    return case


@effect
async def return_minutes(desk: Desk) -> Case:
    case, key = await held(desk)
    await at(desk, case, key, "minutes", "decide_plan", verdict="adopted")
    await at(desk, case, key, "revising", "return_minutes")
    assert (await desk.strand(case, Kind.MEETING, key)).state == "revising"
    return case


@effect
async def submit_feedback(desk: Desk) -> Case:
    """Given twice, the latest word of the agency stands."""
    case, key = await held(desk)
    for word in ("no", "partly"):
        await at(
            desk,
            case,
            key,
            "held",
            "submit_feedback",
            agency="sapota",
            shared_view=word,
            roles_clear="yes",
            time_fit="yes",
        )
    assert (await desk.row(Feedback, meeting_id=key)).shared_view == "partly"
    return case


@effect
async def raise_community_issue(desk: Desk) -> Case:
    case, key = await held(desk)
    await at(
        desk,
        case,
        key,
        "held",
        "raise_community_issue",
        theme="gathering-place",
        daily_area="馬込",
        wanted_kinds=["ibasho"],
    )
    row = await desk.row(CommunityIssue, meeting_id=key)
    assert (row.basic_area, row.wanted_kinds) == ("大森", ["ibasho"])
    async with desk.context.database.transaction() as session:
        body = await session.scalar(
            text("SELECT body FROM outbox WHERE subject = :issue"),
            {"issue": str(row.community_issue_id)},
        )
    told = json.loads(str(body))
    assert told["theme"] == "gathering-place"
    for secret in (case.case_id, key, case.person, case.intake.receipt_number):
        assert str(secret) not in str(body), "the fact leads back to nobody"
    return case


@effect
async def record_statutory_meeting(desk: Desk) -> Case:
    case = await desk.open()
    act = act_of(
        "record_statutory_meeting",
        meeting="child-protection",
        on=today(),
        agency="jido-sodan",
        outcome="shared",
    )
    await desk.step(case, "triage", act)
    row = await desk.row(StatutoryMeeting, case_id=case.case_id)
    assert (row.meeting, row.agency, row.outcome) == ("child-protection", "jido-sodan", "shared")
    return case
