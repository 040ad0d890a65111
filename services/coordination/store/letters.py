"""Letters about meetings: rows written with what causes them; `mailing` sends them afterwards."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.events.envelope import new_id
from contracts.life import MeetingState
from services.coordination.models import Attendee, Mail, Meeting, SlotAnswer

WAKE_CHANNEL = "mail"
"""Prefix of the NOTIFY channel by which the relay wakes; the schema's name follows."""


async def write_letters(
    session: AsyncSession,
    meeting: Meeting,
    agencies: Iterable[str],
    what: str,
    number: int,
    at: datetime,
    *,
    of: datetime | None = None,
) -> None:
    """One letter to each agency; one that was written before is not written again.

    `of` is the date the letter speaks of, where it is not the meeting's own any more.
    """
    for agency in sorted(set(agencies)):
        await session.execute(
            insert(Mail)
            .values(
                mail_id=new_id(),
                meeting_id=meeting.meeting_id,
                agency=agency,
                what=what,
                number=number,
                starts_at=of or meeting.starts_at,
                venue=meeting.venue,
                status="waiting",
                attempts=0,
                next_try_at=at,
                created_at=at,
            )
            .on_conflict_do_nothing(index_elements=["meeting_id", "agency", "what", "number"])
        )
    channel = func.concat(f"{WAKE_CHANNEL}.", func.current_schema())
    await session.execute(select(func.pg_notify(channel, "")))


async def write_sitting_letters(
    session: AsyncSession,
    sitting_act_id: UUID,
    meeting: Meeting,
    agencies: Iterable[str],
    what: str,
    at: datetime,
    *,
    of: datetime | None = None,
) -> None:
    """One letter to each agency for a whole sitting: each of its cases adds its calendar entry.

    It is sent once every case has followed (`mailing`); until then it grows.
    """
    starts_at = of or meeting.starts_at
    entry = {
        "meeting_id": str(meeting.meeting_id),
        "number": meeting.sequence,
        "starts_at": starts_at.isoformat() if starts_at else None,
    }
    for agency in sorted(set(agencies)):
        written = insert(Mail).values(
            mail_id=new_id(),
            sitting_act_id=sitting_act_id,
            agency=agency,
            what=what,
            number=1,
            starts_at=starts_at,
            venue=meeting.venue,
            status="waiting",
            attempts=0,
            next_try_at=at,
            created_at=at,
            entries=[entry],
        )
        await session.execute(
            written.on_conflict_do_update(
                index_elements=["sitting_act_id", "agency", "what"],
                set_={"entries": col(Mail.entries).concat(written.excluded.entries)},
            )
        )
    channel = func.concat(f"{WAKE_CHANNEL}.", func.current_schema())
    await session.execute(select(func.pg_notify(channel, "")))


async def remind_agencies(
    session: AsyncSession, meeting_id: UUID, state: str, at: datetime
) -> None:
    """A letter to those whose answer or 準備シート is still missing."""
    meeting = await session.get(Meeting, meeting_id)
    if meeting is None:
        return
    if state == MeetingState.PREPARING:
        missing = select(col(Attendee.agency)).where(
            col(Attendee.meeting_id) == meeting_id, col(Attendee.sheet_at).is_(None)
        )
        what, number = "sheet-reminder", meeting.sequence
    elif state == MeetingState.POLLING:
        answered = select(col(SlotAnswer.agency)).where(
            col(SlotAnswer.meeting_id) == meeting_id,
            col(SlotAnswer.round) == meeting.poll_round,
        )
        missing = select(col(Attendee.agency)).where(
            col(Attendee.meeting_id) == meeting_id, col(Attendee.agency).not_in(answered)
        )
        what, number = "dates-reminder", meeting.poll_round
    else:
        return
    await write_letters(session, meeting, await session.scalars(missing), what, number, at)


async def put_back(session: AsyncSession, mail_id: UUID, at: datetime) -> bool:
    """A letter that has not gone out is tried again at once; False if there is none such."""
    mail = await session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.status == "sent":
        return False
    mail.status, mail.error, mail.next_try_at = "waiting", None, at
    channel = func.concat(f"{WAKE_CHANNEL}.", func.current_schema())
    await session.execute(select(func.pg_notify(channel, "")))
    return True
