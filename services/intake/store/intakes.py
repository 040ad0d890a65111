"""Intakes: accepted once, found by id or receipt number."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts import catalogue
from contracts.calendar import fiscal_year
from contracts.events import new_id
from contracts.events.intake import IntakeAccepted
from services.intake.faults import refuse
from services.intake.models import Intake, Person, ReceiptCounter
from services.intake.receipt import area_of_number, receipt_number
from services.intake.sealing import Consultation, Safe
from services.intake.store.lookalikes import Lookalike, find_lookalikes, remember_lookalikes
from services.intake.store.persons import add_household, identity_of
from services.intake.submissions import NewIntake


@dataclass(frozen=True)
class Accepted:
    """What came of an intake."""

    intake: Intake
    persons: list[Person]
    lookalikes: list[Lookalike]


async def accept_intake(
    session: AsyncSession, safe: Safe, sender: Principal, sent: NewIntake
) -> Accepted:
    """Remember an intake, its household and its duplicate candidates, and tell of it.

    `sent` has no faults. Raises Problem 409 `source-reference-taken`.
    """
    found = await find_lookalikes(session, safe, [identity_of(one) for one in sent.persons])
    at = datetime.now(UTC)
    intake = await _insert(session, safe, sender, sent, at)
    persons = await add_household(session, safe, intake, sent.persons, at)
    ids = [person.person_id for person in persons]
    await remember_lookalikes(session, intake.intake_id, ids, found, at)
    await emit(
        session,
        IntakeAccepted(
            intake_id=intake.intake_id,
            receipt_number=intake.receipt_number,
            channel=intake.channel,
            programme_no=intake.programme_no,
            received_on=intake.received_on,
            person_ids=tuple(ids),
            household_id=intake.household_id,
            urgent=intake.urgent,
            basic_area=intake.basic_area,
            daily_area=intake.daily_area,
            referred_in=intake.referred_in,
            topics=tuple(intake.topics),
            duplicate_candidates=tuple(dict.fromkeys(alike.intake_id for alike in found)),
        ),
    )
    return Accepted(intake, persons, found)


async def _insert(
    session: AsyncSession, safe: Safe, sender: Principal, sent: NewIntake, at: datetime
) -> Intake:
    intake_id = new_id()
    basic_area = sent.basic_area
    if sent.daily_area is not None:
        basic_area = catalogue.basic_area_of(sent.daily_area)
    said = Consultation(**sent.model_dump(include=set(Consultation.model_fields)))
    sealed = await safe.seal_consultation(session, intake_id, said)
    # The counter's row is locked until the commit, so it is taken as late as can be.
    number = await _next_number(session, sent.received_on, basic_area)
    intake = Intake(
        intake_id=intake_id,
        receipt_number=number,
        channel=sent.channel,
        programme_no=catalogue.channels(sent.received_on)[sent.channel].programme_no,
        received_on=sent.received_on,
        accepted_at=at,
        sender=sender.sub,
        source_reference=sent.source_reference,
        urgent=sent.urgent,
        referred_in=sent.referred_in,
        basic_area=basic_area,
        daily_area=sent.daily_area,
        topics=list(dict.fromkeys(sent.topics)),
        main_topic=sent.main_topic,
        household_id=new_id() if sent.persons else None,
        revision=1,
        status="accepted",
        sealed=sealed,
    )
    inserted = await session.scalar(
        insert(Intake)
        .values(**intake.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Intake.intake_id))
    )
    if inserted is None:
        raise refuse(409, "source-reference-taken", "source_reference")
    return await session.get_one(Intake, intake_id)


async def _next_number(session: AsyncSession, received_on: date, basic_area: str | None) -> str:
    row = insert(ReceiptCounter).values(
        fiscal_year=fiscal_year(received_on), area=area_of_number(basic_area), last=1
    )
    count = await session.scalar(
        row.on_conflict_do_update(
            index_elements=["fiscal_year", "area"], set_={"last": col(ReceiptCounter.last) + 1}
        ).returning(col(ReceiptCounter.last))
    )
    return receipt_number(received_on, basic_area, count or 1)


async def find_intake(
    session: AsyncSession, intake_id: UUID, *, lock: bool = False
) -> Intake | None:
    # Not FOR UPDATE: a candidate of another intake may be referring to this one meanwhile.
    for_update = {"key_share": True} if lock else None
    return await session.get(Intake, intake_id, with_for_update=for_update)


async def find_by_receipt(session: AsyncSession, number: str) -> Intake | None:
    found: Intake | None = await session.scalar(
        select(Intake).where(col(Intake.receipt_number) == number)
    )
    return found
