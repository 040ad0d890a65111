"""The 家族年表 of a household: what agencies contributed, each on its legal ground."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts.events import new_id
from services.intake.family_submissions import NewEntry
from services.intake.faults import refuse
from services.intake.household_models import ChronologyEntry
from services.intake.models import Household
from services.intake.sealing import HOUSEHOLD, Safe
from services.intake.store.households import must_be_of


async def add_entry(
    session: AsyncSession,
    safe: Safe,
    by: Principal,
    household: Household,
    sent: NewEntry,
    agency: str,
) -> ChronologyEntry:
    """Raises Problem 422 for strangers."""
    await must_be_of(session, household, person_ids=sent.person_ids)
    owner = household.household_id
    entry = ChronologyEntry(
        entry_id=new_id(),
        household_id=owner,
        on_date=sent.on_date,
        exact=sent.exact,
        kind=sent.kind,
        person_ids=list(dict.fromkeys(sent.person_ids)),
        agency=agency,
        legal_basis=sent.legal_basis,
        sealed=await safe.vault.seal(session, HOUSEHOLD, owner, sent.text),
        recorded_by=by.sub,
        recorded_at=datetime.now(UTC),
    )
    session.add(entry)
    await session.flush()
    return entry


async def chronology_of(
    session: AsyncSession, household_id: UUID, agency: str | None
) -> Sequence[ChronologyEntry]:
    """The entries by their dates; of one agency only where it is named."""
    chosen = [
        col(ChronologyEntry.household_id) == household_id,
        col(ChronologyEntry.withdrawn_at).is_(None),
    ]
    if agency is not None:
        chosen.append(col(ChronologyEntry.agency) == agency)
    rows = await session.scalars(
        select(ChronologyEntry)
        .where(*chosen)
        .order_by(col(ChronologyEntry.on_date), col(ChronologyEntry.entry_id))
    )
    return rows.all()


async def entry_of(session: AsyncSession, entry_id: UUID) -> ChronologyEntry:
    """Raises Problem 404."""
    found = await session.get(ChronologyEntry, entry_id, with_for_update=True)
    if found is None or found.withdrawn_at is not None:
        raise refuse(404, "entry-unknown")
    return found


def withdraw_entry(by: Principal, entry: ChronologyEntry) -> None:
    """The entry is shown no more; it stays in the database."""
    entry.withdrawn_by, entry.withdrawn_at = by.sub, datetime.now(UTC)
