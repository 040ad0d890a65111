"""合同開催: sittings to come, and the cases of one as far as the caller may see them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts.cases import Kind
from services.coordination import labels, problems, views
from services.coordination.models import (
    CaseFile,
    CommandRow,
    Meeting,
    Sitting,
    SittingAct,
    SittingActCase,
    Strand,
)
from services.coordination.permissions import visible, works_with_cases
from services.coordination.reading.names import Names
from services.coordination.reading.paging import no_case_work

LOOK_BACK = timedelta(days=30)
MOST = 100


async def list_sittings(session: AsyncSession, principal: Principal) -> views.Sittings:
    """Those to come and the latest, the earliest first. Raises Problem 403."""
    if not works_with_cases(principal):
        raise no_case_work()
    rows = (
        await session.scalars(
            select(Sitting)
            .where(col(Sitting.starts_at) > datetime.now(UTC) - LOOK_BACK)
            .order_by(col(Sitting.starts_at), col(Sitting.sitting_id))
            .limit(MOST)
        )
    ).all()
    return views.Sittings(items=await _views(session, principal, rows))


async def show_sitting(
    session: AsyncSession, principal: Principal, sitting_id: UUID
) -> views.SittingView:
    """Raises Problem 404."""
    if not works_with_cases(principal):
        raise no_case_work()
    row = await session.get(Sitting, sitting_id)
    if row is None:
        raise problems.not_found()
    return (await _views(session, principal, [row]))[0]


async def show_sitting_act(
    session: AsyncSession, principal: Principal, sitting_act_id: UUID
) -> views.SittingActView:
    """What became of each case, as far as the caller may see it. Raises Problem 403, 404."""
    if not works_with_cases(principal):
        raise no_case_work()
    whole = await session.get(SittingAct, sitting_act_id)
    if whole is None:
        raise problems.not_found()
    rows = await session.execute(
        select(SittingActCase, CaseFile, CommandRow, col(Strand.state))
        .join(CaseFile, col(CaseFile.case_id) == col(SittingActCase.case_id))
        .join(
            CommandRow, col(CommandRow.command_id) == col(SittingActCase.command_id), isouter=True
        )
        .join(
            Strand,
            (col(Strand.entity_id) == col(SittingActCase.meeting_id))
            & (col(Strand.kind) == Kind.MEETING),
            isouter=True,
        )
        .where(col(SittingActCase.sitting_act_id) == sitting_act_id, visible(principal))
        .order_by(col(CaseFile.receipt_number))
    )
    names = await Names.of(session, [whole.by])
    return views.SittingActView(
        **whole.model_dump(include={"sitting_act_id", "sitting_id", "act", "at"}),
        act_label=labels.act(whole.act),
        by=names.staff(whole.by),
        results=tuple(_result(*row) for row in rows.tuples()),
    )


def _result(
    row: SittingActCase, case: CaseFile, command: CommandRow | None, state: str | None
) -> views.SittingResult:
    code, details = row.code, row.details
    if command is not None and command.status == "refused":
        code, details = command.outcome["code"], command.outcome.get("details", {})
    status = "refused" if code else command.status if command else "pending"
    return views.SittingResult(
        meeting_id=row.meeting_id,
        case_id=row.case_id,
        receipt_number=case.receipt_number,
        status=status,
        status_label=labels.value("command_status", status),
        code=code,
        reason=problems.of_refusal(code, details).ja if code else None,
        state_label=labels.state("meeting", state or "preparing"),
    )


async def _views(
    session: AsyncSession, principal: Principal, rows: Sequence[Sitting]
) -> tuple[views.SittingView, ...]:
    found = (
        await session.execute(
            select(Meeting, CaseFile, col(Strand.state))
            .join(CaseFile, col(CaseFile.case_id) == col(Meeting.case_id))
            .join(
                Strand,
                (col(Strand.entity_id) == col(Meeting.meeting_id))
                & (col(Strand.kind) == Kind.MEETING),
                isouter=True,
            )
            .where(
                col(Meeting.sitting_id).in_([row.sitting_id for row in rows]), visible(principal)
            )
            .order_by(col(CaseFile.receipt_number))
        )
    ).all()
    return tuple(
        views.SittingView(
            **row.model_dump(exclude={"called_by", "called_at"}),
            venue_label=labels.value("venue", row.venue),
            organiser_name=labels.agency(row.organiser),
            meetings=tuple(
                views.SittingMeeting(
                    meeting_id=meeting.meeting_id,
                    case_id=case.case_id,
                    receipt_number=case.receipt_number,
                    legal_basis=meeting.legal_basis,
                    legal_basis_label=labels.legal_basis(meeting.legal_basis),
                    state=state or "preparing",
                    state_label=labels.state("meeting", state or "preparing"),
                )
                for meeting, case, state in found
                if meeting.sitting_id == row.sitting_id
            ),
        )
        for row in rows
    )
