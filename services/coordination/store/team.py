"""Who belongs to a case's team, and on which legal ground another agency learns of it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import LegalBasis
from contracts.events.envelope import new_id
from contracts.life import SK_TRACK
from services.coordination.models import CaseFile, Disclosure, TeamMember
from services.coordination.reach import SUPPORT, reach

GOOD_REASON = "appi-69-2-2"
"""相当の理由 (個人情報保護法69条2項2号): what is left without consent and outside a 支援会議."""


async def join_team(
    session: AsyncSession, case_id: UUID, agency: str, role: str, at: datetime
) -> None:
    """Nothing happens if the agency has the role already."""
    await session.execute(
        insert(TeamMember)
        .values(team_member_id=new_id(), case_id=case_id, agency=agency, role=role, since=at)
        .on_conflict_do_nothing(
            index_elements=["case_id", "agency", "role"], index_where=text("until IS NULL")
        )
    )


async def leave_team(
    session: AsyncSession,
    case_id: UUID,
    at: datetime,
    *,
    roles: Iterable[str],
    but: Iterable[str] = (),
    agency: str | None = None,
) -> None:
    """End the memberships in these roles, but for some agencies, or of one agency only."""
    chosen = [
        col(TeamMember.case_id) == case_id,
        col(TeamMember.until).is_(None),
        col(TeamMember.role).in_(tuple(roles)),
        col(TeamMember.agency).not_in(tuple(but)),
    ]
    if agency is not None:
        chosen.append(col(TeamMember.agency) == agency)
    await session.execute(update(TeamMember).where(*chosen).values(until=at))


async def in_team(session: AsyncSession, case_id: UUID, agency: str) -> bool:
    found = select(col(TeamMember.team_member_id)).where(
        col(TeamMember.case_id) == case_id,
        col(TeamMember.agency) == agency,
        col(TeamMember.until).is_(None),
    )
    return await session.scalar(found.limit(1)) is not None


async def legal_basis(session: AsyncSession, case: CaseFile, on: date, agency: str) -> str:
    """On which ground something of the case may be told to another agency today."""
    if (await reach(session, case.case_id, on, [agency], SUPPORT)).whole:
        return LegalBasis.CONSENT
    return LegalBasis.LAW_106_6 if case.state in SK_TRACK else GOOD_REASON


async def disclose(
    session: AsyncSession,
    case: CaseFile,
    what: str,
    agencies: Iterable[str],
    *,
    basis: str,
    by: str,
    at: datetime,
    meeting_id: UUID | None = None,
    purpose: str = SUPPORT,
    categories: Iterable[str] = (),
) -> None:
    """Write down that agencies other than the case's own learned something, and of what kind."""
    session.add_all(
        Disclosure(
            disclosure_id=new_id(),
            case_id=case.case_id,
            what=what,
            to_agency=agency,
            legal_basis=basis,
            meeting_id=meeting_id,
            purpose=purpose,
            categories=sorted(set(categories)),
            by=by,
            at=at,
        )
        for agency in sorted(set(agencies) - {case.coordinator_agency})
    )
