"""Intakes corrected and withdrawn: what stood before is kept, the receipt number stays."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import emit
from contracts import catalogue
from contracts.events.intake import IntakeCorrected, IntakeWithdrawn
from services.intake.duplicates import Identity
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.models import Intake, IntakeRevision, Person, PersonRevision
from services.intake.sealing import Consultation, Safe
from services.intake.store.lookalikes import find_lookalikes, remember_lookalikes
from services.intake.store.persons import index_again, persons_of_intake
from services.intake.submissions import IntakeCorrection, PersonCorrection, PersonFields

TOLD = ("received_on", "urgent", "referred_in", "daily_area", "basic_area", "topics", "main_topic")
"""Fields of an intake that are codes; the others are sealed."""

PLAIN = ("relation", "key_person", "carer")
"""The same of a person."""


def corrected_codes(intake: Intake, correction: IntakeCorrection) -> dict[str, Any]:
    """The intake's codes as they are to stand: a new daily area brings its basic area."""
    named = correction.model_fields_set
    stands = {
        name: getattr(correction if name in named else intake, name)
        for name in TOLD
        if name != "basic_area"
    }
    stands["topics"] = list(dict.fromkeys(stands["topics"]))
    if "basic_area" in named and "daily_area" not in named:
        stands["daily_area"] = None
    stands["basic_area"] = correction.basic_area if "basic_area" in named else intake.basic_area
    if stands["daily_area"] is not None and "basic_area" not in named:
        stands["basic_area"] = catalogue.basic_area_of(stands["daily_area"])
    return stands


async def corrected_words(
    session: AsyncSession, safe: Safe, intake: Intake, correction: IntakeCorrection
) -> tuple[Consultation, Consultation]:
    """The intake's words before and after. Raises Problem 409 if they were destroyed."""
    before = await safe.open_consultation(session, intake.intake_id, intake.sealed)
    if before is None:
        raise refuse(409, "erased")
    named = correction.model_fields_set & set(Consultation.model_fields)
    return before, Consultation(**{**before.model_dump(), **correction.model_dump(include=named)})


async def correct_intake(
    session: AsyncSession,
    safe: Safe,
    by: Principal,
    intake: Intake,
    correction: IntakeCorrection,
    codes: dict[str, Any],
    words: tuple[Consultation, Consultation],
) -> Intake:
    """Make the intake say what it is to say from now on, and tell of it.

    `intake` is locked and stands. Raises Problem 422 `nothing-changed` or `person-not-of-intake`.
    """
    at = datetime.now(UTC)
    before = {name: getattr(intake, name) for name in TOLD}
    changed = [name for name in TOLD if before[name] != codes[name]]
    changed += [
        name
        for name in Consultation.model_fields
        if getattr(words[0], name) != getattr(words[1], name)
    ]
    people = await _correct_persons(session, safe, intake, correction.persons, at)
    people_changed = {person.person_id for person in people}
    births = [
        one.person_id
        for one in correction.persons
        if one.person_id in people_changed
        and (one.birth_unknown or "birth_date" in one.model_fields_set)
    ]
    changed += [f"persons.{person.place}" for person in people]
    if not changed:
        raise refuse(422, "nothing-changed")
    sealed_before = intake.sealed
    for name in TOLD:
        setattr(intake, name, codes[name])
    if words[0] != words[1]:
        intake.sealed = await safe.seal_consultation(session, intake.intake_id, words[1])
    _revise(session, intake, correction.reason, changed, before, sealed_before, by, at)
    await emit(
        session,
        IntakeCorrected(
            intake_id=intake.intake_id,
            receipt_number=intake.receipt_number,
            received_on=intake.received_on,
            urgent=intake.urgent,
            basic_area=intake.basic_area,
            daily_area=intake.daily_area,
            referred_in=intake.referred_in,
            topics=tuple(intake.topics),
            birth_dates_of=tuple(births),
        ),
    )
    return intake


async def withdraw_intake(
    session: AsyncSession, by: Principal, intake: Intake, reason: str
) -> Intake:
    """Take a standing, locked intake back, and tell of it; it stays readable."""
    before = {"status": intake.status}
    intake.status, intake.withdrawal_reason = "withdrawn", reason
    _revise(session, intake, reason, ["status"], before, intake.sealed, by, datetime.now(UTC))
    await emit(
        session,
        IntakeWithdrawn(
            intake_id=intake.intake_id, receipt_number=intake.receipt_number, reason=reason
        ),
    )
    return intake


def _revise(
    session: AsyncSession,
    intake: Intake,
    reason: str,
    changed: list[str],
    before: dict[str, Any],
    sealed_before: bytes,
    by: Principal,
    at: datetime,
) -> None:
    intake.revision += 1
    if "received_on" in before:
        before = {**before, "received_on": before["received_on"].isoformat()}
    session.add(
        IntakeRevision(
            intake_id=intake.intake_id,
            revision=intake.revision,
            reason=reason,
            changed=changed,
            before=before,
            sealed_before=sealed_before,
            changed_by=by.sub,
            changed_at=at,
        )
    )


async def _correct_persons(
    session: AsyncSession,
    safe: Safe,
    intake: Intake,
    corrections: tuple[PersonCorrection, ...],
    at: datetime,
) -> list[Person]:
    """The persons who were changed. Raises Problem 422."""
    if not corrections:
        return []
    persons = {one.person_id: one for one in await persons_of_intake(session, intake.intake_id)}
    strangers = [
        Fault(f"persons.{place}.person_id", "person-not-of-intake")
        for place, correction in enumerate(corrections)
        if correction.person_id not in persons
    ]
    if strangers:
        raise refuse_all(strangers)
    return [
        person
        for correction in corrections
        if await _correct_person(
            session, safe, intake, person := persons[correction.person_id], correction, at
        )
    ]


async def _correct_person(
    session: AsyncSession,
    safe: Safe,
    intake: Intake,
    person: Person,
    correction: PersonCorrection,
    at: datetime,
) -> bool:
    before = await safe.open_identity(session, person.person_id, person.sealed)
    if before is None:
        raise refuse(409, "erased", "persons")
    named = correction.model_fields_set & set(PersonFields.model_fields)
    fields = correction.model_dump(include=named)
    told = named & set(Identity.model_fields)
    who = before.model_copy(update={name: fields[name] for name in told})
    if correction.birth_unknown:
        who = who.model_copy(update={"birth_date": None})
    plain = {name: getattr(person, name) for name in PLAIN}
    stands = {name: fields.get(name, plain[name]) for name in PLAIN}
    if (who, stands) == (before, plain):
        return False
    session.add(
        PersonRevision(
            person_id=person.person_id,
            revision=intake.revision + 1,
            before=plain,
            sealed_before=person.sealed,
        )
    )
    for name in PLAIN:
        setattr(person, name, stands[name])
    if who != before:
        person.birth_unknown = who.birth_date is None
        person.sealed = await safe.seal_identity(session, person.person_id, who)
        await index_again(session, safe, person.person_id, who)
        found = await find_lookalikes(session, safe, [who], but=intake.intake_id)
        await remember_lookalikes(session, intake.intake_id, [person.person_id], found, at)
    return True
