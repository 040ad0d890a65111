"""Traces, logs and their identifiers: standard OTEL_* variables, JSON lines, no personal data."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span

from chassis.trace_context import mark_span

log = structlog.get_logger("kasane")
tracer = trace.get_tracer("kasane")


def setup(service: str) -> None:
    """Send spans where OTEL_EXPORTER_OTLP_ENDPOINT says, and logs to standard output as JSON.

    Without that variable no span is made. Called once, at a process's root.
    """
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(name)s %(message)s")


def mark_case(*, case_id: object = None, receipt: object = None) -> None:
    """Write a case's identifiers on the current span, so that all its traces can be found."""
    mark_span({"case_id": case_id, "receipt_number": receipt})


def without_query(span: Span, scope: dict[str, Any]) -> None:
    """Keep only the path of a request on its span: a search query may hold somebody's name."""
    if span.is_recording():
        path = str(scope.get("path", ""))
        for attribute in ("http.target", "http.url", "url.full"):
            span.set_attribute(attribute, path)
        span.set_attribute("url.query", "")


def trace_id() -> str | None:
    """The current trace's id as 32 hex digits; None outside a trace."""
    span = trace.get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None


def _with_trace(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if found := trace_id():
        line["trace_id"] = found
    return line
