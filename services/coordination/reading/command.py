"""A command, and what became of it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from services.coordination import problems, views
from services.coordination.models import CaseFile, CommandRow, Task
from services.coordination.permissions import sees_all
from services.coordination.reading.cases import case_rows
from services.coordination.reading.tasks import task_views

API = "/api/coordination/v1"


async def show_command(
    session: AsyncSession, principal: Principal, command_id: UUID
) -> views.CommandView:
    """For whoever gave it, and for those who see every case. Raises Problem 404."""
    row = await session.get(CommandRow, command_id)
    if row is None or not (sees_all(principal) or row.sub == principal.sub):
        raise problems.not_found()
    case = await session.get_one(CaseFile, row.case_id)
    tasks = (
        await session.scalars(
            select(Task)
            .where(col(Task.case_id) == case.case_id, col(Task.closed_at).is_(None))
            .order_by(col(Task.due_at).asc().nulls_last(), col(Task.task_id))
        )
    ).all()
    seen = [task for task in tasks if sees_all(principal) or task.agency == principal.agency]
    refusal = None
    if row.status == "refused":
        refusal = views.RefusedCommand(
            code=row.outcome["code"], details=row.outcome.get("details", {})
        )
    return views.CommandView(
        command_id=row.command_id,
        case_id=row.case_id,
        act=row.act,
        target=views.Target.model_validate({"kind": row.target_kind, "id": row.target_id}),
        status=row.status,
        state=row.outcome.get("state"),
        refusal=refusal,
        created_at=row.created_at,
        settled_at=row.settled_at,
        case=(await case_rows(session, [case]))[0],
        tasks=await task_views(session, [(task, case) for task in seen]),
        links={
            "command": f"{API}/commands/{row.command_id}",
            "case": f"{API}/cases/{row.case_id}",
        },
    )
