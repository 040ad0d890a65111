"""Persons and households as the API shows them, and who may look."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit, audit_refusal
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from contracts.calendar import today
from services.intake import flags, vocabulary
from services.intake.access import READERS, WARD
from services.intake.api.answers import HouseholdView, NameView, PersonView
from services.intake.api.family_answers import FlagView, KinshipView, PromptView
from services.intake.carers import Prompt
from services.intake.duplicates import Identity
from services.intake.household_models import Flag
from services.intake.models import Person
from services.intake.sealing import PERSON, Safe
from services.intake.store.flags import standing_flags
from services.intake.store.households import household_of, kinships_of, open_prompts


async def reader(
    ctx: Context,
    caller: Principal,
    action: str,
    subject: str,
    roles: tuple[str, ...] | None = None,
) -> None:
    """Raises Problem 403 for anybody but a person with one of the roles; `READERS` if none."""
    needed = roles or READERS
    if caller.kind != "person" or not caller.has(*needed):
        await audit_refusal(ctx.database, caller, action, "person", subject, "not-allowed-for-role")
        raise not_allowed(needed=sorted(needed))


async def person_view(session: AsyncSession, safe: Safe, person: Person) -> PersonView:
    """Somebody as far as they may be shown: under 支援措置 nobody is told where they live."""
    standing = (await standing_flags(session, [person.person_id], today()))[person.person_id]
    who = await safe.open_identity(session, person.person_id, person.sealed) or Identity()
    hidden = any(flag.kind == flags.ADDRESS_PROTECTION for flag in standing)
    if hidden:
        who = who.model_copy(update=dict.fromkeys(flags.HIDDEN))
    return PersonView(
        **person.model_dump(exclude={"sealed", "place"}),
        **who.model_dump(),
        flags=[flag_view(flag, today()) for flag in standing],
        address_hidden=hidden,
    )


async def name_view(session: AsyncSession, safe: Safe, person: Person) -> NameView:
    who = await safe.open_identity(session, person.person_id, person.sealed) or Identity()
    return NameView(person_id=person.person_id, name=who.name, kana=who.kana)


def flag_view(flag: Flag, on: date, reason: str | None = None) -> FlagView:
    opens = flags.renewable_from(flag.kind, flag.expires_on)
    stands = flags.stands(flag.starts_on, flag.expires_on, flag.ended_at is not None, on)
    return FlagView(
        **flag.model_dump(include={"flag_id", "person_id", "kind", "starts_on", "expires_on"}),
        label=vocabulary.FLAGS[flag.kind],
        renewable_from=opens if flag.kind == flags.ADDRESS_PROTECTION else None,
        renewable=stands and opens <= on,
        reason=reason,
    )


async def household_view(
    session: AsyncSession, safe: Safe, caller: Principal, household_id: UUID
) -> HouseholdView:
    """A household with its people, relations and flags; whom to look at, for the ward's staff."""
    household, persons = await household_of(session, household_id)
    members = []
    for person in persons:
        await audit(session, caller, "person.read", "person", str(person.person_id))
        members.append(await _member(session, safe, person))
    standing: list[Prompt] = []
    if caller.has(*WARD):
        standing = await open_prompts(session, safe, household, persons, today())
    return HouseholdView(
        **household.model_dump(exclude={"created_at"}),
        members=members,
        kinships=[
            KinshipView(
                **one.model_dump(include={"kinship_id", "person_id", "other_person_id", "kind"}),
                label=vocabulary.KINSHIPS[one.kind],
            )
            for one in await kinships_of(session, household_id)
        ],
        prompts=[_prompt_view(one) for one in standing],
    )


async def _member(session: AsyncSession, safe: Safe, person: Person) -> PersonView:
    """With the words of the flags, which the people who work with the household have to heed."""
    shown = await person_view(session, safe, person)
    standing = (await standing_flags(session, [person.person_id], today()))[person.person_id]
    told = [
        flag_view(
            flag,
            today(),
            await safe.vault.open(session, PERSON, person.person_id, flag.sealed)
            if flag.sealed
            else None,
        )
        for flag in standing
    ]
    return shown.model_copy(update={"flags": told})


def _prompt_view(prompt: Prompt) -> PromptView:
    return PromptView(
        person_id=prompt.person_id,
        kind=prompt.kind,
        label=vocabulary.PROMPTS[prompt.kind],
        reasons=list(prompt.reasons),
        reason_labels=[vocabulary.PROMPT_REASONS[one] for one in prompt.reasons],
    )
