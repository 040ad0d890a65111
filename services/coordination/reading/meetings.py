"""The page of one meeting: who is invited, what they answered, what was decided, what came of it.

Whoever may see the case may see that the meeting was and what it decided. What more there is to a
支援会議 is for the ward and for the agencies that were invited (invariant 2); the words of either
meeting are read apart, by the rules of the records and of the compartment.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from contracts import catalogue
from contracts.calendar import TOKYO, add_business_days, today
from contracts.cases import Kind, workflow_id
from contracts.policies import Policy
from services.coordination import bodies, labels, problems, views
from services.coordination.meeting_rules import seats
from services.coordination.models import (
    Advice,
    Attendee,
    CasePerson,
    Duty,
    Feedback,
    Mail,
    Meeting,
    Rescheduling,
    Strand,
    Task,
)
from services.coordination.reading.cases import visible_case
from services.coordination.reading.duties import duty_views, sees_whole
from services.coordination.reading.issues import issues_of
from services.coordination.reading.letters import letter_view, letters_of
from services.coordination.reading.names import Names
from services.coordination.reading.next_acts import next_acts
from services.coordination.reading.page_parts import meeting_views
from services.coordination.reading.part import States
from services.coordination.slots import REASONS
from services.coordination.store.polls import answers_of, rated_slots


async def show_meeting(
    session: AsyncSession, principal: Principal, meeting_id: UUID
) -> views.MeetingPage:
    """The looking is audited. Raises Problem 404 where the caller may not see the case."""
    meeting = await session.get(Meeting, meeting_id)
    if meeting is None:
        raise problems.not_found()
    case = await visible_case(session, principal, meeting.case_id)
    await audit(session, principal, "meeting.read", "meeting", str(meeting_id))
    strand = await session.get(Strand, workflow_id(Kind.MEETING, meeting_id))
    states = States({strand.workflow_id: strand.state} if strand else {})
    [shown] = await meeting_views(session, [meeting], states)
    invited = await seats(session, meeting_id)
    agencies = [seat.agency for seat in invited]
    whole = sees_whole(principal, meeting, agencies)
    names = await Names.of(session, [meeting.minutes_drafted_by, meeting.minutes_approved_by])
    body = bodies.bodies()[meeting.legal_basis]
    closed: dict[str, Any] = {
        "seats": (),
        "slots": (),
        "reschedulings": (),
        "duties": (),
        "advice": (),
        "issues": (),
    }
    return views.MeetingPage(
        case_id=case.case_id,
        receipt_number=case.receipt_number,
        meeting=shown if whole else shown.model_copy(update={"attendees": ()}),
        body=body.label,
        organiser_label=body.organiser_label,
        organiser=meeting.organiser,
        organiser_name=_agency(meeting.organiser),
        chair=meeting.chair,
        chair_name=_agency(meeting.chair),
        sitting_id=meeting.sitting_id,
        sheets_due=_sheets_due(meeting),
        quorum=bodies.quorum(meeting.legal_basis, agencies, today()),
        crowded=len(agencies) > body.most_attendees,
        hint=body.hint,
        whole=whole,
        poll_round=meeting.poll_round,
        chosen_why=tuple(_reason(code) for code in meeting.chosen_why),
        minutes_drafted_at=meeting.minutes_drafted_at,
        minutes_drafted_by=names.maybe(meeting.minutes_drafted_by),
        minutes_approved_by=names.maybe(meeting.minutes_approved_by),
        minutes_unread=meeting.minutes_unread,
        next=await _next(session, principal, strand) if strand and whole else (),
        **(await _parts(session, meeting, invited) if whole else closed),
    )


def _agency(code: str | None) -> str | None:
    return labels.agency(code) if code else None


def _reason(code: str) -> views.Choice:
    return views.Choice(value=code, label=REASONS.get(code, code))


def _sheets_due(meeting: Meeting) -> datetime | None:
    """By when the 準備シート are expected; None where no date is set."""
    if meeting.starts_at is None:
        return None
    local = meeting.starts_at.astimezone(TOKYO)
    on = add_business_days(local.date(), -Policy().sheet_lead.count)
    return datetime.combine(on, local.timetz())


async def _next(
    session: AsyncSession, principal: Principal, strand: Strand
) -> tuple[views.AllowedAct, ...]:
    tasks = await session.scalars(
        select(Task).where(
            col(Task.workflow_id) == strand.workflow_id, col(Task.closed_at).is_(None)
        )
    )
    persons = await session.scalars(
        select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == strand.case_id)
    )
    return await next_acts(session, principal, [strand], tasks.all(), sorted(persons))


async def _rows(session: AsyncSession, model: Any, meeting_id: UUID, *order: Any) -> list[Any]:
    found = select(model).where(col(model.meeting_id) == meeting_id).order_by(*order)
    return list((await session.scalars(found)).all())


async def _parts(
    session: AsyncSession, meeting: Meeting, invited: list[Attendee]
) -> dict[str, Any]:
    """What only the ward and the invited see, by the fields of the page."""
    key = meeting.meeting_id
    moves = await _rows(session, Rescheduling, key, col(Rescheduling.at))
    duties = await _rows(session, Duty, key, col(Duty.due_on), col(Duty.duty_id))
    advice = await _rows(session, Advice, key, col(Advice.at))
    words = {row.agency: row for row in await _rows(session, Feedback, key)}
    mails = {row.agency: row for row in await letters_of(session, key)}
    names = await Names.of(
        session, [row.by for rows in (moves, advice, words.values()) for row in rows]
    )
    said = await answers_of(session, meeting)
    answered = {row.agency for row in said}
    return {
        "seats": tuple(
            _seat(seat, words.get(seat.agency), mails.get(seat.agency), answered, names)
            for seat in invited
        ),
        "slots": tuple(
            views.SlotView(
                **{k: v for k, v in one.__dict__.items() if k not in ("announced", "reasons")},
                reasons=tuple(_reason(code) for code in one.reasons),
                answers={row.agency: row.answer for row in said if row.starts_at == one.starts_at},
            )
            for one in await rated_slots(session, meeting, datetime.now(UTC))
        ),
        "reschedulings": tuple(
            views.ReschedulingView(
                **row.model_dump(include={"reason", "came_from", "to", "present", "at"}),
                reason_label=labels.value("rescheduling", row.reason),
                by=names.staff(row.by),
            )
            for row in moves
        ),
        "duties": await duty_views(session, duties),
        "advice": tuple(
            views.AdviceView(
                agency=row.agency,
                agency_name=labels.agency(row.agency),
                by=names.staff(row.by),
                at=row.at,
            )
            for row in advice
        ),
        "issues": tuple(
            one
            for one in await issues_of(session, meeting.case_id)
            if one.meeting_id == meeting.meeting_id
        ),
    }


def _seat(
    seat: Attendee,
    word: Feedback | None,
    mail: Mail | None,
    answered: set[str],
    names: Names,
) -> views.SeatView:
    known = catalogue.agencies(today()).get(seat.agency)
    feedback = None
    if word is not None:
        said = {
            name: labels.value(name, getattr(word, name))
            for name in ("shared_view", "roles_clear", "time_fit")
        }
        feedback = views.FeedbackView(**said, by=names.staff(word.by), at=word.at)
    return views.SeatView(
        **seat.model_dump(include={"agency", "role", "acknowledged_at", "sheet_at", "present"}),
        agency_name=labels.agency(seat.agency),
        role_label=labels.value("seat_role", seat.role),
        access=known.access if known else "none",
        answered=seat.agency in answered,
        feedback=feedback,
        letter=letter_view(mail) if mail else None,
    )
