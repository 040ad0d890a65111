"""What the data forbid of meetings, entered among the rules of all acts (see `rules`)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import catalogue
from contracts.acts import Act, LegalBasis, SupportDecision, dates, meeting, outcome
from contracts.calendar import tokyo_date
from contracts.cases import Refusal
from contracts.life import CaseState, MeetingState
from contracts.message import private_texts
from services.coordination import bodies
from services.coordination.compartment import shut_to
from services.coordination.models import (
    Attendee,
    CaseFile,
    Meeting,
    Sitting,
    SittingActCase,
    Slot,
    Staff,
)
from services.coordination.plan_rules import paper
from services.coordination.refusal import RefusedError, incomplete
from services.coordination.rules import (
    RULES,
    Attempt,
    consent_gate,
    not_ahead,
)
from services.coordination.slots import why_closed


def basis_of(case: CaseFile) -> LegalBasis:
    """The state of the case decides under which rule a meeting sits."""
    return LegalBasis.CONSENT if case.state == CaseState.MEETING else LegalBasis.LAW_106_6


async def seats(session: AsyncSession, meeting_id: UUID) -> list[Attendee]:
    """The invited agencies of a meeting."""
    found = select(Attendee).where(col(Attendee.meeting_id) == meeting_id)
    return list((await session.scalars(found.order_by(col(Attendee.agency)))).all())


async def at_the_table(session: AsyncSession, held: Meeting) -> list[Attendee]:
    """Who may take something on: the invited; of a 支援会議 those who did not stay away."""
    taken = await seats(session, held.meeting_id)
    if held.legal_basis == LegalBasis.CONSENT:
        return taken
    return [seat for seat in taken if seat.present is not False]


async def slots_of(session: AsyncSession, held: Meeting) -> list[datetime]:
    """The dates of a meeting's latest round."""
    found = select(col(Slot.starts_at)).where(
        col(Slot.meeting_id) == held.meeting_id, col(Slot.round) == held.poll_round
    )
    return list((await session.scalars(found.order_by(col(Slot.starts_at)))).all())


async def _meeting(attempt: Attempt) -> Meeting:
    return await attempt.session.get_one(Meeting, attempt.entity_id)


async def _invited(attempt: Attempt) -> list[str]:
    return [seat.agency for seat in await seats(attempt.session, attempt.entity_id)]


async def _attending(attempt: Attempt, agency: str) -> None:
    if agency not in await _invited(attempt):
        raise incomplete("agency")


# --- called -----------------------------------------------------------------------------------


async def _call(attempt: Attempt, act: meeting.ScheduleMeeting | dates.ProposeDates) -> None:
    """Who sits together, and who chairs, by the legal basis."""
    if basis_of(attempt.case) is LegalBasis.CONSENT:
        await consent_gate(attempt, act.attendees)
    if len(set(act.attendees)) < 2:
        raise incomplete("attendees")
    if act.chair is not None and not bodies.may_chair(act.chair, attempt.on):
        raise RefusedError(Refusal.NOT_THE_CHAIR, field="chair", agencies=[act.chair])


def _have_access(agencies: Iterable[str], on: date) -> None:
    if left_out := bodies.without_access(agencies, on):
        raise RefusedError(Refusal.NO_ACCESS, field="attendees", agencies=left_out)


def _to_come(attempt: Attempt, at: datetime, name: str = "starts_at") -> None:
    if at <= attempt.now:
        raise RefusedError(Refusal.IN_THE_PAST, field=name)


def _open_days(attempt: Attempt, act: dates.ProposeDates | dates.ProposeOtherDates) -> None:
    """Of the proposed dates every one is to come, and on a day on which the ward is open."""
    proposed = proposed_by(act)
    if not proposed:
        raise incomplete("slots")
    for at in proposed:
        _to_come(attempt, at, "slots")
    closed = sorted({tokyo_date(at) for at in proposed if why_closed(tokyo_date(at))})
    if closed:
        days = [day.isoformat() for day in closed]
        raise RefusedError(Refusal.CLOSED_DAY, field="slots", days=days)


def proposed_by(act: dates.ProposeDates | dates.ProposeOtherDates) -> list[datetime]:
    another = [act.another] if act.another else []
    return sorted({*act.slots, *another})


def _ward_sits(attempt: Attempt, act: meeting.ScheduleMeeting | dates.ProposeDates) -> None:
    """区 chairs a 支援会議, and somebody of it approves the minutes. Asked of what is posted: what
    was stored before goes on."""
    if not attempt.posted or basis_of(attempt.case) is LegalBasis.CONSENT:
        return
    if not any(bodies.may_chair(agency, attempt.on) for agency in act.attendees):
        raise RefusedError(Refusal.WARD_NOT_INVITED, field="attendees")


async def _schedule_meeting(attempt: Attempt, act: meeting.ScheduleMeeting) -> None:
    await _call(attempt, act)
    _to_come(attempt, act.starts_at)
    _have_access(act.attendees, tokyo_date(act.starts_at))
    if act.sitting_id is not None:
        sitting = await attempt.session.get(Sitting, act.sitting_id)
        if sitting is None:
            raise incomplete("sitting_id")
        if sitting.starts_at != act.starts_at:
            raise incomplete("starts_at")
    _ward_sits(attempt, act)


