"""The trace page's web application: the receiver, the pages, health and metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.problems import install as install_problems
from chassis.settings import Settings
from deploy.embedded.traces.access import Access, LoginFailed, LoginNeeded, NotOperator
from deploy.embedded.traces.pages import TracePages, render
from deploy.embedded.traces.receiver import SpanQueue, receiver_router
from deploy.embedded.traces.store import SpanStore

PRUNE_EVERY_SECONDS = 3600

_log = structlog.get_logger()


class Retention(BaseSettings):
    """How long traces are kept. Variable `KASANE_TRACES_RETENTION_DAYS`."""

    model_config = SettingsConfigDict(env_prefix="KASANE_TRACES_", frozen=True, extra="ignore")

    retention_days: int = Field(14, ge=1)
    """Days after its last span that a trace is forgotten."""


def create_app(settings: Settings) -> FastAPI:
    """The trace page under `/traces` and the OTLP endpoint `/v1/traces`.

    Raises RuntimeError when the client's or the session's secret is not set.
    """
    access = Access(settings)
    retention = timedelta(days=Retention().retention_days)
    metrics = CollectorRegistry()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = await SpanStore.open(settings.database_url("traces"))
        queue = SpanQueue(store, metrics)
        app.state.store, app.state.queue = store, queue
        tasks = [asyncio.create_task(queue.run()), asyncio.create_task(_prune(store, retention))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.close()

    app = FastAPI(
        title="kasane traces", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.issuer_origin = "{0.scheme}://{0.netloc}".format(urlsplit(settings.issuer_url))
    access.install(app)
    app.include_router(receiver_router())
    _add_operations(app, metrics)
    _add_refusals(app)
    app.mount("/traces/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.include_router(TracePages(access).router())
    return app


def _add_operations(app: FastAPI, metrics: CollectorRegistry) -> None:
    @app.get("/traces/health/ready")
    async def ready(request: Request) -> JSONResponse:
        try:
            await request.app.state.store.check()
            database, status = "ok", 200
        except Exception as error:  # every way of not answering is the same to who asks
            database, status = type(error).__name__, 503
        facts = {"service": "traces", "version": version("kasane")}
        return JSONResponse(facts | {"checks": {"database": database}}, status)

    @app.get("/traces/metrics")
    async def measured() -> Response:
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)


def _add_refusals(app: FastAPI) -> None:
    install_problems(app)

    @app.exception_handler(LoginNeeded)
    async def login_needed(request: Request, _: Exception) -> Response:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/traces/login?{urlencode({'next': wanted})}", status_code=303)

    @app.exception_handler(LoginFailed)
    async def login_failed(request: Request, _: Exception) -> Response:
        return render(request, "login_failed.html", {"person": None}, status=400)

    @app.exception_handler(NotOperator)
    async def not_operator(request: Request, _: Exception) -> Response:
        return render(request, "forbidden.html", {"person": None}, status=403)


async def _prune(store: SpanStore, retention: timedelta) -> None:
    """Forgets what is older than the retention, at start and every hour."""
    while True:
        try:
            while await store.prune(datetime.now(UTC) - retention):
                pass
        except Exception as error:  # the database may be away for a while
            _log.warning("traces_not_pruned", error=type(error).__name__)
        await asyncio.sleep(PRUNE_EVERY_SECONDS)
