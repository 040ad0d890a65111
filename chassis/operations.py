"""What operations staff see of a service: health, backlog, dead letters and their return."""

from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import deadletter
from chassis.audit import audit
from chassis.auth import Caller, requires
from chassis.bus import Consumer, Events, Outcome
from chassis.context import Context, Ctx, Session
from chassis.delivery import UnavailableError
from chassis.outbox import Relay, backlog
from chassis.problems import Problem

OPERATOR = "operator"


SENDING = ("mails",)
"""Parts that hand something to a server outside, by their names: what they say is shown too."""


@runtime_checkable
class Sending(Protocol):
    """A part that may be well itself while the server that it needs is away."""

    last_error: str | None

    def healthy(self) -> bool: ...


@runtime_checkable
class Backlogged(Protocol):
    """A running part with a backlog of its own, beside those that every service has."""

    async def backlog(self, session: AsyncSession) -> dict[str, int]:
        """What waits in it, by the names that operations staff know."""
        ...


async def backlog_of(context: Context) -> dict[str, Any]:
    """How much waits in a service: outbox rows and their age, consumer lag, dead letters."""
    async with context.database.transaction() as session:
        waiting = await backlog(session)
        dead = await deadletter.count(session)
        own: dict[str, int] = {}
        for part in context.parts.values():
            if isinstance(part, Backlogged):
                own |= await part.backlog(session)
    consumer = context.parts.get("consumer")
    return {
        "outbox": waiting.rows,
        "outbox_age_seconds": round(waiting.oldest_seconds, 1),
        "consumer_lag": await consumer.lag() if isinstance(consumer, Consumer) else 0,
        "dead_letters": dead,
        **own,
    }


async def checks_of(context: Context) -> dict[str, str]:
    """Each part of a service: `ok`, or what is wrong with it."""
    checks: dict[str, str] = {}
    try:
        async with context.database.transaction() as session:
            await session.execute(text("SELECT 1"))
        checks["database"] = "ok"
    except Exception as error:
        checks["database"] = type(error).__name__
    for name in ("relay", "consumer", *SENDING):
        part = context.parts.get(name)
        if isinstance(part, Relay | Consumer | Sending):
            checks[name] = "ok" if part.healthy() else str(part.last_error or "starting")
    return checks


def router(service: str, events: Events) -> APIRouter:
    """The endpoints of a service under `/api/<service>` that are the same for all."""
    routes = APIRouter(prefix=f"/api/{service}", tags=["運用 / operations"])
    registry = CollectorRegistry()
    gauges = {
        name: Gauge(f"kasane_{name}", told, ["service"], registry=registry)
        for name, told in (
            ("outbox", "Facts not yet published"),
            ("outbox_age_seconds", "Age of the oldest unpublished fact"),
            ("consumer_lag", "Facts not yet taken in"),
            ("dead_letters", "Parked records"),
            ("commands", "Acts of people that no workflow has answered yet"),
            ("mails", "Letters to agencies that wait to be sent"),
            ("mails_unsent", "Letters that could not be sent"),
            ("mails_age_seconds", "Age of the oldest letter that has not gone out"),
        )
    }

    @routes.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"service": service, "status": "live"}

    @routes.get("/health/ready", include_in_schema=False)
    async def ready(context: Ctx) -> JSONResponse:
        checks = await checks_of(context)
        # A service takes requests in while the bus is away; only its database is needed for that.
        able = checks["database"] == "ok"
        body = {"service": service, "version": context.version, "checks": checks}
        return JSONResponse(body, 200 if able else 503)

    @routes.get("/metrics", include_in_schema=False)
    async def metrics(context: Ctx) -> Response:
        for name, value in (await backlog_of(context)).items():
            gauges[name].labels(service).set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @routes.get("/v1/operations", dependencies=[Depends(requires(OPERATOR))])
    async def operations(context: Ctx) -> dict[str, Any]:
        """Backlog and health of this service."""
        return {
            "service": service,
            "version": context.version,
            "checks": await checks_of(context),
            **await backlog_of(context),
        }

    @routes.get("/v1/operations/dead-letters", dependencies=[Depends(requires(OPERATOR))])
    async def dead_letters(session: Session, after: int = 0) -> dict[str, Any]:
        """Records that could not be taken in, with the reason; a hundred at a time."""
        letters = await deadletter.parked(session, after=after)
        return {
            "dead_letters": [
                {
                    "id": letter.id,
                    "event_id": letter.event_id,
                    "event_type": letter.event_type,
                    "topic": letter.topic,
                    "partition": letter.partition,
                    "offset": letter.offset,
                    "reason": letter.reason,
                    "tries": letter.tries,
                    "parked_at": letter.parked_at,
                }
                for letter in letters
            ]
        }

    @routes.post(
        "/v1/operations/dead-letters/{letter_id}/retry",
        dependencies=[Depends(requires(OPERATOR))],
    )
    async def retry(context: Ctx, session: Session, caller: Caller, letter_id: int) -> Any:
        """Put a parked record back; its effect happens at most once.

        409 `still-failing` if it fails again, 404 if nothing is parked under this id.
        """
        await audit(session, caller, "dead-letter.retry", "dead-letter", str(letter_id))
        try:
            outcome = await deadletter.retry(context.database, events, letter_id)
        except LookupError as error:
            raise Problem(
                404, "not-found", ja="保留中の記録がありません", en="Nothing is parked here"
            ) from error
        except UnavailableError as error:
            raise Problem(
                503,
                "temporarily-unavailable",
                ja="ただいま処理できません",
                en="Not available right now",
            ) from error
        if outcome is Outcome.PARKED:
            raise Problem(
                409, "still-failing", ja="まだ処理できません", en="It failed again and stays parked"
            )
        return {"id": letter_id, "outcome": outcome}

    return routes
