"""A service's one subscription to the bus, and how FastStream is told to be careful with it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRebalanceListener
from faststream.kafka import KafkaBroker
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from faststream.kafka.schemas import Topic
from faststream.message import StreamMessage
from faststream.middlewares import AckPolicy

from chassis.records import RawRecord
from chassis.settings import Settings

SESSION_MS = {"cluster": 10_000, "marker": 4_000}
"""Milliseconds without a heartbeat after which a consumer is expelled from its group. The embedded
broker lets every group wait half of it before the first assignment, hence the smaller figure."""

HEARTBEATS_PER_SESSION = 4
FETCH_WAIT_MS = 250
"""Milliseconds a fetch may wait. The embedded broker stalls below 200 on a long log."""

METADATA_AGE_MS = 5_000

GRACE = 10.0
"""Seconds that a running handler gets to finish when the consumer stops."""


def group_of(settings: Settings, service: str, generation: str) -> str:
    """The consumer group: the service, and for a broker that forgets also the generation.

    Consumers of the embedded broker were seen to resume at offsets of the log that was gone; in a
    group of the new generation there is no offset to resume at. A Kafka cluster keeps its log and
    its groups together.
    """
    return service if settings.broker_generation == "cluster" else f"{service}.{generation}"


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells of every new assignment before a record of it is fetched."""

    def __init__(self, on_assignment: Callable[[], None]) -> None:
        self._on_assignment = on_assignment

    def on_partitions_revoked(self, revoked: object) -> None:
        """A record in work may finish: the inbox decides who of the two was first."""

    def on_partitions_assigned(self, assigned: object) -> None:
        self._on_assignment()


def subscribe(
    settings: Settings,
    group: str,
    topics: tuple[str, ...],
    take: Callable[[RawRecord], Awaitable[None]],
    *,
    on_assignment: Callable[[], None] = lambda: None,
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
        listener=_Assignments(on_assignment),
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
