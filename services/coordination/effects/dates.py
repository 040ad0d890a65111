"""日程調整: dates proposed, answered, chosen; a meeting to which too few came."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import col

from contracts.acts import (
    AnswerDates,
    ChooseDate,
    PostponeMeeting,
    ProposeDates,
    ProposeOtherDates,
    ReportNoQuorum,
)
from contracts.events.coordination import MeetingScheduled
from contracts.events.envelope import new_id
from services.coordination.effects.meeting import (
    call_meeting,
    invite,
    of_step,
    sitting_act_of,
    void_invitation,
)
from services.coordination.effects.scene import Scene, effect
from services.coordination.meeting_rules import proposed_by, seats, slots_of
from services.coordination.models import Meeting, Rescheduling, Sitting, Slot, SlotAnswer
from services.coordination.store.letters import write_letters
from services.coordination.store.polls import rated_slots


@effect(ProposeDates)
async def propose_dates(scene: Scene, act: ProposeDates) -> None:
    meeting = await call_meeting(scene, act, None)
    await _ask(scene, meeting, proposed_by(act))


@effect(ProposeOtherDates)
async def propose_other_dates(scene: Scene, act: ProposeOtherDates) -> None:
    meeting = await of_step(scene)
    await _move(scene, meeting, None, "other-dates")
    await _ask(scene, meeting, proposed_by(act))


async def _ask(scene: Scene, meeting: Meeting, dates: list[datetime]) -> None:
    """A new round of dates is put to the agencies."""
    meeting.poll_round += 1
    meeting.chosen_why = []
    scene.session.add_all(
        Slot(meeting_id=meeting.meeting_id, round=meeting.poll_round, starts_at=at) for at in dates
    )
    await scene.session.flush()
    await write_letters(
        scene.session,
        meeting,
        [seat.agency for seat in await seats(scene.session, meeting.meeting_id)],
        "dates",
        meeting.poll_round,
        scene.step.at,
    )


@effect(AnswerDates)
async def answer_dates(scene: Scene, act: AnswerDates) -> None:
    """The answer is to the whole round, and takes the place of an earlier one."""
    meeting = await of_step(scene)
    key: dict[str, Any] = {
        "meeting_id": meeting.meeting_id,
        "round": meeting.poll_round,
        "agency": act.agency,
    }
    await scene.session.execute(
        delete(SlotAnswer).where(*(getattr(SlotAnswer, name) == v for name, v in key.items()))
    )
    said = {**dict.fromkeys(act.if_needed, "if-needed"), **dict.fromkeys(act.yes, "yes")}
    scene.session.add_all(
        SlotAnswer(**key, starts_at=at, answer=said.get(at, "no"), by=scene.by, at=scene.step.at)
        for at in await slots_of(scene.session, meeting)
    )


@effect(ChooseDate)
async def choose_date(scene: Scene, act: ChooseDate) -> None:
    """Why this date: the rule's reasons where it is the rule's, else the organiser's own."""
    meeting = await of_step(scene)
    rated = await rated_slots(scene.session, meeting, scene.step.at)
    chosen = next(one for one in rated if one.starts_at == act.starts_at)
    by_hand = [] if chosen is rated[0] else ["chosen-by-hand"]
    meeting.chosen_why = [*by_hand, *chosen.reasons]
    had_date = await scene.session.scalar(
        select(col(Rescheduling.rescheduling_id))
        .where(
            col(Rescheduling.meeting_id) == meeting.meeting_id,
            col(Rescheduling.came_from).is_not(None),
        )
        .limit(1)
    )
    meeting.starts_at = act.starts_at
    if had_date is not None:
        meeting.sequence += 1
    await invite(scene, meeting)
    if had_date is None:
        await scene.tell(
            MeetingScheduled, meeting_id=meeting.meeting_id, legal_basis=meeting.legal_basis
        )


@effect(PostponeMeeting)
async def postpone_meeting(scene: Scene, act: PostponeMeeting) -> None:
    await _move(scene, await of_step(scene), act.starts_at, "postponed")


@effect(ReportNoQuorum)
async def report_no_quorum(scene: Scene, act: ReportNoQuorum) -> None:
    meeting = await of_step(scene)
    await _move(scene, meeting, act.starts_at, "no-quorum", present=len(set(act.present)))
    if act.starts_at is None:
        # Until dates are proposed there are none to be answered.
        meeting.poll_round += 1


async def _move(
    scene: Scene, meeting: Meeting, to: datetime | None, reason: str, present: int | None = None
) -> None:
    """Another date, or none for the time being; a case that is moved alone leaves its
    sitting, and a sitting that is moved as a whole stays one."""
    scene.session.add(
        Rescheduling(
            rescheduling_id=new_id(),
            meeting_id=meeting.meeting_id,
            reason=reason,
            came_from=meeting.starts_at,
            to=to,
            present=present,
            by=scene.by,
            at=scene.step.at,
        )
    )
    was, meeting.starts_at = meeting.starts_at, to
    if sitting_act_of(scene) and to is not None and meeting.sitting_id is not None:
        (await scene.session.get_one(Sitting, meeting.sitting_id)).starts_at = to
    else:
        meeting.sitting_id = None
    if was is not None:
        meeting.sequence += 1
    if to is not None:
        await invite(scene, meeting)
    elif was is not None:
        await void_invitation(scene, meeting, was)
