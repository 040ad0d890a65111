"""The way to Temporal: client, payload codec, tracing, and a worker for a service's activities.

Only identifiers go into histories, and they are encrypted all the same, failure details included.
`TracingInterceptor` on a plain tracer provider shows spans at once, which matters for cases that
stay open for months.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import activity, worker
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)
from temporalio.service import RPCError, RPCStatusCode

from chassis.keys import KeyRing
from chassis.settings import Settings
from chassis.telemetry import log, mark_case

ENCODING = b"binary/encrypted"
RETRY_FIRST, RETRY_MOST = 0.5, 5.0
"""Seconds between tries to reach the server."""

GRACE = timedelta(seconds=5)
"""What a running activity gets to finish when its worker stops."""


class EncryptedPayloads(PayloadCodec):
    """AES-GCM under a key ring; the key's id travels with the payload, so keys can rotate."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        key_id, sealed = self._keys.encrypt(payload.SerializeToString())
        return Payload(metadata={"encoding": ENCODING, "key": key_id.encode()}, data=sealed)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"].decode()
        return Payload.FromString(self._keys.decrypt(key_id, payload.data))


def data_converter(settings: Settings) -> DataConverter:
    """Pydantic models in, ciphertext out."""
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptedPayloads(KeyRing(settings.payload_keys.get_secret_value())),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client. Raises RuntimeError if the server is away; a lazy one connects when first used."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(settings),
        interceptors=[TracingInterceptor()],
        lazy=lazy,
    )


async def is_over(client: Client, workflow_id: str, error: RPCError) -> bool:
    """Whether an error means that nobody is there to be told: the workflow has ended, or never was.

    The server says "not found" of an update that it has lost as well, which is to be told again;
    only the wording differs, and that from server to server. So it is asked outright.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return False
    try:
        found = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as unknown:
        if unknown.status is RPCStatusCode.NOT_FOUND:
            return True
        raise
    return found.status is not WorkflowExecutionStatus.RUNNING


async def connect_patiently(settings: Settings) -> Client:
    """A connected client, however long the server takes to come up."""
    pause = RETRY_FIRST
    while True:
        try:
            return await connect(settings)
        except RuntimeError as error:
            log.warning("temporal is away", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, RETRY_MOST)


class TemporalLink:
    """A client that connects when first used, so that a service starts without the server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Client | None = None

    async def client(self) -> Client:
        if self._client is None:
            self._client = await connect(self._settings, lazy=True)
        return self._client


class _MarkedActivity(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:
        for argument in input.args[:1]:
            mark_case(case_id=getattr(argument, "case_id", None))
        return await super().execute_activity(input)


class MarkedActivities(worker.Interceptor):
    """Writes the case's id on the span of every activity that is about a case."""

    def intercept_activity(
        self, next: worker.ActivityInboundInterceptor
    ) -> worker.ActivityInboundInterceptor:
        return _MarkedActivity(super().intercept_activity(next))


def activities_of(implementation: object) -> list[Any]:
    """The activity methods of a port's implementation."""
    methods = (getattr(implementation, name) for name in dir(implementation))
    return [method for method in methods if activity_name(method)]


def activity_name(method: object) -> str | None:
    """The name under which a method is registered as an activity; None if it is none."""
    definition = activity._Definition.from_callable(method) if callable(method) else None
    return definition.name if definition else None


async def run_activities(settings: Settings, queue: str, activities: Iterable[Any]) -> None:
    """Poll a task queue for ever. Cancel to stop; running activities may finish first."""
    client = await connect_patiently(settings)
    polling = worker.Worker(
        client,
        task_queue=queue,
        activities=list(activities),
        interceptors=[MarkedActivities()],
        graceful_shutdown_timeout=GRACE,
    )
    await polling.run()
