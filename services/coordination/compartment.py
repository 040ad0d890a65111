"""The compartment of a 支援会議 (社会福祉法106条の6, process A12, invariant 2): who is in it.

An attendee is a person of an invited agency who has acknowledged the duty of secrecy for this very
meeting and whose agency was not absent from it. Papers are there for attendees alone, and for a
business day after the minutes; nobody else sees more than the decision, whatever their role.

The database itself keeps it (row-level security, migration 0004): a transaction that has not said
who reads finds no paper at all, whatever it asks for. Nothing in the service reads them otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts.acts import LegalBasis
from services.coordination.models import Attendee, Meeting, SecrecyAcknowledgement

READER = "kasane.reader"
"""The transaction's setting that row-level security asks for who reads: a person's `sub`."""

Shut = Literal["not-an-attendee", "secrecy-not-acknowledged", "absent", "papers-closed"]
"""Why the papers of a meeting are closed to somebody."""


async def read_as(session: AsyncSession, principal: Principal) -> None:
    """Say who reads, until this transaction ends; without it no paper is there."""
    who = principal.sub if principal.kind == "person" else ""
    await session.execute(select(func.set_config(READER, who, True)))


async def admit(
    session: AsyncSession, meeting_id: UUID, sub: str, agency: str, at: datetime
) -> None:
    """A person of an invited agency has acknowledged secrecy for this meeting."""
    values = {"agency": agency, "at": at}
    await session.execute(
        insert(SecrecyAcknowledgement)
        .values(meeting_id=meeting_id, sub=sub, **values)
        .on_conflict_do_update(index_elements=["meeting_id", "sub"], set_=values)
    )


@dataclass(frozen=True)
class Door:
    """One 支援会議's papers, seen by one person."""

    meeting: Meeting
    shut: Shut | None
    """None: they stand open."""


async def doors(
    session: AsyncSession, principal: Principal, meetings: Iterable[Meeting]
) -> dict[UUID, Door]:
    """For each 支援会議 among the meetings, whether its papers are open to a person."""
    closed = [one for one in meetings if one.legal_basis == LegalBasis.LAW_106_6]
    ids = [one.meeting_id for one in closed]
    seats = {
        (seat.meeting_id, seat.agency): seat
        for seat in await session.scalars(select(Attendee).where(col(Attendee.meeting_id).in_(ids)))
    }
    words = {
        word.meeting_id: word
        for word in await session.scalars(
            select(SecrecyAcknowledgement).where(
                col(SecrecyAcknowledgement.meeting_id).in_(ids),
                col(SecrecyAcknowledgement.sub) == principal.sub,
            )
        )
    }
    return {
        one.meeting_id: Door(
            one,
            why_shut(
                one,
                seats.get((one.meeting_id, _agency(words.get(one.meeting_id), principal))),
                words.get(one.meeting_id),
            ),
        )
        for one in closed
    }


async def shut_to(session: AsyncSession, meeting: Meeting, sub: str) -> Shut | None:
    """Why the papers of a meeting are closed to somebody known by their `sub` alone."""
    word = await session.get(SecrecyAcknowledgement, (meeting.meeting_id, sub))
    seat = await session.get(Attendee, (meeting.meeting_id, word.agency)) if word else None
    return why_shut(meeting, seat, word)


def _agency(word: SecrecyAcknowledgement | None, principal: Principal) -> str:
    return word.agency if word else principal.agency or ""


def why_shut(
    meeting: Meeting, seat: Attendee | None, word: SecrecyAcknowledgement | None
) -> Shut | None:
    """The rule of the database's policy in words for people."""
    if seat is None:
        return "not-an-attendee"
    if seat.present is False:
        return "absent"
    if word is None:
        return "secrecy-not-acknowledged"
    past = meeting.papers_close_at is not None and meeting.papers_close_at <= datetime.now(UTC)
    return "papers-closed" if past or meeting.papers_closed_at is not None else None
