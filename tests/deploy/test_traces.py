"""The embedded trace page: everything exported is kept, and a case is found whole."""

import asyncio
import gzip
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from chassis.settings import Settings
from deploy.embedded.issuer import create_app as create_issuer
from deploy.embedded.traces import create_app
from deploy.embedded.traces.receiver import MAX_EXPORT_BYTES
from deploy.embedded.traces.waterfall import arrange

PASSWORD = "operators-password"
CASE = "0199a8d0-7c54-7e51-8a4a-2f1f6a1f0c01"
PROTOBUF = {"Content-Type": "application/x-protobuf"}


class FrontDoor:
    """Issuer and trace page at one origin, as Caddy routes them."""

    def __init__(self, issuer: FastAPI, traces: FastAPI) -> None:
        self.issuer, self.traces = issuer, traces

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        issuer = scope["type"] == "http" and scope["path"].startswith("/issuer")
        await (self.issuer if issuer else self.traces)(scope, receive, send)


@dataclass
class Door:
    """A running trace page, and who may log in there."""

    url: str
    settings: Settings
    app: FastAPI
    browser: httpx.AsyncClient
    database: asyncpg.Connection

    def tracer(self, service: str) -> tuple[TracerProvider, trace.Tracer]:
        """A service of the product, exporting each span at once with the real exporter."""
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        exporter = OTLPSpanExporter(f"{self.url}/v1/traces", compression=Compression.Gzip)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        return provider, provider.get_tracer("test")

    async def send(self, request: ExportTraceServiceRequest) -> ExportTraceServiceResponse:
        answer = await self.browser.post(
            "/v1/traces", content=request.SerializeToString(), headers=PROTOBUF
        )
        assert answer.status_code == 200, answer.text
        return ExportTraceServiceResponse.FromString(answer.content)

    async def token(self, client: str) -> str:
        form = {"grant_type": "client_credentials"}
        answer = await self.browser.post("/issuer/token", data=form, auth=(client, PASSWORD))
        return str(answer.json()["access_token"])

    async def ask(self, path: str, **query: str) -> Any:
        """The JSON that an operator's tool gets."""
        bearer = {"Authorization": f"Bearer {await self.token('operations')}"}
        answer = await self.browser.get(f"/traces/api/{path}", params=query, headers=bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def log_in(self, username: str, wanted: str = "/traces") -> httpx.Response:
        """Follows a browser from the page it wants through the login and back."""
        page = await self.browser.get(wanted, follow_redirects=True)
        fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        form = {name: value.replace("&amp;", "&") for name, value in fields}
        form |= {"username": username, "password": PASSWORD}
        return await self.browser.post("/issuer/authorize", data=form, follow_redirects=True)

    async def spans(self) -> int:
        return int(await self.database.fetchval("SELECT count(*) FROM span"))


@pytest.fixture(scope="module")
async def database_url(postgres_admin_url: str) -> AsyncIterator[str]:
    """A database of its own with one role that owns one schema, as a migration leaves it."""
    name = f"traces_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(postgres_admin_url)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    await admin.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgres_admin_url)
    inside = await asyncpg.connect(urlunsplit(parts._replace(path=f"/{name}")))
    await inside.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}")
    await inside.execute(f"ALTER ROLE {name} SET search_path = {name}")
    await inside.close()
    yield f"postgresql://{name}:{PASSWORD}@{parts.hostname}:{parts.port}/{name}"
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.execute(f"DROP ROLE {name}")
    await admin.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


@pytest.fixture
async def door(
    database_url: str,
    listener: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Door]:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    _write_registry(tmp_path, url, monkeypatch)
    settings = Settings(
        profile="embedded",
        public_url=url,
        issuer_url=f"{url}/issuer",
        client_id="kasane-traces",
        client_secret=SecretStr(PASSWORD),
        session_secret=SecretStr("signs the cookie"),
        traces_database_url=SecretStr(database_url),
    )
    app = create_app(settings)
    database = await asyncpg.connect(database_url)
    async with (
        _serving(FrontDoor(create_issuer(settings), app), listener),
        httpx.AsyncClient(base_url=url, timeout=30) as browser,
    ):
        await database.execute("TRUNCATE span, trace")
        yield Door(url, settings, app, browser, database)
    await database.close()


