"""One trace leads from the request that told a fact to the effect that the fact had."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events
from contracts.events.intake import IntakeAccepted
from tests.chassis.parts import CONSUMER, Stage, intake_accepted, running, tell, until, value


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Every span that ends in this process from now on."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


async def test_one_trace_leads_from_the_request_to_the_effect(
    stage: Stage, spans: InMemorySpanExporter
) -> None:
    events, fact = Events(CONSUMER), intake_accepted()
    tracer = trace.get_tracer("tests")

    @events.on(IntakeAccepted)
    async def take(session: AsyncSession, event: IntakeAccepted) -> None:
        with tracer.start_as_current_span("effect"):
            """The span is the effect."""

    with tracer.start_as_current_span("request") as request:
        await tell(stage.teller, fact)
    trace_id = request.get_span_context().trace_id

    def named(name: str) -> list[ReadableSpan]:
        return [span for span in spans.get_finished_spans() if span.name == name]

    async def effect_is_traced() -> bool:
        return bool(named("effect") and named("kasane.intake process"))

    async with running(stage.relay(), stage.consumer(events)):
        await until(effect_is_traced)
    for name in ("request", "kasane.intake publish", "kasane.intake process", "effect"):
        assert [span.context.trace_id for span in named(name)] == [trace_id], name
    for name in ("request", "kasane.intake publish", "kasane.intake process"):
        (span,) = named(name)
        assert span.attributes is not None
        assert span.attributes["kasane.receipt"] == fact.receipt_number


async def test_a_fact_told_outside_any_trace_starts_one(
    stage: Stage, spans: InMemorySpanExporter
) -> None:
    await tell(stage.teller, intake_accepted())
    assert await value(stage.teller, "SELECT traceparent FROM outbox") is None
    async with running(stage.relay()):
        (record,) = await stage.broker.records(1)
    assert dict(record.headers)["traceparent"]
