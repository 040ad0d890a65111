"""Private texts, opened for those who may read them (invariants 2 and 3 of process A12).

The ward's own staff coordinate the case and read its records. Another agency's staff read what
their agency wrote; what others wrote they read only while everybody discussed consents to sharing,
and each such look is a disclosure. Papers of a 支援会議 (法106条の6) lie in a compartment: they
open for an agency that attends that meeting and has acknowledged its secrecy, until they close.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context
from contracts.acts import LegalBasis
from contracts.calendar import today
from services.coordination import labels, views
from services.coordination.models import (
    Attendee,
    CaseFile,
    CommandRow,
    Meeting,
    PrivateTextRow,
)
from services.coordination.permissions import sees_all
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names
from services.coordination.rules import unconsenting
from services.coordination.store.team import disclose

Closed = Literal["secrecy-not-acknowledged", "consent-missing", "not-an-attendee", "papers-closed"]


@dataclass(frozen=True)
class Reader:
    """What a caller may open in one case."""

    everything: bool
    agency: str | None
    consented: bool
    seats: dict[UUID, Attendee]
    closed_papers: frozenset[UUID]

    def why_not(self, text: PrivateTextRow, author_agency: str | None) -> Closed | None:
        """None: the text may be opened."""
        if self.everything:
            return None
        if text.legal_basis == LegalBasis.LAW_106_6 and text.meeting_id is not None:
            seat = self.seats.get(text.meeting_id)
            if seat is None:
                return "not-an-attendee"
            if seat.acknowledged_at is None:
                return "secrecy-not-acknowledged"
            return "papers-closed" if text.meeting_id in self.closed_papers else None
        if author_agency == self.agency or self.consented:
            return None
        return "consent-missing"


async def show_records(
    ctx: Context, session: AsyncSession, principal: Principal, case_id: UUID
) -> views.Records:
    """The texts of acts that had their effect, oldest first. Raises Problem."""
    case = await visible_case(session, principal, case_id)
    reader = await _reader(session, principal, case)
    rows = (
        await session.execute(
            select(PrivateTextRow, CommandRow)
            .join(CommandRow, col(CommandRow.command_id) == col(PrivateTextRow.command_id))
            .where(col(PrivateTextRow.case_id) == case_id, col(CommandRow.status) == "applied")
            .order_by(col(CommandRow.seq), col(PrivateTextRow.field))
        )
    ).all()
    names = await Names.of(session, [row[1].sub for row in rows])
    shown: list[views.Record] = []
    closed: dict[tuple[UUID | None, Closed], views.ClosedRecords] = {}
    for text, command in rows:
        reason = reader.why_not(text, command.agency)
        if reason is not None:
            closed[text.meeting_id, reason] = views.ClosedRecords(
                meeting_id=text.meeting_id, reason=reason
            )
            continue
        opened = await ctx.vault.open(session, "case", case_id, text.sealed)
        shown.append(_record(text, command, opened, names))
    await _write_down(session, principal, case, reader, [row[0] for row in rows], shown, closed)
    return views.Records(items=tuple(shown), closed=tuple(closed.values()))


async def _reader(session: AsyncSession, principal: Principal, case: CaseFile) -> Reader:
    seats = (
        await session.scalars(
            select(Attendee)
            .join(Meeting, col(Meeting.meeting_id) == col(Attendee.meeting_id))
            .where(col(Meeting.case_id) == case.case_id, col(Attendee.agency) == principal.agency)
        )
    ).all()
    shut = await session.scalars(
        select(col(Meeting.meeting_id)).where(
            col(Meeting.case_id) == case.case_id, col(Meeting.papers_closed_at).is_not(None)
        )
    )
    named = [principal.agency] if principal.agency else []
    unreached = await unconsenting(session, case.case_id, today(), named)
    return Reader(
        everything=sees_all(principal),
        agency=principal.agency,
        consented=unreached == frozenset(),
        seats={seat.meeting_id: seat for seat in seats},
        closed_papers=frozenset(shut.all()),
    )


def _record(
    text: PrivateTextRow, command: CommandRow, opened: str | None, names: Names
) -> views.Record:
    return views.Record(
        record_id=f"{text.command_id}/{text.field}",
        field=text.field,
        label=labels.field(command.act, text.field),
        act=command.act,
        act_label=labels.act(command.act),
        target=views.Target.model_validate({"kind": command.target_kind, "id": command.target_id}),
        text=opened,
        by=names.staff(command.sub or ""),
        agency=command.agency,
        at=command.created_at,
        legal_basis=text.legal_basis,
    )


async def _write_down(
    session: AsyncSession,
    principal: Principal,
    case: CaseFile,
    reader: Reader,
    texts: Sequence[PrivateTextRow],
    shown: Sequence[views.Record],
    closed: dict[tuple[UUID | None, Closed], views.ClosedRecords],
) -> None:
    """The look itself, what was refused, and the disclosure that it was to another agency."""
    await audit(session, principal, "records.read", "case", str(case.case_id), shown=len(shown))
    for meeting_id, reason in closed:
        await audit(
            session,
            principal,
            "records.read",
            "meeting" if meeting_id else "case",
            str(meeting_id or case.case_id),
            outcome="refused",
            reason=reason,
        )
    others = [record for record in shown if record.agency != principal.agency]
    if reader.everything or principal.agency is None or not others:
        return
    meetings = {
        f"{text.command_id}/{text.field}": text.meeting_id
        for text in texts
        if text.legal_basis == LegalBasis.LAW_106_6
    }
    grounds = {
        (record.legal_basis or LegalBasis.CONSENT, meetings.get(record.record_id))
        for record in others
    }
    for basis, meeting_id in sorted(grounds, key=str):
        await disclose(
            session,
            case,
            "records",
            [principal.agency],
            basis=str(basis),
            by=principal.sub,
            at=datetime.now(UTC),
            meeting_id=meeting_id,
        )