async def _propose_dates(attempt: Attempt, act: dates.ProposeDates) -> None:
    await _call(attempt, act)
    _open_days(attempt, act)
    for at in proposed_by(act):
        _have_access(act.attendees, tokyo_date(at))
    _ward_sits(attempt, act)


async def _propose_other_dates(attempt: Attempt, act: dates.ProposeOtherDates) -> None:
    _open_days(attempt, act)
    for at in proposed_by(act):
        _have_access(await _invited(attempt), tokyo_date(at))


async def _answer_dates(attempt: Attempt, act: dates.AnswerDates) -> None:
    await _attending(attempt, act.agency)
    offered = set(await slots_of(attempt.session, await _meeting(attempt)))
    if not set(act.yes) <= offered:
        raise incomplete("yes")
    if not set(act.if_needed) <= offered - set(act.yes):
        raise incomplete("if_needed")


async def _choose_date(attempt: Attempt, act: dates.ChooseDate) -> None:
    """The consent gate once more: it may have been withdrawn while the dates were looked for."""
    chosen = await _meeting(attempt)
    if act.starts_at not in await slots_of(attempt.session, chosen):
        raise incomplete("starts_at")
    _to_come(attempt, act.starts_at)
    if chosen.legal_basis == LegalBasis.CONSENT:
        await consent_gate(attempt, await _invited(attempt))


async def _of_sitting(
    attempt: Attempt,
    act: meeting.PostponeMeeting | meeting.CancelMeeting | dates.ReportNoQuorum,
) -> None:
    """Only an act on the sitting in which the meeting is one of several makes it a part of it."""
    if act.sitting_act_id is not None and not await attempt.session.get(
        SittingActCase, (act.sitting_act_id, attempt.entity_id)
    ):
        raise incomplete("sitting_act_id")


async def _postpone_meeting(attempt: Attempt, act: meeting.PostponeMeeting) -> None:
    await _of_sitting(attempt, act)
    _to_come(attempt, act.starts_at)
    _have_access(await _invited(attempt), tokyo_date(act.starts_at))


async def _report_no_quorum(attempt: Attempt, act: dates.ReportNoQuorum) -> None:
    """Only where too few came; the new date is one to come."""
    await _of_sitting(attempt, act)
    if act.starts_at is not None:
        _to_come(attempt, act.starts_at)
    missed, invited = await _meeting(attempt), await _invited(attempt)
    if bodies.came(act.present, invited, attempt.on) >= bodies.quorum(
        missed.legal_basis, invited, attempt.on
    ):
        raise incomplete("present")


# --- prepared and held ------------------------------------------------------------------------


async def _submit_sheet(attempt: Attempt, act: meeting.SubmitSheet) -> None:
    await _attending(attempt, act.agency)


async def _acknowledge_secrecy(attempt: Attempt, act: meeting.AcknowledgeSecrecy) -> None:
    await _attending(attempt, act.agency)


async def _hold_meeting(attempt: Attempt, act: meeting.HoldMeeting) -> None:
    """The consent gate again, or every present agency's word on secrecy; and enough who came."""
    held = await _meeting(attempt)
    taken = await seats(attempt.session, held.meeting_id)
    if held.legal_basis == LegalBasis.CONSENT:
        await consent_gate(attempt, act.present)
    else:
        bound = {seat.agency for seat in taken if seat.acknowledged_at is not None}
        if unbound := set(act.present) - bound:
            raise RefusedError(Refusal.SECRECY_NOT_ACKNOWLEDGED, agencies=sorted(unbound))
    invited = [seat.agency for seat in taken]
    needed = bodies.quorum(held.legal_basis, invited, attempt.on)
    if (came := bodies.came(act.present, invited, attempt.on)) < needed:
        raise RefusedError(Refusal.NO_QUORUM, field="present", needed=needed, came=came)


async def _decide_plan(attempt: Attempt, act: meeting.DecidePlan) -> None:
    if act.verdict is meeting.PlanVerdict.NOT_SUITABLE and act.agency is None:
        raise incomplete("agency")


async def _decide_support(attempt: Attempt, act: meeting.DecideSupport) -> None:
    if act.decision is SupportDecision.OUTREACH_PLAN:
        if act.agency is None:
            raise incomplete("agency")
        await paper(attempt, act)
        table = {
            seat.agency for seat in await at_the_table(attempt.session, await _meeting(attempt))
        }
        if not {task.agency for task in act.tasks} <= {act.agency, *table}:
            raise incomplete("tasks")
    if act.decision is SupportDecision.OTHER_MEETING and act.statutory_meeting is None:
        raise incomplete("statutory_meeting")


# --- what comes of it -------------------------------------------------------------------------


