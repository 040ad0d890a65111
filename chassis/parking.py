"""Rows of records that could not be taken in. See `chassis.deadletter` for what is done to them."""

from base64 import b64encode
from typing import overload

from sqlalchemy import func as sql
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.records import RawRecord
from chassis.tables import DEAD_LETTER


async def park(
    session: AsyncSession, consumer: str, record: RawRecord, reason: str, tries: int
) -> None:
    """Keep the record as it came. A record that is parked already gets the new reason only."""
    row = insert(DEAD_LETTER).values(
        consumer=consumer,
        fingerprint=record.fingerprint,
        event_id=record.event_id,
        event_type=_storable(record.header("ce_type")),
        topic=record.topic,
        partition=record.partition,
        record_offset=record.offset,
        key=record.key,
        value=record.value,
        headers=[[_storable(name), b64encode(value).decode()] for name, value in record.headers],
        reason=reason,
        tries=tries,
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["consumer", "fingerprint"],
            set_={"reason": reason, "tries": DEAD_LETTER.c.tries + tries},
            where=DEAD_LETTER.c.settled_at.is_(None),
        )
    )


async def is_parked(session: AsyncSession, consumer: str, record: RawRecord) -> bool:
    """Whether the record waits to be put back by somebody."""
    found = await session.execute(
        select(DEAD_LETTER.c.id).where(
            DEAD_LETTER.c.consumer == consumer,
            DEAD_LETTER.c.fingerprint == record.fingerprint,
            DEAD_LETTER.c.settled_at.is_(None),
        )
    )
    return found.first() is not None


async def settle(session: AsyncSession, consumer: str, record: RawRecord) -> None:
    """The record needs nobody's care any more. The row stays as the record of what happened."""
    await session.execute(
        update(DEAD_LETTER)
        .where(DEAD_LETTER.c.consumer == consumer, DEAD_LETTER.c.fingerprint == record.fingerprint)
        .values(settled_at=sql.now())
    )


@overload
def _storable(text: str) -> str: ...
@overload
def _storable(text: None) -> None: ...
def _storable(text: str | None) -> str | None:
    """PostgreSQL refuses U+0000 in text, and a record that cannot be parked would stop the rest."""
    return text.replace("\0", "\ufffd") if text is not None else None
