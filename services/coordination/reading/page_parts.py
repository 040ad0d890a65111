"""The parts of a case page: team, meetings, plans, referrals, placements, contacts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.cases import Kind
from services.coordination import labels, views
from services.coordination.models import (
    Attendee,
    Contact,
    Meeting,
    Placement,
    TeamMember,
)
from services.coordination.reading.beside_parts import beside_parts
from services.coordination.reading.issues import issues_of, statutory_meetings_of
from services.coordination.reading.part import States, rows
from services.coordination.reading.plan_parts import plan_views
from services.coordination.reading.referral_parts import referral_views

LATEST = 20
"""Contacts shown on the page; all of them are in the timeline."""


async def page_parts(
    session: AsyncSession, case_id: UUID, states: dict[str, str]
) -> dict[str, Any]:
    """The fields of `views.CaseView` by their names."""
    known = States(states)
    return {
        "team": await _team(session, case_id),
        "meetings": await _meetings(session, case_id, known),
        "statutory_meetings": await statutory_meetings_of(session, case_id),
        "issues": await issues_of(session, case_id),
        "plans": await plan_views(session, case_id, known),
        "referrals": await referral_views(session, case_id, known),
        "placements": await _placements(session, case_id, known),
        "contacts": await _contacts(session, case_id),
        **await beside_parts(session, case_id, known),
    }


async def _team(session: AsyncSession, case_id: UUID) -> tuple[views.Member, ...]:
    found = await rows(
        session,
        select(TeamMember)
        .where(col(TeamMember.case_id) == case_id)
        .order_by(col(TeamMember.since), col(TeamMember.team_member_id)),
    )
    return tuple(
        views.Member(
            agency=row.agency,
            agency_name=labels.agency(row.agency, row.until),
            role=row.role,
            role_label=labels.team_role(row.role),
            since=row.since,
            until=row.until,
        )
        for row in found
    )


async def _meetings(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.MeetingView, ...]:
    found = await rows(
        session,
        select(Meeting).where(col(Meeting.case_id) == case_id).order_by(col(Meeting.starts_at)),
    )
    return await meeting_views(session, found, states)


async def meeting_views(
    session: AsyncSession, found: Sequence[Meeting], states: States
) -> tuple[views.MeetingView, ...]:
    """Meetings as lists and pages show them."""
    seats = await rows(
        session,
        select(Attendee)
        .where(col(Attendee.meeting_id).in_([row.meeting_id for row in found]))
        .order_by(col(Attendee.agency)),
    )
    return tuple(
        views.MeetingView(
            meeting_id=row.meeting_id,
            legal_basis=row.legal_basis,
            legal_basis_label=labels.legal_basis(row.legal_basis),
            starts_at=row.starts_at,
            venue=row.venue,
            **states.of(Kind.MEETING, row.meeting_id),
            held_at=row.held_at,
            verdict=row.verdict,
            verdict_label=labels.value("verdict", row.verdict) if row.verdict else None,
            decision=row.decision,
            decision_label=labels.value("decision", row.decision) if row.decision else None,
            attendees=tuple(
                _seat(seat, row.held_at or row.starts_at or datetime.now(UTC))
                for seat in seats
                if seat.meeting_id == row.meeting_id
            ),
            minutes_approved_at=row.minutes_approved_at,
        )
        for row in found
    )


def _seat(seat: Attendee, at: datetime) -> views.AttendeeView:
    return views.AttendeeView(
        agency=seat.agency,
        agency_name=labels.agency(seat.agency, at),
        acknowledged_at=seat.acknowledged_at,
        sheet_at=seat.sheet_at,
        present=seat.present,
    )


async def _placements(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.PlacementView, ...]:
    found = await rows(
        session,
        select(Placement)
        .where(col(Placement.case_id) == case_id)
        .order_by(col(Placement.started_at), col(Placement.placement_id)),
    )
    return tuple(
        views.PlacementView(
            placement_id=row.placement_id,
            person_id=row.person_id,
            kinds=tuple(row.kinds),
            daily_area=row.daily_area,
            **states.of(Kind.PLACEMENT, row.placement_id),
            resource_id=row.resource_id,
            started_at=row.started_at,
            linked_on=row.linked_on,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
        )
        for row in found
    )


async def _contacts(session: AsyncSession, case_id: UUID) -> tuple[views.ContactView, ...]:
    found = await rows(
        session,
        select(Contact)
        .where(col(Contact.case_id) == case_id)
        .order_by(col(Contact.at).desc(), col(Contact.contact_id).desc())
        .limit(LATEST),
    )
    return tuple(
        views.ContactView(
            contact_id=row.contact_id,
            agency=row.agency,
            agency_name=labels.agency(row.agency, row.on),
            on=row.on,
            method=row.method,
            method_label=labels.value("method", row.method, "record_contact"),
            outcome=row.outcome,
            outcome_label=labels.value("outcome", row.outcome),
            first=row.first,
        )
        for row in found
    )
