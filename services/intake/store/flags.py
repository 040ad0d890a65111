"""Flags that guard a person: set, renewed, ended; one past its last day is none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts.events import new_id
from contracts.events.household import PersonFlagEnded, PersonFlagged
from services.intake import flags
from services.intake.family_submissions import NewFlag
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.household_models import Flag
from services.intake.models import Person
from services.intake.sealing import PERSON, Safe


async def standing_flags(
    session: AsyncSession, persons: Sequence[UUID], on: date
) -> dict[UUID, list[Flag]]:
    """The flags of persons that stand on a day: one past its last day is none."""
    rows = await session.scalars(
        select(Flag)
        .where(
            col(Flag.person_id).in_(persons),
            col(Flag.ended_at).is_(None),
            col(Flag.starts_on) <= on,
            col(Flag.expires_on) >= on,
        )
        .order_by(col(Flag.kind))
    )
    found: dict[UUID, list[Flag]] = {person: [] for person in persons}
    for flag in rows:
        found[flag.person_id].append(flag)
    return found


async def protected(session: AsyncSession, persons: Sequence[UUID], on: date) -> frozenset[UUID]:
    """Who of these persons may be found by nobody (支援措置)."""
    flagged = await standing_flags(session, persons, on)
    return frozenset(
        person
        for person, standing in flagged.items()
        if any(flag.kind == flags.ADDRESS_PROTECTION for flag in standing)
    )


async def set_flag(
    session: AsyncSession, safe: Safe, by: Principal, person: Person, sent: NewFlag, on: date
) -> Flag:
    """Raises Problem 409 `flag-stands`. One that has run out gives way to the new one."""
    await session.get_one(Person, person.person_id, with_for_update={"key_share": True})
    earlier = await session.scalar(
        select(Flag).where(
            col(Flag.person_id) == person.person_id,
            col(Flag.kind) == sent.kind,
            col(Flag.ended_at).is_(None),
        )
    )
    if earlier is not None:
        if earlier.expires_on >= on:
            raise refuse(409, "flag-stands")
        earlier.ended_by, earlier.ended_at = "expiry", datetime.now(UTC)
        await session.flush()
    starts = sent.starts_on or on
    if starts > on:
        raise refuse_all([Fault("starts_on", "date-in-future")])
    flag = Flag(
        flag_id=new_id(),
        person_id=person.person_id,
        kind=sent.kind,
        starts_on=starts,
        expires_on=flags.last_day(sent.kind, starts),
        sealed=await safe.vault.seal(session, PERSON, person.person_id, sent.reason),
        recorded_by=by.sub,
        recorded_at=datetime.now(UTC),
    )
    session.add(flag)
    await session.flush()
    await _tell(session, person, flag)
    return flag


async def flag_of(session: AsyncSession, flag_id: UUID) -> tuple[Flag, Person]:
    """Raises Problem 404."""
    flag = await session.get(Flag, flag_id, with_for_update=True)
    if flag is None:
        raise refuse(404, "flag-unknown")
    return flag, await session.get_one(Person, flag.person_id)


async def renew_flag(session: AsyncSession, flag: Flag, person: Person, on: date) -> Flag:
    """One more term, from its last day on. Raises Problem 409 if it is too early, or over."""
    if not flags.stands(flag.starts_on, flag.expires_on, flag.ended_at is not None, on):
        raise refuse(409, "flag-over")
    opens = flags.renewable_from(flag.kind, flag.expires_on)
    if on < opens:
        raise refuse(409, "renewal-too-early", renewable_from=opens.isoformat())
    flag.expires_on = flags.renewed(flag.kind, flag.expires_on)
    flag.renewals += 1
    await session.flush()
    await _tell(session, person, flag)
    return flag


async def end_flag(
    session: AsyncSession, by: Principal, flag: Flag, person: Person, on: date
) -> Flag:
    """Take a flag away before its last day. Raises Problem 409 `flag-over`."""
    if flag.ended_at is not None or flag.expires_on < on:
        raise refuse(409, "flag-over")
    flag.ended_by, flag.ended_at = by.sub, datetime.now(UTC)
    await emit(
        session,
        PersonFlagEnded(**_whose(person), flag_id=flag.flag_id, kind=flag.kind, on=on),
    )
    return flag


async def _tell(session: AsyncSession, person: Person, flag: Flag) -> None:
    opens = flags.renewable_from(flag.kind, flag.expires_on)
    await emit(
        session,
        PersonFlagged(
            **_whose(person),
            flag_id=flag.flag_id,
            kind=flag.kind,
            starts_on=flag.starts_on,
            expires_on=flag.expires_on,
            renewable_from=opens if flag.kind == flags.ADDRESS_PROTECTION else None,
        ),
    )


def _whose(person: Person) -> dict[str, UUID]:
    return person.model_dump(include={"intake_id", "household_id", "person_id"})
