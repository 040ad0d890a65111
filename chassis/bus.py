"""The receiving side of the bus: one subscriber per service, over all the topics it listens to.

FastStream's consumer delivers at least once; `chassis.delivery` makes each fact count once. The
offset is committed after the database has committed, and a record whose delivery raises is sought
back to and delivered again.

Offsets mean something within one generation of the broker's log only. A consumer that goes on in
a log that has been replaced would skip what stands before its old position there, so a consumer
that learns of a new generation starts again from the log's beginning. There it passes over what a
relay had still stamped with an older generation: all that is published again, in order.
"""

import asyncio
import time
from contextlib import suppress
from typing import Never

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from opentelemetry import trace

from chassis.db import Database
from chassis.delivery import Events, EventT, Handler, Outcome, UnavailableError, deliver
from chassis.generation import GENERATION_HEADER, UnknownGenerationError, generation_of
from chassis.records import RawRecord
from chassis.settings import Settings
from chassis.subscription import GRACE, group_of, subscribe

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

START_TIMEOUT = 45.0
STOP_TIMEOUT = 15.0
WATCH_INTERVAL = 1.0
STALL_LIMIT = 30.0
"""Seconds without an assignment, or without an answered fetch, before the consumer is remade."""

OUTAGE_FIRST, OUTAGE_MOST = 0.5, 30.0
"""Seconds of back-off while something a handler needs is away: at first, and at most. Far below
the five minutes after which the group would expel a consumer that does not poll."""

RESTART_FIRST, RESTART_MOST = 0.5, 5.0
"""Seconds of back-off before a consumer is remade: at first, and at most."""


class NewGenerationError(Exception):
    """The broker's log was replaced by another."""


class StalledError(Exception):
    """The client is alive but gets nothing from the broker any more."""


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
        self._current: str | None = None
        self._gone: set[str] = set()
        self._outdated = asyncio.Event()
        self._reassigned = asyncio.Event()
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
        self._current = await self._generation.read()
        self._outdated.clear()
        group = group_of(self._settings, self.service, self._current)
        broker, subscriber = subscribe(
            self._settings,
            group,
            self._events.topics,
            self._take,
            on_assignment=self._reassigned.set,
            grace=self.grace,
        )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await broker.start()
            self._client = subscriber.consumer
            self.last_error = None
            await self._watch(subscriber.consumer)
        finally:
            self.ready, self._client = False, None
            await _stop(broker)

    async def _take(self, record: RawRecord) -> None:
        self._busy = True
        try:
            if await self._is_of_a_lost_log(record):
                outcome = Outcome.IGNORED
            else:
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

    async def _is_of_a_lost_log(self, record: RawRecord) -> bool:
        """Whether the record was meant for a log that is gone; it comes again in this one.

        Raises UnavailableError if it is this consumer that knows an old generation only.
        """
        stamp = record.header(GENERATION_HEADER)
        foreign = (
            stamp not in (None, self._current, *self._gone)
            and self._settings.broker_generation == "marker"
        )
        if foreign or self._reassigned.is_set():
            try:
                current = await self._generation.read()
            except UnknownGenerationError:
                raise UnavailableError("the broker's generation is not known") from None
            if current != self._current:
                self._outdated.set()
                raise UnavailableError("the broker's log was replaced")
            self._reassigned.clear()
        if foreign:
            self._gone.add(str(stamp))
        return stamp in self._gone

    async def _watch(self, client: AIOKafkaConsumer) -> Never:
        """Raises StalledError when the client has fallen silent, NewGenerationError."""
        self._alive_at = read_at = time.monotonic()
        before: dict[TopicPartition, int] = {}
        while True:
            self.ready = bool(client.assignment())
            if time.monotonic() - read_at > self._generation.interval:
                read_at = time.monotonic()
                with suppress(UnknownGenerationError):
                    if await self._generation.read() != self._current:
                        raise NewGenerationError
            positions = await _positions(client)
            moves = positions != before or not _waiting(client, positions)
            if self._busy or (moves and _answered_lately(client)):
                self._alive_at = time.monotonic()
            if time.monotonic() - self._alive_at > STALL_LIMIT:
                raise StalledError
            before = positions
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_INTERVAL):
                    await self._outdated.wait()
                    raise NewGenerationError


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
