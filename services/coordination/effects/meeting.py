"""Meetings: announced, prepared, held, their conclusion, their minutes (process A3)."""

from datetime import date

from contracts.acts import (
    AcknowledgeSecrecy,
    ApproveMinutes,
    CancelMeeting,
    DecidePlan,
    DecideSupport,
    HoldMeeting,
    LegalBasis,
    PlanKind,
    PostponeMeeting,
    ScheduleMeeting,
    SubmitSheet,
    SupportDecision,
)
from contracts.events.coordination import MeetingHeld, MeetingScheduled
from contracts.life import CaseState, MeetingState
from services.coordination.compartment import admit
from services.coordination.effects.plan import adopt, make_current, next_version
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Attendee, Meeting, PlanRole, PlanVersion
from services.coordination.reach import PLAN_MAKING
from services.coordination.rules import seats
from services.coordination.store.team import disclose, join_team

PAPERS_CLOSE = "papers_close"
"""The `Policy` field whose time has come."""


async def _of(scene: Scene) -> Meeting:
    return await scene.session.get_one(Meeting, scene.step.entity_id)


async def _seat(scene: Scene, agency: str) -> Attendee:
    return await scene.session.get_one(Attendee, (scene.step.entity_id, agency))


def _basis(scene: Scene) -> LegalBasis:
    """The state of the case decides under which rule a meeting sits."""
    if scene.case.state == CaseState.MEETING:
        return LegalBasis.CONSENT
    return LegalBasis.LAW_106_6


@effect(ScheduleMeeting)
async def schedule_meeting(scene: Scene, act: ScheduleMeeting) -> None:
    basis = _basis(scene)
    meeting_id = scene.created
    scene.session.add(
        Meeting(
            meeting_id=meeting_id,
            case_id=scene.case.case_id,
            legal_basis=basis,
            starts_at=act.starts_at,
            venue=act.venue,
            scheduled_by=scene.by,
        )
    )
    await scene.session.flush()
    scene.session.add_all(
        Attendee(meeting_id=meeting_id, agency=agency) for agency in sorted(set(act.attendees))
    )
    await scene.tell(MeetingScheduled, meeting_id=meeting_id, legal_basis=str(basis))


@effect(SubmitSheet)
async def submit_sheet(scene: Scene, act: SubmitSheet) -> None:
    (await _seat(scene, act.agency)).sheet_at = scene.step.at


@effect(AcknowledgeSecrecy)
async def acknowledge_secrecy(scene: Scene, act: AcknowledgeSecrecy) -> None:
    """Binds the agency; who gives the word for an agency of their own becomes an attendee."""
    seat = await _seat(scene, act.agency)
    seat.acknowledged_at, seat.acknowledged_by = scene.step.at, scene.by
    if scene.agency == act.agency:
        await admit(scene.session, seat.meeting_id, scene.by, act.agency, scene.step.at)


@effect(PostponeMeeting)
async def postpone_meeting(scene: Scene, act: PostponeMeeting) -> None:
    (await _of(scene)).starts_at = act.starts_at


@effect(CancelMeeting)
async def cancel_meeting(scene: Scene, act: CancelMeeting) -> None:
    """The meeting's own state says it."""


@effect(HoldMeeting)
async def hold_meeting(scene: Scene, act: HoldMeeting) -> None:
    """Whoever was there has learned of the case: a disclosure to each (process A4)."""
    meeting = await _of(scene)
    meeting.held_at, meeting.held_by = scene.step.at, scene.by
    present = set(act.present)
    for seat in await seats(scene.session, meeting.meeting_id):
        seat.present = seat.agency in present
        present.discard(seat.agency)
    scene.session.add_all(
        Attendee(meeting_id=meeting.meeting_id, agency=agency, present=True)
        for agency in sorted(present)
    )
    await disclose(
        scene.session,
        scene.case,
        "meeting",
        act.present,
        basis=meeting.legal_basis,
        purpose=PLAN_MAKING,
        by=scene.by,
        at=scene.step.at,
        meeting_id=meeting.meeting_id,
    )
    await scene.tell(MeetingHeld, meeting_id=meeting.meeting_id, legal_basis=meeting.legal_basis)


@effect(DecidePlan)
async def decide_plan(scene: Scene, act: DecidePlan) -> None:
    """The plan itself moves on with a step of its own, and is adopted there."""
    meeting = await _of(scene)
    meeting.verdict, meeting.decided_agency = act.verdict, act.agency


@effect(DecideSupport)
async def decide_support(scene: Scene, act: DecideSupport) -> None:
    """A 支援会議 makes an outreach plan itself; nobody else decides on it."""
    meeting = await _of(scene)
    meeting.decision, meeting.decided_agency = act.decision, act.agency
    meeting.statutory_meeting = act.statutory_meeting
    if act.decision is SupportDecision.OUTREACH_PLAN and act.agency is not None:
        plan = await _outreach_plan(scene, act.agency, act.starts_on, act.ends_on)
        await adopt(scene, plan, meeting.meeting_id)
        plan.decided_at = scene.step.at
        await make_current(scene, plan)
        await join_team(scene.session, scene.case.case_id, act.agency, "outreach", scene.step.at)


async def _outreach_plan(
    scene: Scene, agency: str, starts_on: date | None, ends_on: date | None
) -> PlanVersion:
    plan = PlanVersion(
        plan_id=scene.created,
        case_id=scene.case.case_id,
        kind=PlanKind.OUTREACH,
        version=await next_version(scene, PlanKind.OUTREACH),
        author=scene.by,
        drafted_at=scene.step.at,
        starts_on=starts_on or scene.on,
        ends_on=ends_on or scene.on,
        outreach=True,
    )
    scene.session.add(plan)
    await scene.session.flush()
    scene.session.add(PlanRole(plan_id=plan.plan_id, agency=agency, role="lead"))
    await scene.session.flush()
    return plan


@effect(ApproveMinutes)
async def approve_minutes(scene: Scene, act: ApproveMinutes) -> None:
    meeting = await _of(scene)
    meeting.minutes_approved_at, meeting.minutes_approved_by = scene.step.at, scene.by


async def meeting_moved(scene: Scene) -> None:
    """The papers of a 支援会議 close some time after its minutes, or with a meeting cancelled."""
    meeting = await _of(scene)
    if meeting.legal_basis != LegalBasis.LAW_106_6:
        return
    if scene.step.state == MeetingState.DONE and meeting.papers_close_at is None:
        meeting.papers_close_at = scene.step.waits_until
    if scene.step.cause == PAPERS_CLOSE or scene.step.state == MeetingState.CANCELLED:
        meeting.papers_closed_at = meeting.papers_closed_at or scene.step.at
