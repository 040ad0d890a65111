"""What the tests of the chassis are played with: a broker to kill, a consumer that counts."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from chassis.bus import Consumer, Events
from chassis.db import Database
from chassis.outbox import Relay, emit
from chassis.settings import Settings
from contracts.events.envelope import Event, new_id
from contracts.events.intake import IntakeAccepted
from deploy.embedded.broker import begin_generation, program
from deploy.embedded.tether import tether

CONSUMER = "listener"
TOPIC = "kasane.intake"


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 30) -> None:
    """Wait for a condition. Raises tenacity.RetryError if it does not come true in time."""
    patience = AsyncRetrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.02), retry=retry_if_result(_not_yet)
    )
    await patience(condition)


def _not_yet(answer: object) -> bool:
    return not answer


def free_address() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


class Broker:
    """The embedded broker's program, started and killed at will. Killed, it forgets everything."""

    def __init__(self) -> None:
        self.address = free_address()
        self._process: subprocess.Popen[bytes] | None = None

    def _launch(self) -> None:
        command = [str(program()), "--silent", "--listener-url", f"tcp://{self.address}"]
        command += ["--advertised-listener-url", f"tcp://{self.address}"]
        command += ["--storage-engine", "memory://kasane/", "--cluster-id", "kasane"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=tether()
        )

    async def start(self) -> None:
        self._launch()
        await until(self._listens)
        await begin_generation(self.address)

    async def _listens(self) -> bool:
        host, _, port = self.address.partition(":")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            return True
        return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def wipe(self) -> None:
        """Kill it and start it empty, with its topics and a new generation."""
        self.kill()
        await self.start()

    async def send(
        self, value: bytes | None, headers: Sequence[tuple[str, bytes]], key: bytes = b"k"
    ) -> None:
        """Put any record at all into intake's topic."""
        producer = AIOKafkaProducer(bootstrap_servers=self.address, acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(TOPIC, value, key=key, headers=list(headers))
        finally:
            await producer.stop()

    async def records(self, count: int) -> list[Any]:
        """The records of intake's topic, in order per partition, once there are so many."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.address, auto_offset_reset="earliest", group_id=None
        )
        consumer.assign([TopicPartition(TOPIC, n) for n in range(4)])
        await consumer.start()
        found: list[Any] = []

        async def enough() -> bool:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
            return len(found) >= count

        try:
            await until(enough)
        finally:
            await consumer.stop()
        return found


@dataclass(frozen=True)
class Stage:
    """Two services on real parts: one tells, one listens."""

    settings: Settings
    broker: Broker
    teller: Database
    listener: Database

    def relay(self) -> Relay:
        return Relay(self.settings, "teller", self.teller)

    def consumer(self, events: Events) -> Consumer:
        return Consumer(self.settings, CONSUMER, self.listener, events)


@asynccontextmanager
async def running(*workers: Any) -> AsyncIterator[None]:
    """Run relays and consumers until the block ends, then stop them as a service would."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def intake_accepted(intake_id: UUID | None = None) -> IntakeAccepted:
    return IntakeAccepted(
        intake_id=intake_id or new_id(),
        receipt_number="R8-大森-00001",
        channel="welfare-desk",
        programme_no=1,
        received_on=date(2026, 4, 1),
    )


def as_record(event: Event) -> tuple[bytes, list[tuple[str, bytes]]]:
    """A fact as value and headers of a record."""
    headers = [("ce_id", str(event.event_id).encode()), ("ce_type", event.type.encode())]
    return event.model_dump_json().encode(), headers


async def tell(database: Database, *events: Event) -> None:
    async with database.transaction() as session:
        for event in events:
            await emit(session, event)


def tallying() -> Events:
    """A consumer whose effect is not idempotent by itself: it counts every run that commits."""
    events = Events(CONSUMER)

    @events.on(IntakeAccepted)
    async def tally(session: AsyncSession, event: IntakeAccepted) -> None:
        await session.execute(
            text(
                "INSERT INTO tally (event_id, subject, times) VALUES (:event_id, :subject, 1)"
                " ON CONFLICT (event_id) DO UPDATE SET times = tally.times + 1"
            ),
            {"event_id": event.event_id, "subject": event.subject},
        )

    return events


async def tallied(database: Database) -> dict[UUID, int]:
    """How often each fact was counted, in the order in which they were first counted."""
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT event_id, times FROM tally ORDER BY position"))
        return {row.event_id: row.times for row in rows}


async def value(database: Database, query: str, **parameters: Any) -> Any:
    async with database.transaction() as session:
        return (await session.execute(text(query), parameters)).scalar()
