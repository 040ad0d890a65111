"""The sending side of the bus: outbox rows become CloudEvents records, each key in order."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from faststream import BaseMiddleware
from faststream.kafka import KafkaBroker
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from faststream.kafka.response import KafkaPublishCommand
from faststream.middlewares import AckPolicy

from chassis.generation import GENERATION_HEADER
from chassis.settings import Settings
from chassis.trace_context import mark_span, marks_in, resume_trace

LINGER_MS = 5
"""Milliseconds the producer waits for company, so that a wave leaves as few real batches."""

REQUEST_TIMEOUT_MS = 6_000
"""Milliseconds after which the client gives a record up. Short: the relay tries again itself."""

ACK_TIMEOUT = 15.0
"""Seconds for the broker to acknowledge a wave before the producer is thrown away."""

CLOSE_TIMEOUT = 10.0

SPEC_VERSION = "1.0"


@dataclass(frozen=True)
class OutboxRow:
    """A row of the outbox, as the relay reads it."""

    seq: int
    event_id: UUID
    topic: str
    type: str
    subject: str
    occurred_at: datetime
    body: str
    traceparent: str | None
    tracestate: str | None


class PublishError(Exception):
    """The broker did not acknowledge everything. Carries the rows that it did, all in order."""

    def __init__(self, acknowledged: list[int], cause: str) -> None:
        super().__init__(f"broker did not acknowledge: {cause}")
        self.acknowledged = acknowledged


class _MarkedSpans(BaseMiddleware[KafkaPublishCommand, Any]):
    """Writes the fact's identifiers on the publish span. Stands inside the telemetry middleware."""

    async def publish_scope(
        self, call_next: Callable[[KafkaPublishCommand], Awaitable[Any]], cmd: KafkaPublishCommand
    ) -> Any:
        mark_span(marks_in(cmd.body))
        return await call_next(cmd)


def waves(rows: Sequence[OutboxRow]) -> Iterator[list[OutboxRow]]:
    """Cut rows into waves in which no key comes twice, keeping the order of each key's rows.

    The records of one wave are in flight together; the next starts when all are acknowledged. So a
    fact never reaches the log before an earlier one with the same key, even if sending fails.
    """
    cut: list[list[OutboxRow]] = []
    depth: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = (row.topic, row.subject)
        if depth[key] == len(cut):
            cut.append([])
        cut[depth[key]].append(row)
        depth[key] += 1
    return iter(cut)


class Publisher:
    """One connected producer. After any failure it is closed for good and another is made."""

    def __init__(self, settings: Settings) -> None:
        self._broker = KafkaBroker(
            settings.kafka_servers,
            acks="all",
            enable_idempotence=settings.kafka_idempotent_producer,
            linger_ms=LINGER_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            metadata_max_age_ms=30_000,
            middlewares=[KafkaTelemetryMiddleware(), _MarkedSpans],
            ack_policy=AckPolicy.NACK_ON_ERROR,
            logger=None,
        )

    async def connect(self) -> None:
        """Raises KafkaError, OSError or TimeoutError while the broker is away."""
        async with asyncio.timeout(ACK_TIMEOUT):
            await self._broker.connect()

    async def publish(self, rows: Sequence[OutboxRow], generation: str) -> list[int]:
        """Publish rows in order, stamped with the generation, and return their `seq`.

        Raises PublishError at the first wave that is not acknowledged whole; later rows have then
        not been sent, and nothing of that wave counts as published but what was acknowledged.
        """
        acknowledged: list[int] = []
        for wave in waves(rows):
            sending = [asyncio.create_task(self._send(row, generation)) for row in wave]
            _, pending = await asyncio.wait(sending, timeout=ACK_TIMEOUT)
            for task in pending:
                task.cancel()
            faults = [_fault(task) for task in sending]
            acknowledged += [row.seq for row, fault in zip(wave, faults, strict=True) if not fault]
            for fault in filter(None, faults):
                raise PublishError(acknowledged, fault)
        return acknowledged

    async def _send(self, row: OutboxRow, generation: str) -> None:
        resume_trace(row.traceparent, row.tracestate)
        await self._broker.publish(
            row.body.encode(),
            row.topic,
            key=row.subject.encode(),
            correlation_id=str(row.event_id),
            headers={
                "ce_specversion": SPEC_VERSION,
                "ce_id": str(row.event_id),
                "ce_type": row.type,
                "ce_source": f"/{row.topic.replace('.', '/')}",
                "ce_time": row.occurred_at.isoformat(),
                "ce_subject": row.subject,
                "content-type": "application/json",
                GENERATION_HEADER: generation,
            },
        )

    async def close(self) -> None:
        """Let go of the connection; what it still holds may or may not arrive."""
        closing = asyncio.create_task(self._broker.stop())
        await asyncio.wait([closing], timeout=CLOSE_TIMEOUT)
        if not closing.done():
            closing.cancel()


def _fault(task: asyncio.Task[None]) -> str | None:
    if not task.done() or task.cancelled():
        return "timeout"
    error = task.exception()
    return type(error).__name__ if error else None
