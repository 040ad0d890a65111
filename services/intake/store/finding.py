"""Persons under the digests of their names, and found by them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, intersect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.duplicates import Identity
from services.intake.finding import VERSION, Term, findable
from services.intake.models import NameKey, Person
from services.intake.sealing import Safe

MOST_FOUND = 2000
"""Persons given for one search: more than the ward has of its most frequent family name."""


async def index_name(session: AsyncSession, safe: Safe, person_id: UUID, who: Identity) -> None:
    """Make a person findable by the name known now, and by no earlier one."""
    await session.execute(delete(NameKey).where(col(NameKey.person_id) == person_id))
    digests = {safe.index.digest(kind, term) for kind, term in findable(who)}
    if digests:
        await session.execute(
            insert(NameKey), [{"digest": one, "person_id": person_id} for one in sorted(digests)]
        )
    await session.execute(
        update(Person).where(col(Person.person_id) == person_id).values(name_keys=VERSION)
    )


async def index_again(session: AsyncSession, safe: Safe, most: int) -> int:
    """Index persons that an older rule, or none, has indexed; how many there were."""
    rows = await session.scalars(
        select(Person)
        .where(col(Person.name_keys) < VERSION)
        .order_by(col(Person.person_id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    some = list(rows)
    for person in some:
        who = await safe.open_identity(session, person.person_id, person.sealed)
        await index_name(session, safe, person.person_id, who or Identity())
    return len(some)


async def find_by_name(
    session: AsyncSession, safe: Safe, wanted: Sequence[frozenset[Term]]
) -> tuple[list[UUID], bool]:
    """Who has one term of every set, the latest first; and whether there are more than are given.

    `wanted` is not empty.
    """
    having = [
        select(col(NameKey.person_id)).where(
            col(NameKey.digest).in_(
                [digest for kind, term in terms for digest in safe.index.digests(kind, term)]
            )
        )
        for terms in wanted
    ]
    found = intersect(*having).subquery() if len(having) > 1 else having[0].distinct().subquery()
    rows = await session.scalars(
        select(found.c.person_id).order_by(found.c.person_id.desc()).limit(MOST_FOUND + 1)
    )
    ids = list(rows)
    return ids[:MOST_FOUND], len(ids) > MOST_FOUND
