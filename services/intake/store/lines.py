"""Single lines of activity reports, corrected and withdrawn under the same id."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts.events.intake import ActivityCorrected, ActivityWithdrawn
from services.intake.faults import refuse
from services.intake.lines import ReportedLine
from services.intake.models import ActivityLine, ActivityLineRevision
from services.intake.store.reports import apply_to_line, as_told, says


async def find_line(session: AsyncSession, report_id: UUID, line_id: UUID) -> ActivityLine | None:
    """The line, locked until the end of the transaction."""
    found: ActivityLine | None = await session.scalar(
        select(ActivityLine)
        .where(col(ActivityLine.report_id) == report_id, col(ActivityLine.line_id) == line_id)
        .with_for_update(key_share=True)
    )
    return found


async def correct_line(
    session: AsyncSession, by: Principal, line: ActivityLine, to: ReportedLine, reason: str
) -> None:
    """Make a standing line say something else, and tell of it.

    Raises Problem 422 `nothing-changed`.
    """
    before = says(line)
    apply_to_line(line, to)
    if says(line) == before:
        raise refuse(422, "nothing-changed")
    _revise(session, line, before, reason, by)
    await session.flush()
    await emit(
        session,
        ActivityCorrected(
            report_id=line.report_id, line=as_told(line), revision=line.revision, reason=reason
        ),
    )


async def withdraw_line(
    session: AsyncSession, by: Principal, line: ActivityLine, reason: str
) -> None:
    """Make a standing line count nowhere, and tell of it."""
    line.status = "withdrawn"
    _revise(session, line, says(line), reason, by)
    await session.flush()
    await emit(
        session,
        ActivityWithdrawn(
            report_id=line.report_id,
            line_id=line.line_id,
            revision=line.revision,
            reason=reason,
        ),
    )


def _revise(
    session: AsyncSession, line: ActivityLine, before: dict[str, object], reason: str, by: Principal
) -> None:
    line.revision += 1
    session.add(
        ActivityLineRevision(
            line_id=line.line_id,
            revision=line.revision,
            reason=reason,
            before=before,
            changed_by=by.sub,
            changed_at=datetime.now(UTC),
        )
    )
