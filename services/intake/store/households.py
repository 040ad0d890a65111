"""What is known of a household beside its members, and what is told of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts.events import new_id
from contracts.events.household import HouseholdMemberAdded
from services.intake import carers
from services.intake.family_submissions import NewKinship, PromptJudged
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.household_models import Kinship, PromptDismissal
from services.intake.models import Household, Intake, Person
from services.intake.sealing import PERSON, Safe
from services.intake.store.persons import add_person, find_household
from services.intake.submissions import PersonFields


async def household_of(session: AsyncSession, household_id: UUID) -> tuple[Household, list[Person]]:
    """Raises Problem 404."""
    found = await find_household(session, household_id)
    if found is None:
        raise refuse(404, "household-unknown")
    return found


async def add_member(
    session: AsyncSession, safe: Safe, household: Household, sent: PersonFields
) -> Person:
    """Somebody else of the household becomes known. Whether the case is about them, people say."""
    intake = await session.get_one(Intake, household.intake_id, with_for_update={"key_share": True})
    if intake.status != "accepted":
        raise refuse(409, "intake-withdrawn")
    _, members = await household_of(session, household.household_id)
    place = max((one.place for one in members), default=-1) + 1
    person = await add_person(session, safe, household, place, sent)
    await emit(
        session,
        HouseholdMemberAdded(
            intake_id=household.intake_id,
            household_id=household.household_id,
            person_id=person.person_id,
        ),
    )
    return person


# --- relations --------------------------------------------------------------------------------


async def kinships_of(session: AsyncSession, household_id: UUID) -> Sequence[Kinship]:
    rows = await session.scalars(
        select(Kinship)
        .where(col(Kinship.household_id) == household_id, col(Kinship.ended_at).is_(None))
        .order_by(col(Kinship.recorded_at), col(Kinship.kinship_id))
    )
    return rows.all()


async def relate(
    session: AsyncSession, by: Principal, household: Household, sent: NewKinship
) -> Kinship:
    """Raises Problem 409 `kinship-stands`, 422 for strangers."""
    if sent.person_id == sent.other_person_id:
        raise refuse_all([Fault("other_person_id", "persons-the-same")])
    await must_be_of(session, household, person_id=[sent.person_id])
    await must_be_of(session, household, other_person_id=[sent.other_person_id])
    known = await kinships_of(session, household.household_id)
    same = (sent.person_id, sent.other_person_id, sent.kind)
    if any((one.person_id, one.other_person_id, one.kind) == same for one in known):
        raise refuse(409, "kinship-stands")
    made = Kinship(
        kinship_id=new_id(),
        household_id=household.household_id,
        **sent.model_dump(),
        recorded_by=by.sub,
        recorded_at=datetime.now(UTC),
    )
    session.add(made)
    await session.flush()
    return made


async def end_kinship(session: AsyncSession, by: Principal, kinship_id: UUID) -> Kinship:
    """What was said of two persons holds no more. Raises Problem 404."""
    found = await session.get(Kinship, kinship_id, with_for_update=True)
    if found is None or found.ended_at is not None:
        raise refuse(404, "kinship-unknown")
    found.ended_by, found.ended_at = by.sub, datetime.now(UTC)
    return found


async def must_be_of(session: AsyncSession, household: Household, **named: Sequence[UUID]) -> None:
    """Raises Problem 422 `person-not-of-household`, by the field that names a stranger."""
    _, members = await household_of(session, household.household_id)
    known = {one.person_id for one in members}
    faults = [
        Fault(field, "person-not-of-household")
        for field, persons in named.items()
        if set(persons) - known
    ]
    if faults:
        raise refuse_all(faults)


# --- prompts ----------------------------------------------------------------------------------


async def open_prompts(
    session: AsyncSession, safe: Safe, household: Household, persons: Sequence[Person], on: date
) -> list[carers.Prompt]:
    """Who is to be looked at: not those set aside for the same reasons before."""
    intake = await session.get_one(Intake, household.intake_id)
    members = []
    for person in persons:
        who = await safe.open_identity(session, person.person_id, person.sealed)
        members.append(
            carers.Member(
                person_id=person.person_id,
                birth_date=who.birth_date if who else None,
                relation=person.relation,
                carer=person.carer,
                key_person=person.key_person,
            )
        )
    edges = [
        carers.Edge(one.person_id, one.other_person_id, one.kind)
        for one in await kinships_of(session, household.household_id)
    ]
    rows = await session.scalars(
        select(PromptDismissal).where(col(PromptDismissal.household_id) == household.household_id)
    )
    judged = {(row.person_id, row.kind, frozenset(row.reasons)) for row in rows}
    return [
        prompt
        for prompt in carers.prompts(members, edges, intake.topics, on)
        if (prompt.person_id, prompt.kind, frozenset(prompt.reasons)) not in judged
    ]


async def judge_prompt(
    session: AsyncSession,
    safe: Safe,
    by: Principal,
    household: Household,
    sent: PromptJudged,
    standing: Sequence[carers.Prompt],
) -> None:
    """Set a prompt aside, with the reason. Raises Problem 404 if it does not stand."""
    found = next(
        (p for p in standing if (p.person_id, p.kind) == (sent.person_id, sent.kind)), None
    )
    if found is None:
        raise refuse(404, "prompt-unknown")
    session.add(
        PromptDismissal(
            dismissal_id=new_id(),
            household_id=household.household_id,
            person_id=found.person_id,
            kind=found.kind,
            reasons=list(found.reasons),
            sealed=await safe.vault.seal(session, PERSON, found.person_id, sent.reason),
            dismissed_by=by.sub,
            dismissed_at=datetime.now(UTC),
        )
    )
    await session.flush()
