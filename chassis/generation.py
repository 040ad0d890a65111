"""Which log the broker keeps at the moment: its generation.

A broker that has lost its log is another generation. What was published into the log that is gone
is published again, so a relay reads the generation before it publishes and stamps the rows with
what it read: a stamp may be too old, never too new.
"""

import asyncio
from contextlib import suppress
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.settings import Settings

MARKER_TOPIC = "_gen"
MARKER = TopicPartition(MARKER_TOPIC, 0)
"""The partition is pinned: a client that asks too early makes the topic with four of them."""

GENERATION_HEADER = "generation"
"""A record's header: the generation that the relay knew when it published the record."""

MARKER_INTERVAL = 2.0
"""Seconds between two readings of the marker, so that a wiped broker is noticed soon."""

CLUSTER_INTERVAL = 30.0
"""Seconds between two readings of a cluster's id, which changes only when somebody replaces it."""

READ_TIMEOUT = 3.0
"""Seconds a reading may take before the generation counts as unknown."""

CLOSE_TIMEOUT = 3.0


class UnknownGenerationError(Exception):
    """The broker is away, or has not been given its generation yet. Publish nothing."""


class Generation(Protocol):
    """A way to learn the broker's generation."""

    interval: float
    """Seconds for which a reading is good."""

    async def read(self) -> str:
        """The generation now. Raises UnknownGenerationError."""
        ...

    async def close(self) -> None: ...


def generation_of(settings: Settings) -> Generation:
    """The reader that the settings ask for."""
    if settings.broker_generation == "marker":
        return MarkerGeneration(settings.kafka_servers)
    return ClusterGeneration(settings.kafka_servers)


class MarkerGeneration:
    """The last record of the marker topic, which the supervisor writes after each broker start.

    Every reading starts at the beginning again: a consumer that is not in a group would otherwise
    wait for ever at its old position in a log that has been replaced by a shorter one. Between
    readings the partition is paused, so that waiting costs the broker nothing.
    """

    interval = MARKER_INTERVAL

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._consumer: AIOKafkaConsumer | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> str:
        """The marker. Raises UnknownGenerationError if there is none, or no broker answers."""
        try:
            async with self._reading, asyncio.timeout(READ_TIMEOUT):
                return await self._last_record(await self._connected())
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            raise UnknownGenerationError(type(error).__name__) from None

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._servers,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=200,
                metadata_max_age_ms=30_000,
            )
            consumer.assign([MARKER])
            self._consumer = consumer
            await consumer.start()
        return self._consumer

    async def _last_record(self, consumer: AIOKafkaConsumer) -> str:
        consumer.seek(MARKER, 0)
        consumer.resume(MARKER)
        marker: bytes | None = None
        while marker is None or await consumer.position(MARKER) < (consumer.highwater(MARKER) or 0):
            for record in (await consumer.getmany(MARKER, timeout_ms=500)).get(MARKER, []):
                marker = record.value
        consumer.pause(MARKER)
        return marker.decode()

    async def close(self) -> None:
        """Forget the connection; the next reading makes a new one."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await consumer.stop()


class ClusterGeneration:
    """The id of the Kafka cluster. Topic ids are beyond the client's protocol version.

    A topic that an operator deletes and makes anew in the same cluster is therefore not noticed;
    the runbook then sets the outbox rows' generation to NULL by hand.
    """

    interval = CLUSTER_INTERVAL

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._admin: AIOKafkaAdminClient | None = None

    async def read(self) -> str:
        """The cluster's id. Raises UnknownGenerationError if it has none or does not answer."""
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                if self._admin is None:
                    self._admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
                    await self._admin.start()
                described = await self._admin.describe_cluster()
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            raise UnknownGenerationError(type(error).__name__) from None
        cluster_id = described.get("cluster_id")
        if not cluster_id:
            raise UnknownGenerationError("the cluster has no id")
        return str(cluster_id)

    async def close(self) -> None:
        """Forget the connection; the next reading makes a new one."""
        admin, self._admin = self._admin, None
        if admin is not None:
            with suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await admin.close()
