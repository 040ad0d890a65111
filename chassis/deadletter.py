"""Parked records: listed with their reason, and put back once what was wrong is mended."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import Database
from chassis.delivery import Events, Outcome, deliver
from chassis.records import RawRecord
from chassis.tables import DEAD_LETTER


@dataclass(frozen=True)
class DeadLetter:
    """A parked record as operations staff see it: never its content."""

    id: int
    consumer: str
    event_id: UUID | None
    event_type: str | None
    topic: str
    partition: int
    offset: int
    reason: str
    tries: int
    parked_at: datetime


async def parked(session: AsyncSession, limit: int = 100, after: int = 0) -> list[DeadLetter]:
    """The records that wait for somebody, oldest first, from the id after `after`."""
    columns = DEAD_LETTER.c
    rows = await session.execute(
        select(
            columns.id,
            columns.consumer,
            columns.event_id,
            columns.event_type,
            columns.topic,
            columns.partition,
            columns.record_offset,
            columns.reason,
            columns.tries,
            columns.parked_at,
        )
        .where(columns.settled_at.is_(None), columns.id > after)
        .order_by(columns.id)
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


async def count(session: AsyncSession) -> int:
    """How many records wait for somebody."""
    return (
        await session.execute(
            select(func.count()).select_from(DEAD_LETTER).where(DEAD_LETTER.c.settled_at.is_(None))
        )
    ).scalar_one()


async def retry(database: Database, events: Events, letter_id: int) -> Outcome:
    """Deliver a parked record once more; its effect happens at most once, whatever came before.

    Outcome.PARKED means that it failed again and stays, with its new reason. Raises LookupError if
    no such record waits here, UnavailableError if something that the handler needs is away.
    """
    async with database.transaction() as session:
        found = await session.execute(
            select(DEAD_LETTER).where(
                DEAD_LETTER.c.id == letter_id,
                DEAD_LETTER.c.consumer == events.consumer,
                DEAD_LETTER.c.settled_at.is_(None),
            )
        )
        row = found.mappings().first()
    if row is None:
        raise LookupError(f"no dead letter {letter_id} waits for {events.consumer}")
    record = RawRecord(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["record_offset"],
        key=row["key"],
        value=row["value"],
        headers=tuple((name, b64decode(value)) for name, value in row["headers"]),
    )
    return await deliver(database, events, record, put_back=True)
