"""Meetings: announced, prepared, held, their conclusion, their minutes (process A3)."""

from datetime import datetime
from uuid import UUID

from contracts.acts import (
    AcknowledgeSecrecy,
    AgencyRole,
    ApproveMinutes,
    CancelMeeting,
    DecidePlan,
    DecideSupport,
    HoldMeeting,
    LegalBasis,
    PlanKind,
    ProposeDates,
    ScheduleMeeting,
    SubmitSheet,
    SupportDecision,
)
from contracts.events.coordination import MeetingHeld, MeetingScheduled
from contracts.life import MeetingState
from services.coordination.bodies import may_chair, seat_role
from services.coordination.compartment import admit, shut_to
from services.coordination.effects.plan import adopt, make_current, next_version
from services.coordination.effects.plan_draft import write_parts, write_tasks
from services.coordination.effects.scene import Scene, effect
from services.coordination.meeting_rules import basis_of, seats
from services.coordination.models import Attendee, Meeting, PlanVersion, Sitting
from services.coordination.plan_rules import latest_plan
from services.coordination.reach import PLAN_MAKING
from services.coordination.store.cases import WHOLE_WARD
from services.coordination.store.letters import write_letters, write_sitting_letters
from services.coordination.store.team import disclose, join_team

PAPERS_CLOSE = "papers_close"
"""The `Policy` field whose time has come."""


async def of_step(scene: Scene) -> Meeting:
    """The meeting whose step it is."""
    return await scene.session.get_one(Meeting, scene.step.entity_id)


async def _seat(scene: Scene, agency: str) -> Attendee:
    return await scene.session.get_one(Attendee, (scene.step.entity_id, agency))


@effect(ScheduleMeeting)
async def schedule_meeting(scene: Scene, act: ScheduleMeeting) -> None:
    meeting = await call_meeting(scene, act, act.starts_at)
    meeting.sitting_id = act.sitting_id
    await invite(scene, meeting)
    await scene.tell(
        MeetingScheduled, meeting_id=meeting.meeting_id, legal_basis=meeting.legal_basis
    )


async def call_meeting(
    scene: Scene, act: ScheduleMeeting | ProposeDates, starts_at: datetime | None
) -> Meeting:
    """The meeting with its seats. The coordinating division organises it, for the ward where the
    law says the ward; who chairs may be another division."""
    organiser = scene.case.coordinator_agency
    meeting = Meeting(
        meeting_id=scene.created,
        case_id=scene.case.case_id,
        legal_basis=basis_of(scene.case),
        starts_at=starts_at,
        venue=act.venue,
        scheduled_by=scene.by,
        organiser=organiser,
        chair=act.chair or (organiser if may_chair(organiser, scene.on) else WHOLE_WARD),
    )
    scene.session.add(meeting)
    await scene.session.flush()
    scene.session.add_all(
        Attendee(meeting_id=meeting.meeting_id, agency=agency, role=seat_role(agency, scene.on))
        for agency in sorted(set(act.attendees))
    )
    await scene.session.flush()
    return meeting


def sitting_act_of(scene: Scene) -> UUID | None:
    """What act on a whole sitting a step is the part of one case of."""
    act = scene.step.command.act if scene.step.command else None
    whole: UUID | None = getattr(act, "sitting_act_id", None)
    return whole


async def invite(scene: Scene, meeting: Meeting) -> None:
    """An invitation to every seat, or the same invitation with another date."""
    agencies = [seat.agency for seat in await seats(scene.session, meeting.meeting_id)]
    if whole := sitting_act_of(scene):
        return await write_sitting_letters(
            scene.session, whole, meeting, agencies, "invitation", scene.step.at
        )
    await write_letters(
        scene.session, meeting, agencies, "invitation", meeting.sequence, scene.step.at
    )


async def void_invitation(scene: Scene, meeting: Meeting, was: datetime | None) -> None:
    """The date does not hold any more; `was` is None where there was none yet."""
    agencies = [seat.agency for seat in await seats(scene.session, meeting.meeting_id)]
    if whole := sitting_act_of(scene):
        return await write_sitting_letters(
            scene.session, whole, meeting, agencies, "cancellation", scene.step.at, of=was
        )
    await write_letters(
        scene.session,
        meeting,
        agencies,
        "cancellation",
        meeting.sequence,
        scene.step.at,
        of=was,
    )


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


