"""役割分担 as people see it: who took on what at a meeting, by when, and what became of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts.acts import LegalBasis
from services.coordination import labels, views
from services.coordination.models import Attendee, Duty, Errand, Meeting
from services.coordination.permissions import sees_all
from services.coordination.reading.names import Names

OPEN = "open"


def sees_whole(principal: Principal, meeting: Meeting, invited: Sequence[str]) -> bool:
    """Of a 支援会議 the ward and the invited see more than the decision (invariant 2)."""
    if sees_all(principal) or meeting.legal_basis != LegalBasis.LAW_106_6:
        return True
    return principal.agency in invited


async def duty_views(session: AsyncSession, duties: Sequence[Duty]) -> tuple[views.DutyView, ...]:
    """A duty and its errand have one id: whoever reported the errand has reported the duty."""
    ids = [duty.duty_id for duty in duties]
    found = await session.scalars(select(Errand).where(col(Errand.errand_id).in_(ids)))
    errands = {errand.errand_id: errand for errand in found}
    names = await Names.of(session, [duty.assignee for duty in duties])
    return tuple(_view(duty, errands.get(duty.duty_id), names) for duty in duties)


def _view(duty: Duty, errand: Errand | None, names: Names) -> views.DutyView:
    result = errand.result if errand else None
    standing = result or (OPEN if errand else None)
    return views.DutyView(
        **duty.model_dump(include={"duty_id", "meeting_id", "agency", "duty"}),
        agency_name=labels.agency(duty.agency),
        duty_label=labels.value("duty", duty.duty),
        due_on=(errand.due_on if errand else None) or duty.due_on,
        assignee=names.maybe(duty.assignee),
        standing=standing,
        standing_label=labels.value("standing", standing) if standing else None,
        reported_at=errand.ended_at if errand else None,
    )


async def duties_of_case(
    session: AsyncSession, principal: Principal, case_id: UUID
) -> tuple[views.DutyView, ...]:
    """All that was taken on at the case's meetings, as far as the caller sees those meetings."""
    held = await session.scalars(select(Meeting).where(col(Meeting.case_id) == case_id))
    whole = []
    for meeting in held:
        invited = select(col(Attendee.agency)).where(col(Attendee.meeting_id) == meeting.meeting_id)
        if sees_whole(principal, meeting, list(await session.scalars(invited))):
            whole.append(meeting.meeting_id)
    found = await session.scalars(
        select(Duty)
        .where(col(Duty.meeting_id).in_(whole))
        .order_by(col(Duty.due_on), col(Duty.duty_id))
    )
    return await duty_views(session, found.all())


def to_be_looked_at(case: views.CaseView) -> list[views.DutyView]:
    """What a monitoring goes through: what is open, and what was reported since the last one."""
    seen = [one.at for plan in case.plans for one in plan.monitorings]
    since = max(seen, default=None)
    return [
        duty
        for duty in case.duties
        if duty.standing == OPEN
        or (duty.reported_at is not None and (since is None or duty.reported_at > since))
    ]


def without_hidden(parts: dict[str, Any], shown: Sequence[views.DutyView]) -> dict[str, Any]:
    """The parts of a case page, without the errands of duties that the caller does not see."""
    known = {duty.duty_id: duty for duty in shown}
    errands = tuple(
        one.model_copy(update={"asks": f"{one.asks}({known[one.errand_id].duty_label})"})
        if one.errand_id in known
        else one
        for one in parts["errands"]
        if one.topic != "duty" or one.errand_id in known
    )
    return {**parts, "errands": errands, "duties": tuple(shown)}