def _write_registry(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = {
        "kasane-traces": {
            "kind": "person",
            "redirect_uris": [f"{url}/traces/login/callback"],
        },
        "operations": {"kind": "service", "roles": ["operator"]},
        "intake": {"kind": "service", "roles": []},
    }
    users = {
        "operator": {"name": "運用 守", "roles": ["operator"]},
        "coordinator": {"name": "調整 花子", "roles": ["coordinator"]},
    }
    registry = {
        "CLIENTS": {name: {"secret": PASSWORD} | client for name, client in clients.items()},
        "USERS": {name: {"password": PASSWORD} | user for name, user in users.items()},
    }
    for name, entries in registry.items():
        (folder / f"{name}.json").write_text(json.dumps(entries))
        monkeypatch.setenv(f"KASANE_ISSUER_{name}", str(folder / f"{name}.json"))
    monkeypatch.setenv("KASANE_ISSUER_KEY", str(folder / "key.pem"))


@asynccontextmanager
async def _serving(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await _until(lambda: _expect(server.started or task.done()))
    if task.done():
        task.result()
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _expect(condition: bool) -> None:
    assert condition


async def _until(check: Any) -> None:
    """Waits until the check no longer fails, half a minute at most."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(AssertionError),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(30),
        reraise=True,
    ):
        with attempt:
            await check()


def _span(trace_id: bytes = b"", *, minutes_ago: float = 0, **fields: Any) -> trace_pb2.Span:
    start = time.time_ns() - int(minutes_ago * 60e9)
    usual: dict[str, Any] = {
        "trace_id": trace_id or uuid4().bytes,
        "span_id": uuid4().bytes[:8],
        "name": "work",
        "kind": 1,
        "start_time_unix_nano": start,
        "end_time_unix_nano": start + 5_000_000,
    }
    return trace_pb2.Span(**usual | fields)


def _export(*spans: trace_pb2.Span, service: str = "intake") -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    name = resource.resource.attributes.add(key="service.name")
    name.value.string_value = service
    resource.scope_spans.add().spans.extend(spans)
    return request


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
    parent = _span(name="RunWorkflow", minutes_ago=5)
    child = _span(parent.trace_id, parent_span_id=parent.span_id, name="RunActivity")
    path = parent.trace_id.hex()
    await door.send(_export(child))
    early = await door.ask(f"traces/{path}")
    assert early["complete"] is False
    assert early["spans"][0]["parent_missing"] is True
    await door.log_in("operator")
    for page in ("/traces", f"/traces/{path}"):
        shown = (await door.browser.get(page)).text
        assert "親の処理はまだ終わっていません" in shown
        assert "RunActivity" in shown

    await door.send(_export(parent))
    late = await door.ask(f"traces/{path}")
    assert late["complete"] is True
    assert [span["name"] for span in late["spans"]] == ["RunWorkflow", "RunActivity"]
    for page in ("/traces", f"/traces/{path}"):
        shown = (await door.browser.get(page)).text
        assert "親の処理はまだ終わっていません" not in shown
        assert "RunWorkflow" in shown


async def test_bytes_and_other_awkward_values_are_kept_as_text(door: Door) -> None:
    span = _span(name="case.events\x00 process")
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
    assert not (await door.send(_export(span))).HasField("partial_success")
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
    span = _span(status={"code": 2, "message": "refused"})
    for _ in range(2):
        await door.send(_export(span, span))
    assert await door.spans() == 1
    row = await door.database.fetchrow("SELECT spans, errors FROM trace")
    assert tuple(row) == (1, 1)


async def test_spans_that_cannot_be_stored_do_not_cost_the_others(door: Door) -> None:
    good = [_span() for _ in range(3)]
    no_id = _span(span_id=b"\0" * 8)
    odd_kind = _span(kind=70_000)
    answer = await door.send(_export(*good, no_id, odd_kind))
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
        "/v1/traces", content=_export(_span()).SerializeToString(), headers=PROTOBUF
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
    long_ago = [_span(minutes_ago=15 * day) for _ in range(450)]
    old_but_going_on = _span(minutes_ago=15 * day)
    latest = _span(old_but_going_on.trace_id, parent_span_id=old_but_going_on.span_id)
    await door.send(_export(*long_ago, old_but_going_on, latest))
    assert await door.spans() == 452

    monkeypatch.setenv("KASANE_TRACES_RETENTION_DAYS", "14")
    again = create_app(door.settings)
    async with again.router.lifespan_context(again):

        async def only_the_living_are_left() -> None:
            assert await door.spans() == 2

        await _until(only_the_living_are_left)
    assert await door.database.fetchval("SELECT count(*) FROM trace") == 1


async def test_the_list_narrows_and_pages_without_losing_or_repeating(door: Door) -> None:
    spans = [_span(minutes_ago=minutes) for minutes in range(120)]
    failed = _span(minutes_ago=200, name="failing", status={"code": 2})
    await door.send(_export(*spans))
    await door.send(_export(failed, service="worker"))
    page = await door.log_in("operator")
    seen: list[str] = []
    for _ in range(4):
        seen += re.findall(r'href="/traces/([0-9a-f]{32})"', page.text)
        onward = re.search(r'href="\?([^"]+)">さらに古いもの', page.text)
        if onward is None:
            break
        page = await door.browser.get(f"/traces?{onward.group(1).replace('&amp;', '&')}")
    assert len(seen) == len(set(seen)) == 121
    assert seen == [span.trace_id.hex() for span in [*spans, failed]]

    for query in ("errors=true", "service=worker", "service=worker&errors=true"):
        narrowed = (await door.browser.get(f"/traces?{query}")).text
        assert re.findall(r'href="/traces/([0-9a-f]{32})"', narrowed) == [failed.trace_id.hex()]
        assert "✕ 1 件" in narrowed
    nothing = await door.browser.get("/traces?service=worker&before=nonsense~x")
    assert nothing.status_code == 200


async def test_a_long_trace_is_paged_and_narrowed(door: Door) -> None:
    root = _span(name="root", minutes_ago=1)
    steps = [
        _span(root.trace_id, parent_span_id=root.span_id, name=f"step-{number}")
        for number in range(250)
    ]
    steps[-1].status.code = trace_pb2.Status.STATUS_CODE_ERROR
    await door.send(_export(root, *steps))
    page = f"/traces/{root.trace_id.hex()}"
    first = (await door.log_in("operator", page)).text
    second = (await door.browser.get(f"{page}?page=2")).text
    rows = [set(re.findall(r"span-[0-9a-f]{16}", text)) for text in (first, second)]
    assert [len(found) for found in rows] == [200, 51]
    assert not rows[0] & rows[1]
    failed = (await door.browser.get(f"{page}?errors=true")).text
    assert set(re.findall(r"span-[0-9a-f]{16}", failed)) == {f"span-{steps[-1].span_id.hex()}"}
    assert "✕ エラー" in failed


async def test_a_failure_shows_what_was_raised(door: Door) -> None:
    provider, tracer = door.tracer("worker")

    def play() -> str:
        with tracer.start_as_current_span("RunActivity:assess") as span:
            span.record_exception(RuntimeError("<b>out of order</b>"))
            span.set_status(Status(StatusCode.ERROR, "failed"))
        return format(span.get_span_context().trace_id, "032x")

    trace_id = await asyncio.to_thread(play)
    provider.shutdown()
    page = (await door.log_in("operator", f"/traces/{trace_id}")).text
    assert "&lt;b&gt;out of order&lt;/b&gt;" in page
    assert "<script" not in page


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


async def test_only_operators_look_at_traces(door: Door) -> None:
    span = _span()
    await door.send(_export(span))
    path = span.trace_id.hex()
    for page in ("/traces", "/traces/search?q=x", f"/traces/{path}"):
        turned = await door.browser.get(page)
        assert turned.status_code == 303
        assert turned.headers["location"].startswith("/traces/login?next=%2Ftraces")
    for path_of_api in (f"/traces/api/traces/{path}", "/traces/api/search?receipt=x"):
        nobody = await door.browser.get(path_of_api)
        assert nobody.status_code == 401
        assert nobody.json()["code"] == "token-missing"
        forged = {"Authorization": "Bearer nonsense"}
        assert (await door.browser.get(path_of_api, headers=forged)).status_code == 401
        service = {"Authorization": f"Bearer {await door.token('intake')}"}
        refused = await door.browser.get(path_of_api, headers=service)
        assert refused.status_code == 403
        assert refused.json()["code"] == "not-allowed-for-role"

    coordinator = await door.log_in("coordinator")
    assert coordinator.status_code == 403
    assert "運用の担当者だけ" in coordinator.text
    assert path not in coordinator.text
    assert (await door.browser.get(f"/traces/api/traces/{path}")).status_code == 403


async def test_an_operator_logs_in_looks_and_logs_out(door: Door) -> None:
    span = _span()
    await door.send(_export(span))
    page = await door.log_in("operator", f"/traces/{span.trace_id.hex()}")
    assert page.url.path == f"/traces/{span.trace_id.hex()}"
    assert "運用 守 さん" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    as_json = await door.browser.get(f"/traces/api/traces/{span.trace_id.hex()}")
    assert as_json.status_code == 200
    missing = await door.browser.get(f"/traces/{'0' * 32}")
    assert missing.status_code == 404
    assert "記録が見つかりません" in missing.text

    left = await door.browser.post("/traces/logout", follow_redirects=True)
    assert "ログアウトしますか" in left.text
    assert (await door.browser.get("/traces")).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test/", "https://evil.test/", "/tracesevil", "/traces/..\\evil", "/x"]
)
async def test_a_login_leads_back_to_this_page_only(door: Door, elsewhere: str) -> None:
    page = await door.log_in("operator", f"/traces/login?next={elsewhere}")
    assert page.status_code == 200
    assert str(page.url) == f"{door.url}/traces"


async def test_a_login_that_somebody_else_began_is_not_taken(door: Door) -> None:
    answer = await door.browser.get("/traces/login/callback?code=x&state=y")
    assert answer.status_code == 400
    assert "ログインできませんでした" in answer.text
    assert (await door.browser.get("/traces")).status_code == 303


def test_it_refuses_to_start_without_its_secrets() -> None:
    with pytest.raises(RuntimeError, match="KASANE_SESSION_SECRET"):
        create_app(Settings(profile="embedded"))


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
