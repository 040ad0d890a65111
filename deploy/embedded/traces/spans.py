"""From an OTLP export to the spans that are stored (OpenTelemetry protocol 1.x, traces)."""

import base64
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

STATUS_ERROR = 2
LONGEST_TEXT = 8192
"""Characters kept of one attribute value; a stack trace fits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CASE_WORKFLOW = re.compile(r"case:([0-9a-fA-F-]{36})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Span:
    """One finished piece of work. Times are ISO 8601 in UTC, to the microsecond."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: int
    started: str
    ended: str
    status: int
    status_message: str
    attributes: dict[str, Any]
    events: list[dict[str, Any]]
    links: list[dict[str, Any]]
    linked_traces: list[str]
    case_id: str | None
    receipt: str | None


def parse_json(body: bytes) -> ExportTraceServiceRequest:
    """Reads OTLP/JSON, whose ids are hexadecimal where protobuf's own JSON form has base64.

    Raises ValueError (google.protobuf's ParseError is none: it is turned into one).
    """
    document = json.loads(body)
    try:
        _hex_to_base64(document)
        return ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except Exception as error:  # ParseError, and what malformed documents raise below it
        raise ValueError("not an OTLP/JSON export") from error


def read_export(export: ExportTraceServiceRequest) -> tuple[list[Span], int]:
    """The export's spans, and how many it had whose ids are not valid."""
    spans: list[Span] = []
    rejected = 0
    for service, span in _walk(export):
        if _valid(span.trace_id, 16) and _valid(span.span_id, 8):
            spans.append(_read(service, span))
        else:
            rejected += 1
    return spans, rejected


def to_json(spans: Iterable[Span]) -> str:
    """The spans as the JSON array that the store hands to PostgreSQL."""
    return json.dumps([asdict(span) for span in spans], ensure_ascii=False)


def _walk(export: ExportTraceServiceRequest) -> Iterator[tuple[str, trace_pb2.Span]]:
    for resource in export.resource_spans:
        known = _attributes(resource.resource.attributes)
        service = _short(known.get("service.name")) or "unknown_service"
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield service, span


def _read(service: str, span: trace_pb2.Span) -> Span:
    attributes = _attributes(span.attributes)
    links: list[dict[str, Any]] = [
        {
            "trace_id": link.trace_id.hex(),
            "span_id": link.span_id.hex(),
            "attributes": _attributes(link.attributes),
        }
        for link in span.links
        if _valid(link.trace_id, 16)
    ]
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex() or None,
        service=service,
        name=_text(span.name),
        kind=span.kind,
        started=_instant(span.start_time_unix_nano),
        ended=_instant(max(span.start_time_unix_nano, span.end_time_unix_nano)),
        status=span.status.code,
        status_message=_text(span.status.message),
        attributes=attributes,
        events=[
            {
                "name": _text(event.name),
                "time": _instant(event.time_unix_nano),
                "attributes": _attributes(event.attributes),
            }
            for event in span.events
        ],
        links=links,
        linked_traces=sorted({link["trace_id"] for link in links}),
        case_id=_case_of(attributes),
        receipt=_short(attributes.get("kasane.receipt")),
    )


def _case_of(attributes: dict[str, Any]) -> str | None:
    """The case a span says it is about, by itself or by the id of its case workflow."""
    if said := _short(attributes.get("kasane.case_id")):
        return said.lower()
    found = _CASE_WORKFLOW.match(str(attributes.get("temporalWorkflowID", "")))
    return found.group(1).lower() if found else None


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {_text(pair.key): _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    """An attribute's value as JSON can hold it; bytes become text, which they mostly are."""
    match value.WhichOneof("value"):
        case "string_value":
            return _text(value.string_value)
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            number = value.double_value
            return number if math.isfinite(number) else str(number)
        case "bytes_value":
            try:
                return _text(value.bytes_value.decode())
            except UnicodeDecodeError:
                return _text(value.bytes_value.hex())
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case _:
            return None


def _text(text: str) -> str:
    """Text that PostgreSQL can store: no NUL, no lone surrogate, not endless."""
    return _UNSTORABLE.sub("\ufffd", text[:LONGEST_TEXT])


def _short(value: Any) -> str | None:
    text = str(value).strip()[:100] if value is not None else ""
    return text or None


def _instant(nanoseconds: int) -> str:
    return (_EPOCH + timedelta(microseconds=nanoseconds // 1000)).isoformat()


def _valid(identifier: bytes, length: int) -> bool:
    return len(identifier) == length and any(identifier)


def _hex_to_base64(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _hex_to_base64(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key in ("traceId", "spanId", "parentSpanId"):
                node[key] = base64.b64encode(bytes.fromhex(item)).decode()
            else:
                _hex_to_base64(item)
