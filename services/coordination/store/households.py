"""What intake tells of a case's household, kept for lists and pages."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.events.household import HouseholdMemberAdded, PersonFlagEnded, PersonFlagged
from services.coordination.models import CaseFile, CasePerson, GuardFlag, HouseholdMember


async def know_member(session: AsyncSession, case: CaseFile, told: HouseholdMemberAdded) -> None:
    await session.execute(
        insert(HouseholdMember)
        .values(case_id=case.case_id, person_id=told.person_id, known_at=told.occurred_at)
        .on_conflict_do_nothing()
    )


async def members_beside(session: AsyncSession, case_id: UUID) -> tuple[UUID, ...]:
    """Members of the household whom the case is not about."""
    subjects = select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case_id)
    rows = await session.scalars(
        select(col(HouseholdMember.person_id))
        .where(
            col(HouseholdMember.case_id) == case_id,
            col(HouseholdMember.person_id).not_in(subjects),
        )
        .order_by(col(HouseholdMember.known_at), col(HouseholdMember.person_id))
    )
    return tuple(rows)


async def keep_flag(session: AsyncSession, case: CaseFile, told: PersonFlagged) -> None:
    """The flag as it stands now: a renewal moves its last day."""
    told_of = {"expires_on": told.expires_on, "renewable_from": told.renewable_from}
    await session.execute(
        insert(GuardFlag)
        .values(
            flag_id=told.flag_id,
            case_id=case.case_id,
            person_id=told.person_id,
            kind=told.kind,
            starts_on=told.starts_on,
            **told_of,
        )
        .on_conflict_do_update(index_elements=["flag_id"], set_=told_of)
    )


async def end_flag(session: AsyncSession, told: PersonFlagEnded) -> None:
    await session.execute(
        update(GuardFlag).where(col(GuardFlag.flag_id) == told.flag_id).values(ended_on=told.on)
    )


async def standing_flags(session: AsyncSession, case_id: UUID, on: date) -> Sequence[GuardFlag]:
    """The flags that stand on a day: one past its last day is none."""
    rows = await session.scalars(
        select(GuardFlag)
        .where(
            col(GuardFlag.case_id) == case_id,
            col(GuardFlag.ended_on).is_(None),
            col(GuardFlag.starts_on) <= on,
            col(GuardFlag.expires_on) >= on,
        )
        .order_by(col(GuardFlag.kind), col(GuardFlag.person_id))
    )
    return rows.all()