@effect(CancelMeeting)
async def cancel_meeting(scene: Scene, act: CancelMeeting) -> None:
    """The meeting's own state says it; a sitting that is called off as a whole is over."""
    meeting = await of_step(scene)
    if act.sitting_act_id is not None and meeting.sitting_id is not None:
        sitting = await scene.session.get_one(Sitting, meeting.sitting_id)
        sitting.cancelled_at = scene.step.at


@effect(HoldMeeting)
async def hold_meeting(scene: Scene, act: HoldMeeting) -> None:
    """Whoever was there has learned of the case: a disclosure to each (process A4)."""
    meeting = await of_step(scene)
    meeting.held_at, meeting.held_by = scene.step.at, scene.by
    present = set(act.present)
    for seat in await seats(scene.session, meeting.meeting_id):
        seat.present = seat.agency in present
        present.discard(seat.agency)
    scene.session.add_all(
        Attendee(
            meeting_id=meeting.meeting_id,
            agency=agency,
            role=seat_role(agency, scene.on),
            present=True,
        )
        for agency in sorted(present)
    )
    await write_letters(scene.session, meeting, act.present, "feedback", 0, scene.step.at)
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
    await scene.tell(
        MeetingHeld,
        meeting_id=meeting.meeting_id,
        legal_basis=meeting.legal_basis,
        present=tuple(sorted(set(act.present))),
    )


@effect(DecidePlan)
async def decide_plan(scene: Scene, act: DecidePlan) -> None:
    """The plan itself moves on with a step of its own, and is adopted there."""
    meeting = await of_step(scene)
    meeting.verdict, meeting.decided_agency = act.verdict, act.agency


@effect(DecideSupport)
async def decide_support(scene: Scene, act: DecideSupport) -> None:
    """A 支援会議 makes an outreach plan itself; nobody else decides on it."""
    meeting = await of_step(scene)
    meeting.decision, meeting.decided_agency = act.decision, act.agency
    meeting.statutory_meeting = act.statutory_meeting
    if act.decision is SupportDecision.OUTREACH_PLAN and act.agency is not None:
        plan = await _outreach_plan(scene, act, act.agency)
        await adopt(scene, plan, meeting.meeting_id)
        plan.decided_at = scene.step.at
        await make_current(scene, plan)
        await join_team(scene.session, scene.case.case_id, act.agency, "outreach", scene.step.at)


async def _outreach_plan(scene: Scene, act: DecideSupport, agency: str) -> PlanVersion:
    command = scene.step.command
    plan = PlanVersion(
        plan_id=scene.created,
        case_id=scene.case.case_id,
        kind=PlanKind.OUTREACH,
        version=await next_version(scene, PlanKind.OUTREACH),
        author=scene.by,
        drafted_at=scene.step.at,
        episode=scene.case.episode,
        content_command=command.command_id if command else None,
        previous_plan_id=await latest_plan(scene.session, scene.case.case_id, PlanKind.OUTREACH),
        starts_on=act.starts_on or scene.on,
        ends_on=act.ends_on or scene.on,
        monitoring_on=sorted(set(act.monitoring_on)),
        outreach=True,
    )
    scene.session.add(plan)
    others = tuple(given for given in act.roles if given.agency != agency)
    await write_parts(
        scene, plan.plan_id, (AgencyRole(agency=agency, role="lead"), *others), act.goals
    )
    write_tasks(scene, plan.plan_id, act.tasks)
    return plan


@effect(ApproveMinutes)
async def approve_minutes(scene: Scene, act: ApproveMinutes) -> None:
    meeting = await of_step(scene)
    meeting.minutes_approved_at, meeting.minutes_approved_by = scene.step.at, scene.by
    if meeting.legal_basis == LegalBasis.LAW_106_6:
        meeting.minutes_unread = await shut_to(scene.session, meeting, scene.by) is not None


async def meeting_moved(scene: Scene) -> None:
    """The papers of a 支援会議 close some time after its minutes, or with a meeting cancelled; what
    is called off is told to those who were invited."""
    meeting, step = await of_step(scene), scene.step
    if step.state == MeetingState.CANCELLED and step.came_from != MeetingState.CANCELLED:
        meeting.sequence += 1
        await void_invitation(scene, meeting, meeting.starts_at)
    meeting.acts_until = step.acts_until or meeting.acts_until
    if meeting.legal_basis != LegalBasis.LAW_106_6:
        return
    if step.state == MeetingState.DONE and meeting.papers_close_at is None:
        meeting.papers_close_at = step.waits_until
    if step.cause == PAPERS_CLOSE or step.state == MeetingState.CANCELLED:
        meeting.papers_closed_at = meeting.papers_closed_at or step.at
