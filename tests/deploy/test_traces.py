"""The OTLP receiver and the search: everything exported is kept, and a case is found whole."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags

from deploy.embedded.traces import create_app
from deploy.embedded.traces.receiver import MAX_EXPORT_BYTES
from deploy.embedded.traces.waterfall import arrange
from tests.deploy.trace_parts import CASE, PROTOBUF, Door, export_of, span_of, until


async def test_a_receipt_number_finds_every_trace_of_its_case(door: Door) -> None:
    intake, in_intake = door.tracer("intake")
    coordination, in_coordination = door.tracer("coordination")

    def play() -> list[str]:
        with in_intake.start_as_current_span("POST /intakes") as taken:
            taken.set_attribute("kasane.receipt", "R8-000123")
            with in_coordination.start_as_current_span("open case") as opened:
                opened.set_attribute("kasane.case_id", CASE)
        with in_coordination.start_as_current_span("POST /tasks/complete") as approved:
            approved.set_attribute("temporalWorkflowID", f"case:{CASE}")
        here = approved.get_span_context()
        with in_coordination.start_as_current_span("step", links=[Link(here)]) as step:
            pass
        with in_intake.start_as_current_span("POST /intakes") as other:
            other.set_attribute("kasane.receipt", "R8-000124")
        spans = (taken, approved, step, other)
        return [format(span.get_span_context().trace_id, "032x") for span in spans]

    taken, approved, step, other = await asyncio.to_thread(play)
    intake.shutdown()
    coordination.shutdown()

    found = await door.ask("search", receipt="R8-000123")
    relations = {entry["trace_id"]: entry["relation"] for entry in found["traces"]}
    assert relations == {taken: "receipt", approved: "case", step: "link"}
    assert other not in relations
    assert found["case_ids"] == [CASE]

    by_case = await door.ask("search", case_id=CASE)
    assert {entry["trace_id"] for entry in by_case["traces"]} == {taken, approved, step}

    whole = await door.ask(f"traces/{taken}")
    assert [(span["depth"], span["service"]) for span in whole["spans"]] == [
        (0, "intake"),
        (1, "coordination"),
    ]
    assert whole["receipts"] == ["R8-000123"]

    page = await door.log_in("operator", "/traces/search?q=R8-000123")
    assert str(page.url).endswith("/traces/search?q=R8-000123")
    assert all(trace_id in page.text for trace_id in (taken, approved, step))
    assert other not in page.text
    full_width = await door.browser.get("/traces/search", params={"q": "R8-000123"})
    assert taken in full_width.text


async def test_a_missing_parent_is_shown_as_work_in_progress_until_it_arrives(
    door: Door,
) -> None:
    parent = span_of(name="RunWorkflow", minutes_ago=5)
    child = span_of(parent.trace_id, parent_span_id=parent.span_id, name="RunActivity")
    path = parent.trace_id.hex()
    await door.send(export_of(child))
    early = await door.ask(f"traces/{path}")
    assert early["complete"] is False
    assert early["spans"][0]["parent_missing"] is True
    await door.log_in("operator")
    for page in ("/traces", f"/traces/{path}"):
        shown = (await door.browser.get(page)).text
        assert "親の処理はまだ終わっていません" in shown
        assert "RunActivity" in shown

    await door.send(export_of(parent))
    late = await door.ask(f"traces/{path}")
    assert late["complete"] is True
    assert [span["name"] for span in late["spans"]] == ["RunWorkflow", "RunActivity"]
    for page in ("/traces", f"/traces/{path}"):
        shown = (await door.browser.get(page)).text
        assert "親の処理はまだ終わっていません" not in shown
        assert "RunWorkflow" in shown


async def test_bytes_and_other_awkward_values_are_kept_as_text(door: Door) -> None:
    span = span_of(name="case.events\x00 process")
    values = {
        "messaging.kafka.message.key": {"bytes_value": CASE.encode()},
        "raw": {"bytes_value": b"\xff\x01"},
        "nul": {"string_value": "a\x00b"},
        "infinite": {"double_value": float("inf")},
        "long": {"string_value": "長" * 20_000},
        "list": {"array_value": {"values": [{"int_value": 1}, {"bytes_value": b"x"}]}},
        "map": {"kvlist_value": {"values": [{"key": "k", "value": {"bool_value": True}}]}},
    }
    for key, value in values.items():
        span.attributes.add(key=key, value=value)
    assert not (await door.send(export_of(span))).HasField("partial_success")
    stored = (await door.ask(f"traces/{span.trace_id.hex()}"))["spans"][0]["attributes"]
    assert stored["messaging.kafka.message.key"] == CASE
    assert stored["raw"] == "ff01"
    assert stored["nul"] == "a\ufffdb"
    assert stored["infinite"] == "inf"
    assert stored["long"] == "長" * 8192
    assert stored["list"] == [1, "x"]
    assert stored["map"] == {"k": True}


async def test_twenty_thousand_spans_arrive_whole(door: Door) -> None:
    provider = TracerProvider(resource=Resource.create({"service.name": "worker"}))
    exporter = OTLPSpanExporter(f"{door.url}/v1/traces", compression=Compression.Gzip)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=30_000))
    tracer = provider.get_tracer("test")

    def play() -> None:
        for number in range(1_000):
            with tracer.start_as_current_span("case") as case:
                case.set_attribute("kasane.case_id", f"case-{number}")
                for _ in range(19):
                    tracer.start_span("step").end()
        provider.force_flush(120_000)
        provider.shutdown()

    await asyncio.to_thread(play)
    assert await door.spans() == 20_000
    summed = await door.database.fetchrow("SELECT count(*), sum(spans), max(spans) FROM trace")
    assert tuple(summed) == (1_000, 20_000, 20)


async def test_an_export_that_comes_twice_counts_once(door: Door) -> None:
    span = span_of(status={"code": 2, "message": "refused"})
    for _ in range(2):
        await door.send(export_of(span, span))
    assert await door.spans() == 1
    row = await door.database.fetchrow("SELECT spans, errors FROM trace")
    assert tuple(row) == (1, 1)


async def test_spans_that_cannot_be_stored_do_not_cost_the_others(door: Door) -> None:
    good = [span_of() for _ in range(3)]
    no_id = span_of(span_id=b"\0" * 8)
    odd_kind = span_of(kind=70_000)
    answer = await door.send(export_of(*good, no_id, odd_kind))
    assert answer.partial_success.rejected_spans == 2
    assert await door.spans() == 3
    metrics = (await door.browser.get("/traces/metrics")).text
    assert "traces_spans_received_total 5.0" in metrics
    assert "traces_spans_stored_total 3.0" in metrics
    assert "traces_spans_rejected_total 2.0" in metrics


async def test_json_exports_are_understood(door: Door) -> None:
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "parentSpanId": "",
        "name": "I'm a server span",
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": "1790000001000000000",
        "kind": 2,
        "attributes": [{"key": "kasane.receipt", "value": {"stringValue": "R8-000200"}}],
    }
    export = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    answer = await door.browser.post("/v1/traces", json=export)
    assert answer.status_code == 200
    assert answer.json() == {}
    whole = await door.ask("traces/5b8efff798038103d269b633813fc60c")
    assert whole["receipts"] == ["R8-000200"]
    assert whole["duration_ms"] == 1000


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"[1, 2", {"Content-Type": "application/json"}, 400),
        (b'{"resourceSpans": [{"traceId": 3}]}', {"Content-Type": "application/json"}, 400),
        (b"not gzip", PROTOBUF | {"Content-Encoding": "gzip"}, 400),
        (b"", PROTOBUF | {"Content-Encoding": "br"}, 415),
        (gzip.compress(bytes(MAX_EXPORT_BYTES + 1)), PROTOBUF | {"Content-Encoding": "gzip"}, 413),
        (bytes(MAX_EXPORT_BYTES + 1), PROTOBUF, 413),
    ],
)
async def test_what_is_no_export_is_refused(
    door: Door, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await door.browser.post("/v1/traces", content=content, headers=headers)
    assert answer.status_code == status
    assert await door.spans() == 0


async def test_an_exporter_is_told_to_come_again_while_the_database_is_away(door: Door) -> None:
    assert (await door.browser.get("/traces/health/ready")).status_code == 200
    await door.app.state.store.close()
    answer = await door.browser.post(
        "/v1/traces", content=export_of(span_of()).SerializeToString(), headers=PROTOBUF
    )
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    ready = await door.browser.get("/traces/health/ready")
    assert ready.status_code == 503
    assert ready.json()["service"] == "traces"


async def test_traces_are_forgotten_whole_when_their_days_are_over(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 24 * 60
    long_ago = [span_of(minutes_ago=15 * day) for _ in range(450)]
    old_but_going_on = span_of(minutes_ago=15 * day)
    latest = span_of(old_but_going_on.trace_id, parent_span_id=old_but_going_on.span_id)
    await door.send(export_of(*long_ago, old_but_going_on, latest))
    assert await door.spans() == 452

    monkeypatch.setenv("KASANE_TRACES_RETENTION_DAYS", "14")
    again = create_app(door.settings)
    async with again.router.lifespan_context(again):

        async def only_the_living_are_left() -> None:
            assert await door.spans() == 2

        await until(only_the_living_are_left)
    assert await door.database.fetchval("SELECT count(*) FROM trace") == 1


async def test_a_case_from_outside_keeps_its_callers_trace(door: Door) -> None:
    provider, tracer = door.tracer("intake")
    caller = SpanContext(0xABC << 80, 0xDEF << 20, True, TraceFlags(TraceFlags.SAMPLED))

    def play() -> None:
        context = trace.set_span_in_context(NonRecordingSpan(caller))
        tracer.start_span("POST /intakes", context=context).end()

    await asyncio.to_thread(play)
    provider.shutdown()
    page = await door.log_in("operator")
    assert format(caller.trace_id, "032x") in page.text


def _row(span_id: str, parent_id: str | None, start: int, length: int = 10) -> dict[str, Any]:
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(milliseconds=start)
    return {
        "span_id": span_id,
        "parent_id": parent_id,
        "started": moment,
        "ended": moment + timedelta(milliseconds=length),
    }


def test_a_waterfall_puts_children_under_their_parents_by_start() -> None:
    drawn = arrange(
        [
            _row("root", None, 0, 100),
            _row("a", "root", 10, 50),
            _row("b", "root", 20),
            _row("a1", "a", 30),
            _row("lost", "gone", 40),
        ]
    )
    assert [(row.span["span_id"], row.depth) for row in drawn.rows] == [
        ("root", 0),
        ("a", 1),
        ("a1", 2),
        ("b", 1),
        ("lost", 0),
    ]
    assert [row.parent_missing for row in drawn.rows] == [False, False, False, False, True]
    assert (drawn.rows[2].bar_start, drawn.rows[2].bar_width) == (30.0, 10.0)
    assert drawn.duration_ms == 100


def test_spans_that_are_each_others_ancestors_are_still_shown() -> None:
    drawn = arrange([_row("a", "b", 0), _row("b", "a", 1), _row("self", "self", 2)])
    assert sorted(row.span["span_id"] for row in drawn.rows) == ["a", "b", "self"]
