"""A service is one process: HTTP, consumer, relay and activity worker in one event loop.

HTTP works from the first second, whatever else is away; every other part is started again with
back-off when it fails, and the health page says which one that is.
"""

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import operations, problems, telemetry
from chassis.asyncapi import document
from chassis.audit import seal_for_ever
from chassis.bus import Consumer, Events
from chassis.context import Context
from chassis.outbox import Relay
from chassis.problems import Problem
from chassis.settings import Settings
from chassis.telemetry import log
from chassis.temporal import activities_of, run_activities

Background = Callable[[Context], Awaitable[None]]
"""Something that runs for as long as the service does."""

RESTART_FIRST, RESTART_MOST = 0.5, 10.0
"""Seconds before a failed part is started again: at first, and at most."""


def version() -> str:
    return importlib.metadata.version("kasane")


class Service:
    """What one service consists of; `app` makes the process out of it."""

    def __init__(
        self,
        name: str,
        *,
        routers: Sequence[APIRouter],
        events: Events | None = None,
        activities: Callable[[Context], object] | None = None,
        queue: str | None = None,
        background: Sequence[Background] = (),
        extend: Callable[[FastAPI, Context], None] | None = None,
        files: Sequence[str] = (),
    ) -> None:
        """`extend` may mount more on the application (the portal). `queue` goes with activities.

        To the paths in `files` whole files are sent: `max_file_bytes` holds there.
        """
        self.files = frozenset(files)
        self.name, self.routers = name, routers
        self.events = events or Events(name)
        self.activities, self.queue = activities, queue
        self.background, self.extend = background, extend

    def app(self, settings: Settings) -> FastAPI:
        """The ASGI application; its parts start and stop with its lifespan."""
        context = Context.of(settings, self.name, version())
        app = FastAPI(
            title=f"kasane {self.name}",
            version=context.version,
            openapi_url=f"/api/{self.name}/v1/openapi.json",
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
        )
        app.state.context = context
        problems.install(app)
        files = dict.fromkeys(self.files, settings.max_file_bytes)
        app.add_middleware(BodyLimit, most=settings.max_body_bytes, files=files)
        app.include_router(operations.router(self.name, self.events))
        for router in self.routers:
            app.include_router(router)
        app.add_api_route(
            f"/api/{self.name}/v1/asyncapi.json",
            lambda: document(self.name, self.events),
            include_in_schema=False,
        )
        if self.extend is not None:
            self.extend(app, context)
        FastAPIInstrumentor.instrument_app(
            app,
            excluded_urls="health,metrics,static",
            exclude_spans=["receive", "send"],
            server_request_hook=telemetry.without_query,
        )
        return app

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        context: Context = app.state.context
        running = [
            asyncio.create_task(_for_ever(name, part), name=name)
            for name, part in self._parts(context).items()
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await context.database.close()

    def _parts(self, context: Context) -> dict[str, Callable[[], Awaitable[None]]]:
        relay = Relay(context.settings, self.name, context.database)
        consumer = Consumer(context.settings, self.name, context.database, self.events)
        context.parts.update(relay=relay, consumer=consumer)
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "relay": relay.run,
            "consumer": consumer.run,
            "audit-seal": lambda: seal_for_ever(context),
        }
        if self.activities is not None and self.queue is not None:
            methods = activities_of(self.activities(context))
            queue = self.queue
            parts["activities"] = lambda: run_activities(context.settings, queue, methods)
        for work in self.background:
            parts[work.__name__] = lambda work=work: work(context)  # type: ignore[misc]
        return parts


async def _for_ever(name: str, part: Callable[[], Awaitable[None]]) -> None:
    pause = RESTART_FIRST
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await part()
        except Exception as error:
            log.warning("a part failed and starts again", part=name, error=type(error).__name__)
        if asyncio.get_running_loop().time() - started > RESTART_MOST:
            pause = RESTART_FIRST
        await asyncio.sleep(pause)
        pause = min(pause * 2, RESTART_MOST)


class BodyLimit:
    """Refuses a request body over the limit with 413, whether or not its length was announced."""

    def __init__(self, app: ASGIApp, most: int, files: Mapping[str, int]) -> None:
        self._app, self._most, self._files = app, most, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._files.get(scope["path"], self._most)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > most:
            await _too_large().response()(scope, receive, send)
            return
        taken: list[Message] = []
        size, more = 0, True
        while more:
            message = await receive()
            taken.append(message)
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size > most:
                await _too_large().response()(scope, receive, send)
                return

        async def again() -> Message:
            return taken.pop(0) if taken else await receive()

        await self._app(scope, again, send)


def _too_large() -> Problem:
    return Problem(
        413, "body-too-large", ja="送信内容が大きすぎます", en="The request body is too large"
    )