async def _approve_minutes(attempt: Attempt, act: meeting.ApproveMinutes) -> None:
    """Of a 支援会議 by somebody of the ward who was let into its compartment (decision 0037).

    Where nobody of the ward sat in it, as was possible once, its decision alone is approved.
    """
    held = await _meeting(attempt)
    if attempt.sub in (held.held_by, held.minutes_drafted_by):
        raise RefusedError(Refusal.APPROVER_IS_AUTHOR)
    if held.legal_basis == LegalBasis.CONSENT:
        return
    shut = await shut_to(attempt.session, held, attempt.sub)
    table = await at_the_table(attempt.session, held)
    if shut and any(bodies.may_chair(seat.agency, attempt.on) for seat in table):
        raise RefusedError(Refusal.OUTSIDE_COMPARTMENT, why=shut)


async def _record_advice(attempt: Attempt, act: outcome.RecordAdvice) -> None:
    taken = await seats(attempt.session, attempt.entity_id)
    if act.agency not in {seat.agency for seat in taken if seat.role == bodies.SUPERVISOR}:
        raise incomplete("agency")


async def _assign_duty(attempt: Attempt, act: outcome.AssignDuty) -> None:
    """To an agency at the table: of a 支援会議 nobody else may learn, and the task would tell."""
    if attempt.case.state == CaseState.CLOSED:
        raise RefusedError(Refusal.NOT_ALLOWED, state=attempt.case.state, allowed=[])
    if act.due_on is not None and act.due_on < attempt.on:
        raise incomplete("due_on")
    held = await _meeting(attempt)
    if act.agency not in {seat.agency for seat in await at_the_table(attempt.session, held)}:
        raise incomplete("agency")
    if act.assignee is not None:
        staff = await attempt.session.get(Staff, act.assignee)
        if staff is None or staff.agency != act.agency:
            raise incomplete("assignee")


async def _may_still_be_said(attempt: Attempt, act: Act) -> None:
    """After the minutes for a while only; and nothing in words once the papers are closed: they
    would lie in a compartment that nobody opens any more."""
    held = await _meeting(attempt)
    if not still_heard(held, attempt.now):
        raise RefusedError(Refusal.NOT_ALLOWED, state=MeetingState.DONE, allowed=[])
    closed = held.papers_closed_at or held.papers_close_at
    if attempt.posted and closed is not None and closed <= attempt.now:
        for field, _ in private_texts(act):
            raise RefusedError(Refusal.INCOMPLETE, field=field, why="papers-closed")


def still_heard(held: Meeting, now: datetime) -> bool:
    """Whether something may be said of a meeting: until its minutes, and for a term after them."""
    if held.minutes_approved_at is None:
        return True
    return held.acts_until is not None and held.acts_until > now


async def _submit_feedback(attempt: Attempt, act: outcome.SubmitFeedback) -> None:
    """By those who were there."""
    await _may_still_be_said(attempt, act)
    taken = await seats(attempt.session, attempt.entity_id)
    if act.agency not in {seat.agency for seat in taken if seat.present}:
        raise incomplete("agency")


async def _raise_community_issue(attempt: Attempt, act: outcome.RaiseCommunityIssue) -> None:
    """Codes and areas of the catalogue and nothing else: what is free may tell of somebody."""
    await _may_still_be_said(attempt, act)
    if act.theme not in catalogue.community_themes():
        raise incomplete("theme")
    if not set(act.wanted_kinds) <= set(catalogue.resource_kinds()):
        raise incomplete("wanted_kinds")
    if act.basic_area not in {None, *(area.basic_area for area in catalogue.areas())}:
        raise incomplete("basic_area")
    if act.daily_area is not None:
        within = catalogue.basic_area_of(act.daily_area)
        if within is None or act.basic_area not in (None, within):
            raise incomplete("daily_area")


async def _record_statutory_meeting(attempt: Attempt, act: outcome.RecordStatutoryMeeting) -> None:
    if act.meeting not in catalogue.statutory_meetings():
        raise incomplete("meeting")
    await not_ahead(attempt, act)


RULES.update(
    {
        meeting.ScheduleMeeting: _schedule_meeting,
        meeting.SubmitSheet: _submit_sheet,
        meeting.AcknowledgeSecrecy: _acknowledge_secrecy,
        meeting.PostponeMeeting: _postpone_meeting,
        meeting.CancelMeeting: _of_sitting,
        meeting.HoldMeeting: _hold_meeting,
        meeting.DecidePlan: _decide_plan,
        meeting.DecideSupport: _decide_support,
        meeting.ApproveMinutes: _approve_minutes,
        dates.ProposeDates: _propose_dates,
        dates.ProposeOtherDates: _propose_other_dates,
        dates.AnswerDates: _answer_dates,
        dates.ChooseDate: _choose_date,
        dates.ReportNoQuorum: _report_no_quorum,
        outcome.RecordAdvice: _record_advice,
        outcome.AssignDuty: _assign_duty,
        outcome.SubmitFeedback: _submit_feedback,
        outcome.RaiseCommunityIssue: _raise_community_issue,
        outcome.RecordStatutoryMeeting: _record_statutory_meeting,
    }
)
