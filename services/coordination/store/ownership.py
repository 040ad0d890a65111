"""Who has a case: the office and the person, with the open tasks and those to come.

Tasks that workflows open later go to whoever the case's row names (see `worklist.turn_tasks`), so
that nobody who has left is asked for anything.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.calendar import tokyo_date
from contracts.events.coordination import CaseReassigned
from contracts.life import Role
from services.coordination.models import CaseFile, Task
from services.coordination.store.cases import add_entry


@dataclass(frozen=True)
class Owner:
    """The office that coordinates a case, and its person; None: the office as a whole."""

    coordinator: str | None
    agency: str


def owner_of(case: CaseFile) -> Owner:
    return Owner(case.coordinator, case.coordinator_agency)


async def hand_case_over(
    session: AsyncSession, case: CaseFile, to: Owner, at: datetime, leaving: str | None = None
) -> int:
    """Give a locked case to somebody else, and tell of it. How many open tasks followed.

    `leaving` is whose tasks follow beside those of the case's coordinator.
    """
    before = owner_of(case)
    case.coordinator, case.coordinator_agency = to.coordinator, to.agency
    if case.waiting_agency == before.agency:
        case.waiting_agency = to.agency
    followed = await _hand_tasks_over(session, case, before, to, leaving)
    add_entry(session, case, cause="reassigned", state=case.state, at=at, result=to.agency)
    if to.agency != before.agency:
        await emit(
            session,
            CaseReassigned(
                case_id=case.case_id,
                receipt_number=case.receipt_number,
                on=tokyo_date(at),
                channel=case.channel,
                programme_no=case.programme_no,
                basic_area=case.basic_area,
                from_agency=before.agency,
                to_agency=to.agency,
            ),
        )
    return followed


async def _hand_tasks_over(
    session: AsyncSession, case: CaseFile, before: Owner, to: Owner, leaving: str | None
) -> int:
    """The office's open tasks change the office; those of who leaves, and nobody's, the person."""
    mine = [col(Task.case_id) == case.case_id, col(Task.closed_at).is_(None)]
    whose = {sub for sub in (before.coordinator, leaving) if sub is not None}
    theirs = col(Task.assignee).in_(whose)
    nobodys = (col(Task.assignee).is_(None)) & (col(Task.owner) == Role.COORDINATOR)
    of_office = col(Task.agency) == before.agency
    followed = await session.scalar(
        select(func.count()).select_from(Task).where(*mine, of_office | theirs)
    )
    await session.execute(
        update(Task).where(*mine, theirs | (of_office & nobodys)).values(assignee=to.coordinator)
    )
    await session.execute(update(Task).where(*mine, of_office).values(agency=to.agency))
    return int(followed or 0)
