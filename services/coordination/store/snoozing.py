"""Tasks laid aside, brought back, and what people say about them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.vault import Vault
from contracts.events.envelope import new_id
from services.coordination.models import CaseFile, Task, TaskComment
from services.coordination.snooze import SnoozeReason


def snooze(task: Task, until: datetime, by: str, reason: SnoozeReason) -> None:
    task.snoozed_until, task.snoozed_by, task.snooze_reason = until, by, reason


def wake(task: Task) -> None:
    """Back on the lists at once."""
    task.snoozed_until = task.snoozed_by = task.snooze_reason = None


async def comment(
    session: AsyncSession,
    vault: Vault,
    case: CaseFile,
    task_id: UUID,
    *,
    what: str,
    by: str,
    at: datetime,
    words: str | None = None,
    assignee: str | None = None,
) -> None:
    """Keep what was done with a task and, sealed, the words that went with it."""
    said = words.strip() if words else ""
    session.add(
        TaskComment(
            comment_id=new_id(),
            task_id=task_id,
            at=at,
            by=by,
            what=what,
            assignee=assignee,
            sealed=await vault.seal(session, "case", case.case_id, said) if said else None,
        )
    )
