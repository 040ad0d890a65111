"""What a service has to tell leaves through a row written in its own transaction.

The rows are the durable event log: they are kept after publication, and `generation` says in
which log of the broker a row stands. A broker that has lost its log has a new generation, and the
retained rows are published again; consumers count a fact once, so that is always safe.

The facts of one aggregate keep their order because they are emitted under that aggregate's row
lock: `seq` is then drawn in commit order for them. Nothing pages by `seq`, since rows of unrelated
transactions may commit out of order; a row is due while its generation is NULL.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import Database, plain_url
from chassis.generation import UnknownGenerationError, generation_of
from chassis.publishing import OutboxRow, Publisher, PublishError
from chassis.settings import Settings
from chassis.tables import OUTBOX
from chassis.trace_context import current_trace, mark_span
from contracts.events.envelope import Event

log = structlog.get_logger(__name__)

WAKE_CHANNEL = "outbox"
"""Prefix of the NOTIFY channel; the schema's name follows, so that only its own relay wakes."""

RELAY_LOCK = 0x6F7574
"""First half of the advisory lock that makes a relay the only active one of its schema."""

POLL_INTERVAL = 2.0
"""Seconds after which the relay looks for rows although nobody woke it."""

BATCH = 500
BATCH_BYTES = 4_000_000
"""Rows taken from the outbox at once: so many, or one more than make up so many bytes. The event of
a report may have 100 kB; five hundred of them would have the relay hold 50 MB."""

RETRY_FIRST, RETRY_MOST = 0.5, 5.0
"""Seconds of back-off after the first fault, and at most."""

STANDBY_INTERVAL = 1.0
"""Seconds between two attempts of a standby relay to become the active one."""

STATEMENT_TIMEOUT = 60.0

PRUNE_INTERVAL = 60.0
PRUNE_STEP = 1_000
"""Rows deleted at most in one step: small, so that no lock is held for long."""

UNPUBLISHED = """
    WITH due AS MATERIALIZED (
        SELECT seq, octet_length(body) AS bytes
        FROM outbox WHERE generation IS NULL ORDER BY seq LIMIT $1
    ), taken AS (
        SELECT seq FROM (SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq) AS total FROM due) AS due
        WHERE total - bytes < $2
    )
    SELECT seq, event_id, topic, type, subject, occurred_at, body, traceparent, tracestate
    FROM outbox WHERE seq IN (SELECT seq FROM taken) ORDER BY seq
"""
MARK = """
    UPDATE outbox SET generation = $2, published_at = coalesce(published_at, now())
    WHERE seq = ANY($1)
"""
FORGET_OTHER_GENERATIONS = """
    UPDATE outbox SET generation = NULL WHERE generation < $1 OR generation > $1
"""
PRUNE = """
    DELETE FROM outbox WHERE seq IN (
        SELECT seq FROM outbox WHERE published_at < now() - $1::interval AND generation IS NOT NULL
        ORDER BY published_at LIMIT $2)
"""


async def emit(session: AsyncSession, event: Event) -> None:
    """Add the fact to the caller's transaction; it is told if and only if that commits.

    The caller holds the row lock of the aggregate that the fact is about. Raises IntegrityError if
    a fact with this event id was emitted before.
    """
    mark_span(event.model_dump(include={"case_id", "receipt_number", "intake_id"}))
    traceparent, tracestate = current_trace()
    row = (
        insert(OUTBOX)
        .values(
            event_id=event.event_id,
            topic=event.topic,
            type=event.type,
            subject=event.subject,
            occurred_at=event.occurred_at,
            body=event.model_dump_json(),
            traceparent=traceparent,
            tracestate=tracestate,
        )
        .returning(OUTBOX.c.seq)
        .cte("row")
    )
    channel = func.concat(f"{WAKE_CHANNEL}.", func.current_schema())
    connection = await session.connection()
    await connection.execute(select(row.c.seq, func.pg_notify(channel, "")))


@dataclass(frozen=True)
class OutboxBacklog:
    """What waits to be published: how many rows, and how long the oldest has waited."""

    rows: int
    oldest_seconds: float


async def backlog(session: AsyncSession) -> OutboxBacklog:
    """The rows that are not in the broker's current log, as far as the relay knows."""
    age = func.extract("epoch", func.now() - func.min(OUTBOX.c.created_at))
    waiting = await session.execute(
        select(func.count(), func.coalesce(age, text("0"))).where(OUTBOX.c.generation.is_(None))
    )
    rows, seconds = waiting.one()
    return OutboxBacklog(rows=rows, oldest_seconds=max(float(seconds), 0.0))


