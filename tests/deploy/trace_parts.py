"""What the tests of the trace page share: a front door, a browser, exports made by hand."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
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
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from chassis.settings import Settings

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


def write_registry(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
async def serving(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: expect(server.started or task.done()))
    if task.done():
        task.result()
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def expect(condition: bool) -> None:
    assert condition


async def until(check: Any) -> None:
    """Waits until the check no longer fails, half a minute at most."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(AssertionError),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(30),
        reraise=True,
    ):
        with attempt:
            await check()


def span_of(trace_id: bytes = b"", *, minutes_ago: float = 0, **fields: Any) -> trace_pb2.Span:
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


def export_of(*spans: trace_pb2.Span, service: str = "intake") -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    name = resource.resource.attributes.add(key="service.name")
    name.value.string_value = service
    resource.scope_spans.add().spans.extend(spans)
    return request
