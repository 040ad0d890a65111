"""What an agency that is no more leaves behind goes to its successor (組織の廃止・統合)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import catalogue
from services.coordination.models import CaseFile, Task, TeamMember
from services.coordination.store.cases import add_entry, lock_case
from services.coordination.store.team import join_team
from services.coordination.store.worklist import show_waiting


def heirs(codes: Iterable[str], on: date) -> dict[str, str]:
    """The successors of those agencies that are no more on a date."""
    found = {code: catalogue.agency_in_charge(code, on) for code in codes}
    return {code: heir for code, heir in found.items() if heir != code}


async def agencies_at_work(session: AsyncSession) -> set[str]:
    """Every agency that has an open task, a place in a team, or a case of its own."""
    having = (
        select(col(Task.agency)).where(col(Task.closed_at).is_(None)),
        select(col(TeamMember.agency)).where(col(TeamMember.until).is_(None)),
        select(col(CaseFile.coordinator_agency)),
    )
    return {code for query in having for code in await session.scalars(query.distinct())}


async def cases_of(session: AsyncSession, agency: str, most: int) -> list[UUID]:
    """Some cases in which an agency still has something to do."""
    queries = (
        select(col(Task.case_id)).where(col(Task.agency) == agency, col(Task.closed_at).is_(None)),
        select(col(TeamMember.case_id)).where(
            col(TeamMember.agency) == agency, col(TeamMember.until).is_(None)
        ),
        select(col(CaseFile.case_id)).where(col(CaseFile.coordinator_agency) == agency),
    )
    found: set[UUID] = set()
    for query in queries:
        found.update(await session.scalars(query.limit(most)))
    return sorted(found)[:most]


async def hand_over(
    session: AsyncSession, case_id: UUID, agency: str, heir: str, at: datetime
) -> None:
    """Give all that an agency has to do in a case to its successor. Done twice, it is done once."""
    case = await lock_case(session, case_id)
    if case is None:
        return
    await session.execute(
        update(Task)
        .where(
            col(Task.case_id) == case_id,
            col(Task.agency) == agency,
            col(Task.closed_at).is_(None),
        )
        .values(agency=heir)
    )
    members = await session.scalars(
        select(TeamMember).where(
            col(TeamMember.case_id) == case_id,
            col(TeamMember.agency) == agency,
            col(TeamMember.until).is_(None),
        )
    )
    for member in members:
        member.until = at
        await join_team(session, case_id, heir, member.role, at)
    if case.coordinator_agency == agency:
        case.coordinator_agency = heir
    await session.flush()
    await show_waiting(session, case)
    add_entry(session, case, cause="agency-succeeded", state=case.state, at=at, result=heir)