class Relay:
    """Publishes the outbox of one service, row by row in order, and never gives up.

    Of several relays of a service one is active: the one that holds the advisory lock. It reads
    and marks rows on the very connection that holds the lock, so that a relay that has lost it
    cannot mark anything.
    """

    def __init__(self, settings: Settings, service: str, database: Database) -> None:
        self.service = service
        self.last_error: str | None = "not started"
        self.published = 0
        self._settings = settings
        self._url = plain_url(database.url)
        self._wake = asyncio.Event()
        self._generation = generation_of(settings)
        self._current: str | None = None
        self._read_at = 0.0
        self._pruned_at = 0.0
        self._publisher: Publisher | None = None

    def healthy(self) -> bool:
        """Whether the last look at the outbox, or the wait for the lock, went well."""
        return self.last_error is None

    async def run(self) -> None:
        """Relay for ever; every fault is followed by a new start after a pause. Cancel to stop."""
        faults = 0
        try:
            while True:
                try:
                    async with self._leading() as connection:
                        while True:
                            await self._publish_what_is_due(connection)
                            faults = 0
                except Exception as error:
                    self.last_error = _safe(error)
                    log.warning("relay fault", service=self.service, error=self.last_error)
                    await self._drop_publisher()
                    await asyncio.sleep(min(RETRY_FIRST * 2**faults, RETRY_MOST))
                    faults = min(faults + 1, 8)
        finally:
            await self._drop_publisher()
            await self._generation.close()

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(
            self._url, timeout=10, command_timeout=STATEMENT_TIMEOUT, statement_cache_size=20
        )
        try:
            schema = await connection.fetchval("SELECT current_schema()")
            while not await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", RELAY_LOCK, schema
            ):
                self.last_error = None
                await asyncio.sleep(STANDBY_INTERVAL)
            await connection.add_listener(f"{WAKE_CHANNEL}.{schema}", lambda *_: self._wake.set())
            self._current = None
            yield connection
        finally:
            try:
                await connection.close(timeout=2)
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection.terminate()

    async def _publish_what_is_due(self, connection: Any) -> None:
        self._wake.clear()
        generation = await self._known_generation(connection)
        rows = [OutboxRow(*row) for row in await connection.fetch(UNPUBLISHED, BATCH, BATCH_BYTES)]
        if rows:
            await self._publish(connection, rows, generation)
        self.last_error = None
        if not rows:
            await self._prune(connection)
            await self._wait_for_work()

    async def _known_generation(self, connection: Any) -> str:
        """The broker's generation; rows of any other become due again.

        Raises UnknownGenerationError.
        """
        if self._current is None or time.monotonic() - self._read_at > self._generation.interval:
            generation = await self._generation.read()
            self._read_at = time.monotonic()
            if generation != self._current:
                forgotten = await connection.execute(FORGET_OTHER_GENERATIONS, generation)
                log.info("broker generation", service=self.service, to_publish_again=forgotten)
                self._current = generation
        return self._current

    async def _publish(self, connection: Any, rows: list[OutboxRow], generation: str) -> None:
        if self._publisher is None:
            self._publisher = Publisher(self._settings)
            await self._publisher.connect()
        try:
            acknowledged = await self._publisher.publish(rows, generation)
        except PublishError as failure:
            await connection.execute(MARK, failure.acknowledged, generation)
            raise
        await connection.execute(MARK, acknowledged, generation)
        self.published += len(acknowledged)

    async def _wait_for_work(self) -> None:
        try:
            async with asyncio.timeout(POLL_INTERVAL):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _prune(self, connection: Any) -> None:
        if time.monotonic() - self._pruned_at > PRUNE_INTERVAL:
            keep = timedelta(days=self._settings.outbox_retention_days)
            deleted = await connection.execute(PRUNE, keep, PRUNE_STEP)
            if deleted != f"DELETE {PRUNE_STEP}":
                self._pruned_at = time.monotonic()

    async def _drop_publisher(self) -> None:
        self._current = None
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()


def _safe(error: Exception) -> str:
    """An error in words that hold nothing of any record: its type, and our own messages."""
    if isinstance(error, UnknownGenerationError | PublishError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
