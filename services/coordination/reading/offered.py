"""What a form about a meeting offers here and now: dates, agencies, sittings to choose from."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import catalogue
from contracts.calendar import TOKYO, add_business_days, today, tokyo_date, wareki
from contracts.cases import Kind
from contracts.policies import Policy
from services.coordination import bodies, labels, views
from services.coordination.meeting_rules import at_the_table, basis_of, seats, slots_of
from services.coordination.models import CaseFile, Duty, Errand, Meeting, Sitting, Staff, Strand
from services.coordination.slots import REASONS, Rated, suggestions
from services.coordination.store.polls import rated_slots

CALLING = frozenset({"schedule_meeting", "propose_dates"})

PLANNING = frozenset({"draft_plan", "prepare_plan", "revise_draft", "decide_support"})

OF_THE_SEATS = frozenset({"submit_sheet", "acknowledge_secrecy", "answer_dates"})


async def offered(
    session: AsyncSession, strand: Strand, act: str, fields: Sequence[views.Field]
) -> tuple[views.Field, ...]:
    """The fields of an act's form, with what can be chosen for this very meeting or case."""
    changes: dict[str, dict[str, Any]] = {}
    if act in PLANNING:
        return await _with_duties(session, strand, fields)
    if strand.kind == Kind.CASE and act in CALLING:
        changes = await _calling(session, strand, act)
    elif strand.kind == Kind.MEETING:
        meeting = await session.get(Meeting, strand.entity_id)
        if meeting is not None:
            changes = await _at_meeting(session, meeting, act)
    return tuple(
        one.model_copy(update=changes[one.name]) if one.name in changes else one for one in fields
    )


async def _with_duties(
    session: AsyncSession, strand: Strand, fields: Sequence[views.Field]
) -> tuple[views.Field, ...]:
    """A plan's task may take the place of a duty; where there is none, it is not asked for."""
    open_duties = await session.scalars(
        select(Duty)
        .join(Errand, col(Errand.errand_id) == col(Duty.duty_id))
        .where(col(Errand.case_id) == strand.case_id, col(Errand.ended_at).is_(None))
        .order_by(col(Duty.due_on), col(Duty.duty_id))
    )
    choices = tuple(
        views.Choice(
            value=str(duty.duty_id),
            label=f"{labels.agency(duty.agency)} {labels.value('duty', duty.duty)}",
        )
        for duty in open_duties
    )
    return tuple(
        one.model_copy(update={"columns": _with_choices(one.columns, choices)})
        if one.name == "tasks"
        else one
        for one in fields
    )


def _with_choices(
    columns: tuple[views.Field, ...], choices: tuple[views.Choice, ...]
) -> tuple[views.Field, ...]:
    return tuple(
        column.model_copy(update={"choices": choices}) if column.name == "duty_id" else column
        for column in columns
        if choices or column.name != "duty_id"
    )


async def _calling(session: AsyncSession, strand: Strand, act: str) -> dict[str, dict[str, Any]]:
    case = await session.get_one(CaseFile, strand.case_id)
    on, known = today(), catalogue.agencies(today())
    reachable = set(known) - set(bodies.without_access(known, on))
    return {
        "slots": {"choices": _suggested()},
        "attendees": {
            "choices": _agencies(code for code in known if code in reachable),
            "hint": bodies.bodies()[basis_of(case)].hint,
        },
        "chair": {"choices": _agencies(code for code in known if bodies.may_chair(code, on))},
        **({"sitting_id": {"choices": await _sittings(session)}} if act != "propose_dates" else {}),
    }


async def _at_meeting(
    session: AsyncSession, meeting: Meeting, act: str
) -> dict[str, dict[str, Any]]:
    taken = await seats(session, meeting.meeting_id)
    match act:
        case "propose_other_dates":
            return {"slots": {"choices": _suggested()}}
        case "answer_dates":
            dates = tuple(_date(at) for at in await slots_of(session, meeting))
            agencies = _agencies(seat.agency for seat in taken)
            return {
                "agency": {"choices": agencies},
                "yes": {"choices": dates},
                "if_needed": {"choices": dates, "hint": "選ばない日時は、参加できないとみなします"},
            }
        case "choose_date":
            rated = await rated_slots(session, meeting, datetime.now(UTC))
            return {
                "starts_at": {
                    "choices": tuple(_rated(one) for one in rated),
                    "default": rated[0].starts_at.astimezone(TOKYO).isoformat() if rated else None,
                    "hint": _why(rated[0]) if rated else None,
                }
            }
        case "hold_meeting" | "report_no_quorum":
            return {"present": {"choices": _agencies(seat.agency for seat in taken)}}
        case "record_advice":
            advisers = [seat.agency for seat in taken if seat.role == bodies.SUPERVISOR]
            return {"agency": {"choices": _agencies(advisers)}}
        case "assign_duty":
            table = [seat.agency for seat in await at_the_table(session, meeting)]
            return {
                "agency": {"choices": _agencies(table)},
                "due_on": {"default": _duty_due(), "hint": "空欄のときは10営業日後になります"},
                "assignee": {"choices": await _staff_of(session, table)},
            }
        case "submit_feedback":
            came = [seat.agency for seat in taken if seat.present]
            return {"agency": {"choices": _agencies(came)}}
        case _ if act in OF_THE_SEATS:
            return {"agency": {"choices": _agencies(seat.agency for seat in taken)}}
    return {}


def _agencies(codes: Iterable[str]) -> tuple[views.Choice, ...]:
    return tuple(views.Choice(value=code, label=labels.agency(code)) for code in codes)


def _duty_due() -> str:
    return add_business_days(today(), Policy().duty_due.count).isoformat()


async def _staff_of(session: AsyncSession, agencies: list[str]) -> tuple[views.Choice, ...]:
    """The members of staff of some agencies who have used the system."""
    found = select(Staff).where(col(Staff.agency).in_(agencies)).order_by(col(Staff.name))
    return tuple(
        views.Choice(value=one.sub, label=f"{labels.agency(one.agency or '')} {one.name}")
        for one in await session.scalars(found)
        if one.name
    )


def _suggested() -> tuple[views.Choice, ...]:
    lead = Policy().invitation_lead.count
    return tuple(_date(at) for at in suggestions(datetime.now(UTC), lead))


def _date(at: datetime) -> views.Choice:
    local = at.astimezone(TOKYO)
    return views.Choice(value=local.isoformat(), label=f"{wareki(tokyo_date(at))} {local:%H:%M}")


def _rated(one: Rated) -> views.Choice:
    choice = _date(one.starts_at)
    counted = f"○{one.yes} △{one.if_needed} ×{one.no} 未回答{one.unanswered}"
    return choice.model_copy(update={"label": f"{choice.label}({counted})"})


def _why(best: Rated) -> str:
    said = "、".join(REASONS[code] for code in best.reasons)
    return f"おすすめは{_date(best.starts_at).label}です({said})"


async def _sittings(session: AsyncSession) -> tuple[views.Choice, ...]:
    rows = await session.scalars(
        select(Sitting)
        .where(col(Sitting.starts_at) > datetime.now(UTC))
        .order_by(col(Sitting.starts_at))
        .limit(20)
    )
    return tuple(
        views.Choice(
            value=str(row.sitting_id),
            label=f"{_date(row.starts_at).label} {labels.value('venue', row.venue)}",
        )
        for row in rows
    )
