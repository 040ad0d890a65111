"""A fact has its effect once, however often it is delivered."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import INBOX


async def once(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """Enter the fact in the caller's transaction. True the first time, False ever after.

    A second transaction with the same fact waits here until the first has ended.
    """
    connection = await session.connection()
    entered = await connection.execute(
        insert(INBOX)
        .values(consumer=consumer, event_id=event_id)
        .on_conflict_do_nothing()
        .returning(INBOX.c.event_id)
    )
    return entered.first() is not None
