"""What tests of acts over HTTP share."""

from uuid import UUID

from sqlalchemy import text

from services.coordination.models import CommandRow, Task
from tests.services.coordination.desk import Case, Desk

Headers = dict[str, str]
ASK = {"act": {"act": "ask_consent"}}
FOOD = {"act": {"act": "respond_urgently", "measure": "food"}}


async def screened(desk: Desk) -> tuple[Case, UUID]:
    """A case that waits for its screening, and the task."""
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    return case, (await desk.row(Task, case_id=case.case_id)).task_id


async def commands(desk: Desk, case: Case) -> list[CommandRow]:
    rows = await desk.rows(CommandRow, case_id=case.case_id, what="act")
    return sorted(rows, key=lambda row: row.seq or 0)


async def refusals(desk: Desk, subject: UUID) -> list[tuple[str, str]]:
    """The refusals in the audit trail: what was tried, and why not."""
    async with desk.context.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT action, reason FROM audit WHERE subject_id = :subject"
                " AND outcome = 'refused' ORDER BY id"
            ),
            {"subject": str(subject)},
        )
        return [(row[0], row[1]) for row in found]
