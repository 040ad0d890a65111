"""The receiving side of the bus: one subscriber per service, over all the topics it listens to.

FastStream's consumer delivers at least once; `chassis.delivery` makes each fact count once. The
offset is committed after the database has committed, and a record whose delivery raises is sought
back to and delivered again.

Offsets mean something within one generation of the broker's log only. A consumer that goes on in
a log that has been replaced would skip what stands before its old position there, so a consumer
that learns of a new generation starts again from the log's beginning.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Never

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from faststream.kafka.schemas import Topic
from faststream.message import StreamMessage
from faststream.middlewares import AckPolicy
from opentelemetry import trace

from chassis.db import Database
from chassis.delivery import Events, EventT, Handler, Outcome, UnavailableError, deliver
from chassis.generation import UnknownGenerationError, generation_of
from chassis.records import RawRecord
from chassis.settings import Settings

__all__ = [
    "Consumer",
    "EventT",
    "Events",
    "Handler",
    "Outcome",
    "RawRecord",
    "UnavailableError",
    "deliver",
    "subscribe",
]

log = structlog.get_logger(__name__)

SESSION_MS = {"cluster": 10_000, "marker": 4_000}
"""Milliseconds without a heartbeat after which a consumer is expelled from its group. The embedded
broker lets every group wait half of it before the first assignment, hence the smaller figure."""

HEARTBEATS_PER_SESSION = 4
FETCH_WAIT_MS = 250
"""Milliseconds a fetch may wait. The embedded broker stalls below 200 on a long log."""

METADATA_AGE_MS = 5_000

START_TIMEOUT = 45.0
STOP_TIMEOUT = 15.0
GRACE = 10.0
"""Seconds that a running handler gets to finish when the consumer stops."""

WATCH_INTERVAL = 1.0
STALL_LIMIT = 30.0
"""Seconds without an assignment, or without an answered fetch, before the consumer is remade."""

OUTAGE_FIRST, OUTAGE_MOST = 0.5, 30.0
"""Seconds of back-off while something a handler needs is away: at first, and at most. Far below
the five minutes after which the group would expel a consumer that does not poll."""

RESTART_FIRST, RESTART_MOST = 0.5, 5.0
"""Seconds of back-off before a consumer is remade: at first, and at most."""


def group_of(settings: Settings, service: str, generation: str) -> str:
    """The consumer group: the service, and for a broker that forgets also the generation.

    Consumers of the embedded broker were seen to resume at offsets of the log that was gone; in a
    group of the new generation there is no offset to resume at. A Kafka cluster keeps its log and
    its groups together.
    """
    return service if settings.broker_generation == "cluster" else f"{service}.{generation}"


class NewGenerationError(Exception):
    """The broker's log was replaced by another."""


class StalledError(Exception):
    """The client is alive but gets nothing from the broker any more."""


def subscribe(
    settings: Settings,
    group: str,
    topics: tuple[str, ...],
    take: Callable[[RawRecord], Awaitable[None]],
    grace: float = GRACE,
) -> tuple[KafkaBroker, Any]:
    """A broker client with a service's one subscriber. `take` raises to have a record again."""
    session = SESSION_MS[settings.broker_generation]
    broker = KafkaBroker(
        settings.kafka_servers,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        enable_idempotence=settings.kafka_idempotent_producer,
        metadata_max_age_ms=METADATA_AGE_MS,
        consumer_only=True,
        graceful_timeout=grace,
        apply_types=False,
        middlewares=[KafkaTelemetryMiddleware()],
        logger=None,
    )
    subscriber = broker.subscriber(
        *(Topic(topic, declare=False) for topic in topics),
        group_id=group,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        auto_offset_reset="earliest",
        session_timeout_ms=session,
        heartbeat_interval_ms=session // HEARTBEATS_PER_SESSION,
        fetch_max_wait_ms=FETCH_WAIT_MS,
        parser=_parse,
        decoder=_decode,
        no_reply=True,
    )
    subscriber(take)
    return broker, subscriber


async def _parse(
    record: Any, original: Callable[[Any], Awaitable[StreamMessage[Any]]]
) -> StreamMessage[Any]:
    """FastStream's own parser raises on headers that are not UTF-8; that would stop a partition."""
    readable = []
    for name, value in record.headers:
        with suppress(UnicodeDecodeError, AttributeError):
            value.decode()
            readable.append((name, value))
    message = await original(replace(record, headers=tuple(readable)))
    message.raw_message = record
    return message


async def _decode(message: StreamMessage[Any]) -> RawRecord:
    return RawRecord.of(message.raw_message)


