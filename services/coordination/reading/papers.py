"""The papers of one 支援会議: to be looked at under a watermark, and printed as numbered copies.

Every try is written down, granted or refused (process A12, SK_HELD).
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit, audit_refusal
from chassis.auth import Principal
from chassis.context import Context
from contracts.acts import LegalBasis
from services.coordination import labels, problems, views
from services.coordination.compartment import Door, doors, read_as
from services.coordination.models import CaseFile, Meeting, PaperCopy, PrivateTextRow
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names
from services.coordination.reading.records import record_view, texts_of
from services.coordination.store.team import disclose


async def show_papers(
    ctx: Context, session: AsyncSession, principal: Principal, meeting_id: UUID
) -> views.Papers:
    """The papers as they stand now. Raises Problem 404, or 403 `papers-closed` with the reason."""
    case, door = await _open_door(ctx, session, principal, meeting_id, "papers.read")
    return await _papers(ctx, session, principal, case, door)


async def make_copy(
    ctx: Context, session: AsyncSession, principal: Principal, meeting_id: UUID
) -> views.Papers:
    """A copy for print under the meeting's next number, in this person's name. Raises Problem."""
    case, door = await _open_door(ctx, session, principal, meeting_id, "papers.copy")
    await session.get_one(Meeting, meeting_id, with_for_update=True)
    number = await session.scalar(
        select(func.coalesce(func.max(col(PaperCopy.number)), 0) + 1).where(
            col(PaperCopy.meeting_id) == meeting_id
        )
    )
    await session.execute(
        insert(PaperCopy).values(
            meeting_id=meeting_id,
            number=number,
            sub=principal.sub,
            agency=principal.agency,
            at=datetime.now(UTC),
        )
    )
    return await _papers(ctx, session, principal, case, door, number)


async def show_copy(
    ctx: Context, session: AsyncSession, principal: Principal, meeting_id: UUID, number: int
) -> views.Papers:
    """One's own copy again, while the papers are open. Raises Problem."""
    case, door = await _open_door(ctx, session, principal, meeting_id, "papers.copy")
    copy = await session.get(PaperCopy, (meeting_id, number))
    if copy is None or copy.sub != principal.sub:
        raise problems.not_found()
    return await _papers(ctx, session, principal, case, door, number)


async def _open_door(
    ctx: Context, session: AsyncSession, principal: Principal, meeting_id: UUID, action: str
) -> tuple[CaseFile, Door]:
    meeting = await session.get(Meeting, meeting_id)
    if meeting is None or meeting.legal_basis != LegalBasis.LAW_106_6:
        raise problems.not_found()
    case = await visible_case(session, principal, meeting.case_id)
    await read_as(session, principal)
    door = (await doors(session, principal, [meeting]))[meeting_id]
    if door.shut is not None:
        # The request's own transaction is rolled back with the refusal.
        await session.rollback()
        await audit_refusal(ctx.database, principal, action, "meeting", str(meeting_id), door.shut)
        raise problems.papers_closed(door.shut)
    return case, door


async def _papers(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    case: CaseFile,
    door: Door,
    number: int | None = None,
) -> views.Papers:
    meeting, now = door.meeting, datetime.now(UTC)
    rows = await texts_of(session, col(PrivateTextRow.meeting_id) == meeting.meeting_id)
    copies = await session.scalars(
        select(PaperCopy)
        .where(col(PaperCopy.meeting_id) == meeting.meeting_id)
        .order_by(col(PaperCopy.number))
    )
    made = copies.all()
    names = await Names.of(
        session, [command.sub for _, command in rows] + [copy.sub for copy in made]
    )
    items = [
        record_view(
            text,
            command,
            await ctx.vault.open(session, "case", case.case_id, text.sealed),
            names,
        )
        for text, command in rows
    ]
    await audit(
        session,
        principal,
        "papers.copy" if number else "papers.read",
        "meeting",
        str(meeting.meeting_id),
        shown=len(items),
        number=number,
    )
    if principal.agency and any(one.agency != principal.agency for one in items):
        await disclose(
            session,
            case,
            "papers",
            [principal.agency],
            basis=LegalBasis.LAW_106_6,
            by=principal.sub,
            at=now,
            meeting_id=meeting.meeting_id,
        )
    return views.Papers(
        meeting_id=meeting.meeting_id,
        case_id=case.case_id,
        receipt_number=case.receipt_number,
        starts_at=meeting.starts_at,
        items=tuple(items),
        seen_by=views.Staff(sub=principal.sub, name=principal.name),
        agency_name=labels.agency(principal.agency or ""),
        seen_at=now,
        closes_at=meeting.papers_close_at,
        number=number,
        copies=tuple(
            views.CopyView(
                number=copy.number,
                by=names.staff(copy.sub),
                agency_name=labels.agency(copy.agency or ""),
                at=copy.at,
            )
            for copy in made
        ),
    )
