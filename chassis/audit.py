"""Who did, saw or was refused what: rows in a hash chain that shows any later change.

Rows are written in the transaction they tell of; one sealer chains them afterwards, in the order
in which it finds them, so that audited transactions never wait for each other.
"""

import asyncio
import hashlib
import json
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.context import Context
from chassis.db import Database
from chassis.tables import AUDIT
from chassis.telemetry import trace_id

SEAL_EVERY_SECONDS = 5.0
SEAL_BATCH = 1000
_SEALER_LOCK = 0x6B617361


async def audit(
    session: AsyncSession,
    principal: Principal,
    action: str,
    subject_kind: str,
    subject_id: str,
    *,
    outcome: str = "allowed",
    reason: str | None = None,
    **details: Any,
) -> None:
    """Record an act on, or a look at, a record. `details` hold identifiers and codes only."""
    await session.execute(
        insert(AUDIT).values(
            actor=principal.sub,
            actor_kind=principal.kind,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            outcome=outcome,
            reason=reason,
            trace_id=trace_id(),
            details=details,
        )
    )


async def audit_refusal(
    database: Database,
    principal: Principal,
    action: str,
    subject_kind: str,
    subject_id: str,
    reason: str,
) -> None:
    """Record a refusal in a transaction of its own, as the request's own is rolled back."""
    async with database.transaction() as session:
        await audit(
            session, principal, action, subject_kind, subject_id, outcome="refused", reason=reason
        )


async def seal_for_ever(context: Context) -> None:
    """Chain new rows every few seconds; one process at a time does it."""
    while True:
        async with context.database.transaction() as session:
            sealed = await seal(session)
        if sealed < SEAL_BATCH:
            await asyncio.sleep(SEAL_EVERY_SECONDS)


async def seal(session: AsyncSession) -> int:
    """Chain the rows that are not chained yet; how many there were, `SEAL_BATCH` at most."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_SEALER_LOCK))):
        return 0
    fresh = (
        await session.execute(
            select(AUDIT).where(AUDIT.c.hash.is_(None)).order_by(AUDIT.c.id).limit(SEAL_BATCH)
        )
    ).all()
    if not fresh:
        return 0
    last = (
        await session.execute(
            select(AUDIT.c.link, AUDIT.c.hash)
            .where(AUDIT.c.link.is_not(None))
            .order_by(AUDIT.c.link.desc())
            .limit(1)
        )
    ).one_or_none()
    link, chained = (last.link, last.hash) if last else (0, b"")
    for row in fresh:
        link, chained = link + 1, _hash(chained, row)
        await session.execute(
            update(AUDIT).where(AUDIT.c.id == row.id).values(link=link, hash=chained)
        )
    return len(fresh)


async def broken_link(session: AsyncSession) -> int | None:
    """The first link whose hash does not follow from its row and the one before; None: sound."""
    chained = b""
    rows = await session.stream(
        select(AUDIT).where(AUDIT.c.link.is_not(None)).order_by(AUDIT.c.link)
    )
    expected = 1
    async for row in rows:
        chained = _hash(chained, row)
        if row.link != expected or row.hash != chained:
            return expected
        expected += 1
    return None


def _hash(before: bytes, row: Row[Any]) -> bytes:
    told = [row.at.isoformat(), row.actor, row.actor_kind, row.action, row.subject_kind]
    told += [row.subject_id, row.outcome, row.reason, row.trace_id, row.details]
    return hashlib.sha256(before + json.dumps(told, sort_keys=True).encode()).digest()
