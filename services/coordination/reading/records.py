"""Private texts, opened for those who may read them (invariants 2 and 3 of process A12).

The ward's own staff coordinate the case and read its records. Another agency's staff read what
their agency wrote; what others wrote they read only as far as everybody's consent to sharing
reaches, and each such look is a disclosure. Papers of a 支援会議 (法106条の6) lie in a compartment
of their own, open to its attendees alone, the ward's staff included (`compartment`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
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
from services.coordination.compartment import Door, Shut, doors, read_as
from services.coordination.models import (
    Attendee,
    CaseFile,
    CommandRow,
    Meeting,
    PrivateTextRow,
)
from services.coordination.permissions import sees_all
from services.coordination.reach import EVERYTHING, SUPPORT, Consents, Use, consents_of
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names
from services.coordination.store.team import disclose

Text = tuple[PrivateTextRow, CommandRow]
Purpose = Literal["support", "planning", "meeting", "minutes", "review"]
"""What somebody reads for."""
Closed = Shut | Literal["consent-missing", "outside-scope"]
Why = tuple[UUID | None, Closed, tuple[str, ...]]
"""The meeting whose papers they are, why they are closed, and the categories outside the scope."""


@dataclass(frozen=True)
class Reader:
    """What a caller may open in one case."""

    everything: bool
    """All but the papers of a 支援会議."""
    agency: str | None
    consents: Consents
    doors: dict[UUID, Door]

    def why_not(self, text: PrivateTextRow, author_agency: str | None) -> Why | None:
        """None: the text may be opened."""
        if text.legal_basis == LegalBasis.LAW_106_6 and text.meeting_id is not None:
            shut = self.doors[text.meeting_id].shut
            return (text.meeting_id, shut, ()) if shut else None
        if self.everything or (author_agency is not None and author_agency == self.agency):
            return None
        named = frozenset({self.agency} if self.agency else ())
        about = frozenset(text.categories or EVERYTHING)
        reach = self.consents.reach(Use(named, SUPPORT, about))
        if reach.whole:
            return None
        if reach.only_scope:
            return None, "outside-scope", reach.categories
        return None, "consent-missing", ()


async def show_records(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    case_id: UUID,
    purpose: Purpose = "support",
) -> views.Records:
    """The texts of acts that had their effect, oldest first. Raises Problem."""
    case = await visible_case(session, principal, case_id)
    await read_as(session, principal)
    reader = await _reader(session, principal, case)
    rows = await texts_of(session, col(PrivateTextRow.case_id) == case_id)
    names = await Names.of(session, [command.sub for _, command in rows])
    closed: set[Why] = {
        (meeting_id, door.shut, ())
        for meeting_id, door in reader.doors.items()
        if door.shut and await _has_papers(session, door.meeting)
    }
    readable: list[Text] = []
    for text, command in rows:
        if why := reader.why_not(text, command.agency):
            closed.add(why)
        else:
            readable.append((text, command))
    opened = await ctx.vault.open_all(
        session, "case", case_id, [text.sealed for text, _ in readable]
    )
    shown = [
        record_view(text, command, words, names)
        for (text, command), words in zip(readable, opened, strict=True)
    ]
    await _write_down(session, principal, case, reader, rows, shown, closed, purpose)
    await _papers_read(session, principal, rows, shown, purpose)
    return views.Records(
        items=tuple(shown),
        closed=tuple(
            views.ClosedRecords(meeting_id=meeting_id, reason=reason, categories=categories)
            for meeting_id, reason, categories in sorted(closed, key=str)
        ),
        watermark=views.Watermark(
            reader=views.Staff(sub=principal.sub, name=principal.name),
            agency=principal.agency,
            agency_name=labels.agency(principal.agency or ""),
            at=datetime.now(UTC),
            purpose=purpose,
            purpose_label=labels.value("reading_purpose", purpose),
        ),
    )


async def _papers_read(
    session: AsyncSession,
    principal: Principal,
    texts: Sequence[Text],
    shown: Sequence[views.Record],
    purpose: Purpose,
) -> None:
    """Papers of a 支援会議 among the records are looked at as on their own page: it is kept."""
    opened = {record.record_id for record in shown}
    counted = Counter(
        text.meeting_id
        for text, _ in texts
        if text.legal_basis == LegalBasis.LAW_106_6 and f"{text.command_id}/{text.field}" in opened
    )
    for meeting_id, count in sorted(counted.items(), key=str):
        await audit(
            session,
            principal,
            "papers.read",
            "meeting",
            str(meeting_id),
            shown=count,
            purpose=purpose,
        )


async def texts_of(session: AsyncSession, which: object) -> list[Text]:
    """The texts of acts that had their effect, as far as the database gives them to the reader."""
    rows = await session.execute(
        select(PrivateTextRow, CommandRow)
        .join(CommandRow, col(CommandRow.command_id) == col(PrivateTextRow.command_id))
        .where(which, col(CommandRow.status) == "applied")  # type: ignore[arg-type]
        .order_by(col(CommandRow.seq), col(PrivateTextRow.field))
    )
    return [(row[0], row[1]) for row in rows]


async def _reader(session: AsyncSession, principal: Principal, case: CaseFile) -> Reader:
    meetings = await session.scalars(select(Meeting).where(col(Meeting.case_id) == case.case_id))
    return Reader(
        everything=sees_all(principal),
        agency=principal.agency,
        consents=await consents_of(session, case.case_id, today()),
        doors=await doors(session, principal, meetings.all()),
    )


async def _has_papers(session: AsyncSession, meeting: Meeting) -> bool:
    """Whether a sheet or the minutes are there; the papers themselves cannot be asked."""
    if meeting.held_at is not None:
        return True
    sheet = select(col(Attendee.agency)).where(
        col(Attendee.meeting_id) == meeting.meeting_id, col(Attendee.sheet_at).is_not(None)
    )
    return await session.scalar(sheet.limit(1)) is not None


def record_view(
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
    texts: Sequence[Text],
    shown: Sequence[views.Record],
    closed: Iterable[Why],
    purpose: Purpose,
) -> None:
    """Who looked, what was kept from them; and, where another agency learned, the disclosure."""
    case_id = str(case.case_id)
    await audit(
        session, principal, "records.read", "case", case_id, shown=len(shown), purpose=purpose
    )
    for meeting_id, reason, _ in sorted(closed, key=str):
        await audit(
            session,
            principal,
            "records.read",
            "meeting" if meeting_id else "case",
            str(meeting_id or case_id),
            outcome="refused",
            reason=reason,
        )
    opened = {record.record_id for record in shown if record.agency != principal.agency}
    learned = [text for text, _ in texts if f"{text.command_id}/{text.field}" in opened]
    grounds: dict[tuple[LegalBasis, UUID | None], set[str]] = {}
    for text in learned:
        law = text.legal_basis == LegalBasis.LAW_106_6
        if reader.everything and not law:
            continue
        basis = LegalBasis.LAW_106_6 if law else LegalBasis.CONSENT
        told = grounds.setdefault((basis, text.meeting_id if law else None), set())
        told |= set(() if law else text.categories or EVERYTHING)
    for (ground, meeting_id), categories in sorted(grounds.items(), key=str):
        await disclose(
            session,
            case,
            "records",
            [principal.agency] if principal.agency else [],
            basis=ground,
            by=principal.sub,
            at=datetime.now(UTC),
            meeting_id=meeting_id,
            categories=categories,
        )
