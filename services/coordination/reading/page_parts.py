"""The parts of a case page: team, meetings, plans, referrals, placements, contacts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.cases import Kind, workflow_id
from contracts.life import LIVES
from services.coordination import labels, views
from services.coordination.models import (
    Attendee,
    Contact,
    Meeting,
    Monitoring,
    Placement,
    PlanRole,
    PlanVersion,
    Referral,
    TeamMember,
)
from services.coordination.reading.issues import issues_of, statutory_meetings_of
from services.coordination.reading.names import Names

LATEST = 20
"""Contacts shown on the page; all of them are in the timeline."""


class States:
    """The states of a case's workflows; the first of its life where one has just been made."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def of(self, kind: Kind, entity_id: UUID) -> dict[str, str]:
        state = self._known.get(workflow_id(kind, entity_id), next(iter(LIVES[kind])))
        return {"state": state, "state_label": labels.state(kind, state)}


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
        "plans": await _plans(session, case_id, known),
        "referrals": await _referrals(session, case_id, known),
        "placements": await _placements(session, case_id, known),
        "contacts": await _contacts(session, case_id),
    }


async def _rows(session: AsyncSession, statement: Any) -> Sequence[Any]:
    found: Sequence[Any] = (await session.scalars(statement)).all()
    return found


async def _team(session: AsyncSession, case_id: UUID) -> tuple[views.Member, ...]:
    rows = await _rows(
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
        for row in rows
    )


async def _meetings(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.MeetingView, ...]:
    rows = await _rows(
        session,
        select(Meeting).where(col(Meeting.case_id) == case_id).order_by(col(Meeting.starts_at)),
    )
    return await meeting_views(session, rows, states)


async def meeting_views(
    session: AsyncSession, rows: Sequence[Meeting], states: States
) -> tuple[views.MeetingView, ...]:
    """Meetings as lists and pages show them."""
    seats = await _rows(
        session,
        select(Attendee)
        .where(col(Attendee.meeting_id).in_([row.meeting_id for row in rows]))
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
        for row in rows
    )


def _seat(seat: Attendee, at: datetime) -> views.AttendeeView:
    return views.AttendeeView(
        agency=seat.agency,
        agency_name=labels.agency(seat.agency, at),
        acknowledged_at=seat.acknowledged_at,
        sheet_at=seat.sheet_at,
        present=seat.present,
    )


async def _plans(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.PlanView, ...]:
    rows = await _rows(
        session,
        select(PlanVersion)
        .where(col(PlanVersion.case_id) == case_id)
        .order_by(col(PlanVersion.drafted_at), col(PlanVersion.plan_id)),
    )
    ids = [row.plan_id for row in rows]
    roles = await _rows(session, select(PlanRole).where(col(PlanRole.plan_id).in_(ids)))
    looks = await _rows(
        session,
        select(Monitoring)
        .where(col(Monitoring.plan_id).in_(ids))
        .order_by(col(Monitoring.at), col(Monitoring.monitoring_id)),
    )
    names = await Names.of(session, [sub for row in rows for sub in (row.author, row.decided_by)])
    return tuple(
        _plan(
            row,
            names,
            states,
            [role for role in roles if role.plan_id == row.plan_id],
            [look for look in looks if look.plan_id == row.plan_id],
        )
        for row in rows
    )


def _plan(
    row: PlanVersion,
    names: Names,
    states: States,
    roles: list[PlanRole],
    looks: list[Monitoring],
) -> views.PlanView:
    state = states.of(Kind.PLAN, row.plan_id)
    if row.kind == "outreach":
        # No workflow lives an outreach plan; the meeting that made it also decided it.
        code = "active" if row.current else "completed"
        state = {"state": code, "state_label": labels.state(Kind.PLAN, code)}
    return views.PlanView(
        plan_id=row.plan_id,
        kind=row.kind,
        kind_label=labels.plan_kind(row.kind),
        version=row.version,
        **state,
        author=names.staff(row.author),
        current=row.current,
        prepared=row.prepared,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        participation=row.participation,
        outreach=row.outreach,
        adopted_at=row.adopted_at,
        decided_by=names.maybe(row.decided_by),
        decided_at=row.decided_at,
        roles=tuple(
            views.RoleView(
                agency=role.agency,
                agency_name=labels.agency(role.agency, row.decided_at or row.drafted_at),
                role=role.role,
                role_label=labels.value("role", role.role),
            )
            for role in roles
        ),
        monitorings=tuple(
            views.MonitoringView(
                at=look.at,
                result=look.result,
                result_label=labels.value("result", look.result, "record_monitoring"),
                on_paper=look.on_paper,
            )
            for look in looks
        ),
    )


async def _referrals(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.ReferralView, ...]:
    rows = await _rows(
        session,
        select(Referral)
        .where(col(Referral.case_id) == case_id)
        .order_by(col(Referral.asked_at), col(Referral.referral_id)),
    )
    return tuple(
        views.ReferralView(
            referral_id=row.referral_id,
            agency=row.agency,
            agency_name=labels.agency(row.agency, row.finished_at or row.asked_at),
            sole=row.sole,
            **states.of(Kind.REFERRAL, row.referral_id),
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            finished_at=row.finished_at,
            reason=row.reason,
            result=row.result,
        )
        for row in rows
    )


async def _placements(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.PlacementView, ...]:
    rows = await _rows(
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
        for row in rows
    )


async def _contacts(session: AsyncSession, case_id: UUID) -> tuple[views.ContactView, ...]:
    rows = await _rows(
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
        for row in rows
    )
