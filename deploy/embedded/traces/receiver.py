"""`POST /v1/traces`: takes OTLP exports and answers once their spans are stored.

The answer waits for the commit, so an exporter that was told "taken" loses nothing to a kill of
this process. Exports that arrive together share a transaction. When the queue is full, or the
database is away, the exporter is told to come again (503), which OTLP exporters do by themselves.
"""

import asyncio
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import structlog
from fastapi import APIRouter, Request, Response
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from prometheus_client import CollectorRegistry, Counter, Gauge

from deploy.embedded.traces.spans import Span, parse_json, read_export
from deploy.embedded.traces.store import SpanStore

MAX_EXPORT_BYTES = 16 * 1024 * 1024
"""Of a body, packed or unpacked. A batch of 512 spans, the SDK's default, is well under 1 MiB."""

QUEUED_EXPORTS = 64
SPANS_A_BATCH = 2_000
STORED_WITHIN_SECONDS = 8
"""Under the ten seconds after which OTLP exporters give up on a request."""

_PROTOBUF = "application/x-protobuf"
_JSON = "application/json"
_INVALID_ARGUMENT, _RESOURCE_EXHAUSTED, _UNAVAILABLE = 3, 8, 14
"""Codes of google.rpc.Code, which OTLP/HTTP puts into the bodies of its refusals."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Export:
    spans: Sequence[Span]
    rejected: "asyncio.Future[int]"


class _Refusal(Exception):
    def __init__(self, status: int, code: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code, self.reason = status, code, reason


class SpanQueue:
    """A bounded queue before the store, and the one task that empties it in batches."""

    def __init__(self, store: SpanStore, metrics: CollectorRegistry) -> None:
        self._store = store
        self._queue: asyncio.Queue[_Export] = asyncio.Queue(QUEUED_EXPORTS)
        self._received = Counter("traces_spans_received", "Spans received", registry=metrics)
        self._stored = Counter(
            "traces_spans_stored", "Spans stored for the first time", registry=metrics
        )
        self._rejected = Counter(
            "traces_spans_rejected", "Spans that cannot be stored", registry=metrics
        )
        self._refused = Counter(
            "traces_exports_refused", "Exports told to come again", registry=metrics
        )
        Gauge(
            "traces_queued_exports", "Exports that wait for the store", registry=metrics
        ).set_function(self._queue.qsize)

    async def take(self, spans: Sequence[Span], invalid: int) -> int:
        """Waits until the spans are stored. Returns how many cannot ever be, `invalid` included.

        Raises asyncio.QueueFull, TimeoutError or ConnectionError when it must be tried again.
        """
        self._received.inc(len(spans) + invalid)
        self._rejected.inc(invalid)
        export = _Export(spans, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(export)
            return invalid + await asyncio.wait_for(export.rejected, STORED_WITHIN_SECONDS)
        except (asyncio.QueueFull, OSError):
            self._refused.inc()
            raise

    async def run(self) -> None:
        """Stores what arrives, for ever."""
        while True:
            batch = [await self._queue.get()]
            while sum(len(export.spans) for export in batch) < SPANS_A_BATCH:
                try:
                    batch.append(self._queue.get_nowait())
                except asyncio.QueueEmpty:
                    break
            await self._store_batch(batch)

    async def _store_batch(self, batch: list[_Export]) -> None:
        try:
            self._stored.inc(
                await self._store.add([span for export in batch for span in export.spans])
            )
            outcomes: list[int | Exception] = [0] * len(batch)
        except asyncpg.DataError:
            outcomes = [await self._store_singly(export) for export in batch]
        except Exception as error:  # whatever it is, the one writer must live on
            _log.warning("spans_not_stored", error=type(error).__name__)
            outcomes = [ConnectionError("the span store is away")] * len(batch)
        for export, outcome in zip(batch, outcomes, strict=True):
            if export.rejected.done():  # the request gave up waiting
                continue
            if isinstance(outcome, Exception):
                export.rejected.set_exception(outcome)
            else:
                export.rejected.set_result(outcome)

    async def _store_singly(self, export: _Export) -> int | Exception:
        """One span that PostgreSQL cannot hold must not cost the others of its batch."""
        rejected = 0
        for span in export.spans:
            try:
                self._stored.inc(await self._store.add([span]))
            except asyncpg.DataError as error:
                rejected += 1
                _log.warning("span_rejected", span_id=span.span_id, error=type(error).__name__)
            except Exception:
                return ConnectionError("the span store is away")
        self._rejected.inc(rejected)
        return rejected


def receiver_router() -> APIRouter:
    """The OTLP endpoint. The front door does not route it: it serves this machine only."""
    router = APIRouter()

    @router.post("/v1/traces")
    async def export_traces(request: Request) -> Response:
        queue: SpanQueue = request.app.state.queue
        form = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if form not in (_PROTOBUF, _JSON):
                raise _Refusal(415, _INVALID_ARGUMENT, f"send {_PROTOBUF} or {_JSON}")
            spans, invalid = read_export(_parse(form, await _body(request)))
            rejected = await queue.take(spans, invalid)
        except _Refusal as refusal:
            return _answer(form, _status(refusal.code, refusal.reason), refusal.status)
        except (asyncio.QueueFull, OSError):
            return _answer(form, _status(_UNAVAILABLE, "the span store is busy"), 503)
        response = ExportTraceServiceResponse()
        if rejected:
            response.partial_success.rejected_spans = rejected
            response.partial_success.error_message = "invalid ids or values"
        return _answer(form, response, 200)

    return router


async def _body(request: Request) -> bytes:
    packed = bytearray()
    async for chunk in request.stream():
        packed += chunk
        if len(packed) > MAX_EXPORT_BYTES:
            raise _Refusal(413, _RESOURCE_EXHAUSTED, "the export is too large")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return bytes(packed)
    if encoding != "gzip":
        raise _Refusal(415, _INVALID_ARGUMENT, "only gzip is understood")
    try:
        body = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(MAX_EXPORT_BYTES + 1)
    except (OSError, EOFError) as error:
        raise _Refusal(400, _INVALID_ARGUMENT, "not gzip") from error
    if len(body) > MAX_EXPORT_BYTES:
        raise _Refusal(413, _RESOURCE_EXHAUSTED, "the export is too large")
    return body


def _parse(form: str, body: bytes) -> ExportTraceServiceRequest:
    try:
        return parse_json(body) if form == _JSON else ExportTraceServiceRequest.FromString(body)
    except (DecodeError, ValueError) as error:
        raise _Refusal(400, _INVALID_ARGUMENT, "not an OTLP trace export") from error


def _status(code: int, reason: str) -> Message:
    status: Message = Status(code=code, message=reason)
    return status


def _answer(form: str, message: Message, status: int) -> Response:
    headers = {"Retry-After": "1"} if status == 503 else {}
    if form == _JSON:
        return Response(MessageToJson(message), status, headers, _JSON)
    return Response(message.SerializeToString(), status, headers, _PROTOBUF)
