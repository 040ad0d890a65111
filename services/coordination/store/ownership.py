"""Who has a case: the office and the person, with the open tasks and those to come.

Tasks that workflows open later go to whoever the case's row names (see `worklist.turn_tasks`), so
that nobody who has left is asked for anything.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.calendar import tokyo_date
from contracts.events.coordination import CaseReassigned
from contracts.life import Role
from services.coordination.models import CaseFile, Task
from services.coordination.store.cases import add_entry
from services.coordination.store.worklist import show_waiting

AWAKE = {"snoozed_until": None, "snoozed_by": None, "snooze_reason": None}


@dataclass(frozen=True)
class Owner:
    """The office that coordinates a case, and its person; None: the office as a whole."""

    coordinator: str | None
    agency: str


def owner_of(case: CaseFile) -> Owner:
    return Owner(case.coordinator, case.coordinator_agency)


async def hand_case_over(
    session: AsyncSession,
    case: CaseFile,
    to: Owner,
    at: datetime,
    *,
    leaving: str | None = None,
    heir: str | None = None,
) -> int:
    """Give a locked case to somebody else, and tell of it. How many open tasks followed.

    The tasks of who is `leaving` go to the `heir`, also where the case itself is another's.
    """
    before = owner_of(case)
    case.coordinator, case.coordinator_agency = to.coordinator, to.agency
    followed = await _hand_tasks_over(session, case, before, to)
    if leaving is not None and leaving != before.coordinator:
        theirs = (*_open(case), col(Task.assignee) == leaving)
        followed += await _give(session, theirs, heir)
    await session.flush()
    await show_waiting(session, case)
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


def _open(case: CaseFile) -> tuple[ColumnElement[bool], ...]:
    return col(Task.case_id) == case.case_id, col(Task.closed_at).is_(None)


async def _hand_tasks_over(session: AsyncSession, case: CaseFile, before: Owner, to: Owner) -> int:
    """The office's open tasks go to the new office; the coordinator's, and nobody's, to the new
    coordinator."""
    mine, of_office = _open(case), col(Task.agency) == before.agency
    nobodys = and_(of_office, col(Task.assignee).is_(None), col(Task.owner) == Role.COORDINATOR)
    theirs = nobodys
    if before.coordinator is not None:
        theirs = or_(nobodys, col(Task.assignee) == before.coordinator)
    followed = await _give(session, (*mine, theirs), to.coordinator)
    await session.execute(update(Task).where(*mine, of_office).values(agency=to.agency))
    return followed


async def _give(
    session: AsyncSession, which: tuple[ColumnElement[bool], ...], to: str | None
) -> int:
    """Whoever gets a task now has not chosen to put it off."""
    given = await session.scalars(
        update(Task).where(*which).values(assignee=to, **AWAKE).returning(col(Task.task_id))
    )
    return len(given.all())