class Consumer:
    """Takes in the facts a service listens to, for ever; any fault is followed by a new start."""

    def __init__(
        self, settings: Settings, service: str, database: Database, events: Events
    ) -> None:
        self.service = service
        self.ready = False
        """Whether partitions are assigned, and so facts arrive."""
        self.last_error: str | None = None
        self.outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        self._settings = settings
        self._database = database
        self._events = events
        self._client: AIOKafkaConsumer | None = None
        self._generation = generation_of(settings)
        self._outages = 0
        self.grace = GRACE
        """Seconds that a running handler gets to finish when the consumer stops."""
        self._busy = False
        self._alive_at = time.monotonic()

    def healthy(self) -> bool:
        """Whether partitions are assigned and nothing that the handlers need is away."""
        return self.ready and self._outages == 0

    async def run(self) -> None:
        """Consume for ever. Cancel to stop: a running handler may finish first."""
        if not self._events.topics:
            self.ready = True
            await asyncio.Event().wait()
        faults = 0
        try:
            while True:
                started = time.monotonic()
                try:
                    await self._consume()
                except NewGenerationError:
                    log.info("consumer starts over in a new generation", service=self.service)
                    continue
                except Exception as error:
                    self.last_error = type(error).__name__
                    log.warning("consumer fault", service=self.service, error=self.last_error)
                if time.monotonic() - started > STALL_LIMIT:
                    faults = 0
                await asyncio.sleep(min(RESTART_FIRST * 2**faults, RESTART_MOST))
                faults = min(faults + 1, 8)
        finally:
            await self._generation.close()

    async def lag(self) -> int:
        """How many records wait in the assigned partitions, as far as the last fetches tell."""
        client = self._client
        if client is None:
            return 0
        return _waiting(client, await _positions(client))

    async def _consume(self) -> None:
        generation = await self._generation.read()
        group = group_of(self._settings, self.service, generation)
        broker, subscriber = subscribe(
            self._settings, group, self._events.topics, self._take, self.grace
        )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await broker.start()
            self._client = subscriber.consumer
            self.last_error = None
            await self._watch(subscriber.consumer, generation)
        finally:
            self.ready, self._client = False, None
            await _stop(broker)

    async def _take(self, record: RawRecord) -> None:
        self._busy = True
        try:
            outcome = await deliver(self._database, self._events, record)
            self.outcomes[outcome] += 1
            trace.get_current_span().set_attribute("kasane.outcome", outcome)
            self._outages = 0
            self.last_error = None
        except UnavailableError as outage:
            self.last_error = str(outage)
            log.warning("outage", service=self.service, error=self.last_error)
            self._outages += 1
            await asyncio.sleep(min(OUTAGE_FIRST * 2 ** min(self._outages - 1, 10), OUTAGE_MOST))
            raise
        finally:
            self._busy = False
            self._alive_at = time.monotonic()

    async def _watch(self, client: AIOKafkaConsumer, generation: str) -> Never:
        """Raises StalledError when the client has fallen silent, NewGenerationError."""
        self._alive_at = read_at = time.monotonic()
        before: dict[TopicPartition, int] = {}
        while True:
            self.ready = bool(client.assignment())
            if time.monotonic() - read_at > self._generation.interval:
                read_at = time.monotonic()
                with suppress(UnknownGenerationError):
                    if await self._generation.read() != generation:
                        raise NewGenerationError
            positions = await _positions(client)
            moves = positions != before or not _waiting(client, positions)
            if self._busy or (moves and _answered_lately(client)):
                self._alive_at = time.monotonic()
            if time.monotonic() - self._alive_at > STALL_LIMIT:
                raise StalledError
            before = positions
            await asyncio.sleep(WATCH_INTERVAL)


def _waiting(client: AIOKafkaConsumer, positions: dict[TopicPartition, int]) -> int:
    """How many records wait behind the positions, as far as the last fetches tell."""
    return sum(
        max(0, (client.highwater(partition) or 0) - position)
        for partition, position in positions.items()
    )


def _answered_lately(client: AIOKafkaConsumer) -> bool:
    """Whether every assigned partition was fetched from within the last few seconds."""
    since = (time.time() - 5.0) * 1000
    polls = [client.last_poll_timestamp(partition) for partition in client.assignment()]
    return bool(polls) and all(poll is not None and poll > since for poll in polls)


async def _positions(client: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    positions: dict[TopicPartition, int] = {}
    for partition in client.assignment():
        # Unknown while a partition has just been assigned; the client then waits for it.
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(0.2):
                positions[partition] = await client.position(partition)
    return positions


async def _stop(broker: KafkaBroker) -> None:
    stopping = asyncio.create_task(broker.stop())
    await asyncio.wait([stopping], timeout=STOP_TIMEOUT)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled() and stopping.exception():
        log.warning("consumer stop", error=type(stopping.exception()).__name__)
