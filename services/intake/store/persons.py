"""Households and persons: written as part of an intake, read one by one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.events import new_id
from services.intake.duplicates import Identity, search_terms
from services.intake.models import Household, Intake, Person, SearchKey
from services.intake.sealing import Safe
from services.intake.store.finding import index_name
from services.intake.submissions import PersonFields


def identity_of(sent: PersonFields) -> Identity:
    """The part of what was sent that tells who a person is."""
    return Identity(**sent.model_dump(include=set(Identity.model_fields)))


async def add_household(
    session: AsyncSession, safe: Safe, intake: Intake, persons: Sequence[PersonFields], at: datetime
) -> list[Person]:
    """Remember the people of an intake, which has its `household_id` already."""
    if intake.household_id is None:
        return []
    household = Household(
        household_id=intake.household_id,
        intake_id=intake.intake_id,
        basic_area=intake.basic_area,
        daily_area=intake.daily_area,
        created_at=at,
    )
    session.add(household)
    await session.flush()
    return [
        await add_person(session, safe, household, place, sent)
        for place, sent in enumerate(persons)
    ]


async def add_person(
    session: AsyncSession, safe: Safe, household: Household, place: int, sent: PersonFields
) -> Person:
    """One member of a household, who can be found from now on."""
    person_id, who = new_id(), identity_of(sent)
    person = Person(
        person_id=person_id,
        intake_id=household.intake_id,
        household_id=household.household_id,
        place=place,
        relation=sent.relation,
        key_person=sent.key_person,
        carer=sent.carer,
        birth_unknown=sent.birth_date is None,
        sealed=await safe.seal_identity(session, person_id, who),
    )
    session.add(person)
    await session.flush()
    _index(session, safe, person_id, who)
    await index_name(session, safe, person_id, who)
    await session.flush()
    return person


async def index_again(session: AsyncSession, safe: Safe, person_id: UUID, who: Identity) -> None:
    """Make a person findable by what is known now, and no longer by what was corrected."""
    await session.execute(delete(SearchKey).where(col(SearchKey.person_id) == person_id))
    _index(session, safe, person_id, who)
    await index_name(session, safe, person_id, who)
    await session.flush()


def _index(session: AsyncSession, safe: Safe, person_id: UUID, who: Identity) -> None:
    for kind, term in search_terms(who).items():
        session.add(SearchKey(person_id=person_id, kind=kind, digest=safe.index.digest(kind, term)))


async def find_persons(session: AsyncSession, ids: Sequence[UUID]) -> list[Person]:
    """The persons of these ids, in the order asked for; unknown ids are left out."""
    rows = await session.scalars(select(Person).where(col(Person.person_id).in_(ids)))
    found = {person.person_id: person for person in rows}
    return [found[person_id] for person_id in dict.fromkeys(ids) if person_id in found]


async def persons_of_intake(session: AsyncSession, intake_id: UUID) -> list[Person]:
    rows = await session.scalars(
        select(Person).where(col(Person.intake_id) == intake_id).order_by(col(Person.place))
    )
    return list(rows)


async def find_household(
    session: AsyncSession, household_id: UUID
) -> tuple[Household, list[Person]] | None:
    """A household and its members in the order in which they were named."""
    household = await session.get(Household, household_id)
    if household is None:
        return None
    rows = await session.scalars(
        select(Person).where(col(Person.household_id) == household_id).order_by(col(Person.place))
    )
    return household, list(rows)
