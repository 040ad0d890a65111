"""The dates of a meeting with the answers to them, rated by `slots`."""

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.calendar import TOKYO, add_business_days, tokyo_date
from contracts.policies import Policy
from services.coordination import bodies
from services.coordination.meeting_rules import seats, slots_of
from services.coordination.models import Meeting, SlotAnswer
from services.coordination.slots import Answer, Need, Rated, rate


async def rated_slots(session: AsyncSession, meeting: Meeting, now: datetime) -> list[Rated]:
    """The latest round's dates, the best first."""
    agencies = frozenset(seat.agency for seat in await seats(session, meeting.meeting_id))
    on = tokyo_date(now)
    need = Need(
        agencies=agencies,
        members=bodies.members(agencies, on),
        quorum=bodies.quorum(meeting.legal_basis, agencies, on),
        announced_from=announced_from(now),
    )
    answers = {
        (row.starts_at, row.agency): cast("Answer", row.answer)
        for row in await answers_of(session, meeting)
    }
    return rate(await slots_of(session, meeting), answers, need)


async def answers_of(session: AsyncSession, meeting: Meeting) -> list[SlotAnswer]:
    found = select(SlotAnswer).where(
        col(SlotAnswer.meeting_id) == meeting.meeting_id,
        col(SlotAnswer.round) == meeting.poll_round,
    )
    return list((await session.scalars(found)).all())


def announced_from(now: datetime) -> datetime:
    """From when on a meeting that is announced now keeps the ward's notice."""
    local = now.astimezone(TOKYO)
    on = add_business_days(local.date(), Policy().invitation_lead.count)
    return datetime.combine(on, local.timetz())
