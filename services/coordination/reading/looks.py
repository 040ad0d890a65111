"""Who saw a case's record: the audit trail, answered for one case and any time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import String, cast, col

from chassis.audit import audit, audit_refusal
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from chassis.tables import AUDIT
from services.coordination import labels, views
from services.coordination.models import Meeting, Task
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names

DECIDERS = ("coordinator", "manager", "ward")
MOST = 1000


async def show_looks(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    case_id: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
) -> views.Looks:
    """Looks and acts, granted or refused, the newest first. For the ward's staff. Raises Problem.

    A case's record is the case itself, its meetings with their papers, and its tasks.
    """
    if not principal.has(*DECIDERS):
        await audit_refusal(
            ctx.database, principal, "looks.read", "case", str(case_id), "not-allowed-for-role"
        )
        raise not_allowed(needed=sorted(DECIDERS))
    await visible_case(session, principal, case_id)
    meetings = select(cast(col(Meeting.meeting_id), String)).where(col(Meeting.case_id) == case_id)
    tasks = select(cast(col(Task.task_id), String)).where(col(Task.case_id) == case_id)
    chosen = [
        or_(
            and_(AUDIT.c.subject_kind == "case", AUDIT.c.subject_id == str(case_id)),
            and_(AUDIT.c.subject_kind == "meeting", AUDIT.c.subject_id.in_(meetings)),
            and_(AUDIT.c.subject_kind == "task", AUDIT.c.subject_id.in_(tasks)),
        )
    ]
    if since is not None:
        chosen.append(AUDIT.c.at >= since)
    if until is not None:
        chosen.append(AUDIT.c.at <= until)
    rows = (
        await session.execute(select(AUDIT).where(*chosen).order_by(AUDIT.c.id.desc()).limit(MOST))
    ).all()
    await audit(session, principal, "looks.read", "case", str(case_id), shown=len(rows))
    names = await Names.of(session, [row.actor for row in rows])
    return views.Looks(
        items=tuple(
            views.Look(
                at=row.at,
                by=names.staff(row.actor),
                action=row.action,
                action_label=labels.looked(row.action),
                about=row.subject_kind,
                subject_id=row.subject_id,
                outcome=row.outcome,
                reason=row.reason,
            )
            for row in rows
        )
    )
