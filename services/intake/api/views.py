"""Persons as the API shows them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.api.answers import NameView, PersonView
from services.intake.duplicates import Identity
from services.intake.models import Person
from services.intake.sealing import Safe


async def person_view(session: AsyncSession, safe: Safe, person: Person) -> PersonView:
    who = await safe.open_identity(session, person.person_id, person.sealed)
    return PersonView(
        **person.model_dump(exclude={"sealed", "place"}), **(who or Identity()).model_dump()
    )


async def name_view(session: AsyncSession, safe: Safe, person: Person) -> NameView:
    who = await safe.open_identity(session, person.person_id, person.sealed) or Identity()
    return NameView(person_id=person.person_id, name=who.name, kana=who.kana)
