"""One trace from the request over the outbox row and the bus to the effect: how it is carried."""

from collections.abc import Mapping

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import BaseModel

_PROPAGATOR = TraceContextTextMapPropagator()

_MARKS = {
    "case_id": "kasane.case_id",
    "receipt_number": "kasane.receipt",
    "intake_id": "kasane.intake_id",
}
"""Fields of a fact that its spans carry, so that every trace of a case can be found."""


class _Marks(BaseModel):
    case_id: str | None = None
    receipt_number: str | None = None
    intake_id: str | None = None


def current_trace() -> tuple[str | None, str | None]:
    """`traceparent` and `tracestate` of the current span; None where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent"), carrier.get("tracestate")


def resume_trace(traceparent: str | None, tracestate: str | None) -> None:
    """Go on with a stored trace for the rest of the current task."""
    if traceparent:
        carrier = {"traceparent": traceparent}
        if tracestate:
            carrier["tracestate"] = tracestate
        context.attach(_PROPAGATOR.extract(carrier))


def marks_in(body: bytes) -> Mapping[str, object]:
    """The identifiers in a fact's JSON. The rest is passed over: a report may have 500 lines."""
    return _Marks.model_validate_json(body).model_dump()


def mark_span(fact: Mapping[str, object]) -> None:
    """Write the identifiers in a fact on the current span. Nothing else of it is written."""
    span = trace.get_current_span()
    if span.is_recording():
        for field, attribute in _MARKS.items():
            value = fact.get(field)
            if value is not None:
                span.set_attribute(attribute, str(value))
