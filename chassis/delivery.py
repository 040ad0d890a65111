"""Taking a fact in: its effect and its inbox row are one transaction.

A record that can never be taken in is parked and the rest goes on. What fails because a database
or a connection is away is tried for ever; what fails otherwise is tried a few times, then parked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import Database, is_away
from chassis.inbox import once
from chassis.parking import is_parked, park, settle
from chassis.records import PoisonError, RawRecord, read_event
from chassis.trace_context import mark_span
from contracts.events.envelope import Event

log = structlog.get_logger(__name__)

HANDLER_TRIES = 5
"""How often a handler may fail on one record before the record is parked."""

HANDLER_PAUSE = 0.1
"""Seconds before the second try; doubled for each further one."""

EventT = TypeVar("EventT", bound=Event)
Handler = Callable[[AsyncSession, EventT], Awaitable[None]]


class Outcome(StrEnum):
    """What became of a delivered record."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    PARKED = "parked"


class UnavailableError(Exception):
    """Something that a handler needs is away for the moment.

    A handler may raise it (the workflow engine does not answer, say); the record is then delivered
    again and again, and never parked for it.
    """


class Events:
    """Which facts a service listens to, and what it does with each."""

    def __init__(self, consumer: str) -> None:
        self.consumer = consumer
        self._handlers: dict[type[Event], Handler[Any]] = {}

    def on(self, model: type[EventT]) -> Callable[[Handler[EventT]], Handler[EventT]]:
        """Register the handler of a fact. Raises ValueError if it has one already.

        The handler works in the given session and never commits; it may run more than once, but
        only one run is ever committed.
        """

        def register(handler: Handler[EventT]) -> Handler[EventT]:
            if model in self._handlers:
                raise ValueError(f"{self.consumer} has a handler for {model.type} already")
            self._handlers[model] = handler
            return handler

        return register

    @property
    def models(self) -> tuple[type[Event], ...]:
        return tuple(self._handlers)

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({model.topic for model in self._handlers}))

    def handler(self, event: Event) -> Handler[Any]:
        return self._handlers[type(event)]


async def deliver(
    database: Database, events: Events, record: RawRecord, *, put_back: bool = False
) -> Outcome:
    """Take one record in. With `put_back` it is a parked one that somebody tries once more.

    Raises UnavailableError if it must be delivered again later; else the offset may be committed.
    """
    try:
        event = read_event(record, events.models)
    except PoisonError as poison:
        return await _park(database, events, record, str(poison), tries=1)
    if event is None:
        log.debug("fact of no interest", consumer=events.consumer, type=record.header("ce_type"))
        if put_back:
            await _settle(database, events, record)
        return Outcome.IGNORED
    mark_span(event.model_dump(include={"case_id", "receipt_number", "intake_id"}))
    tries = 1 if put_back else HANDLER_TRIES
    for attempt in range(1, tries + 1):
        try:
            return await _apply(database, events, event, record, put_back)
        except Exception as error:
            if isinstance(error, UnavailableError) or is_away(error):
                raise UnavailableError(type(error).__name__) from None
            reason = type(error).__name__
        log.warning("handler failed", consumer=events.consumer, type=event.type, error=reason)
        if attempt < tries:
            await asyncio.sleep(HANDLER_PAUSE * 2 ** (attempt - 1))
    return await _park(database, events, record, f"handler failed: {reason}", tries=tries)


async def _apply(
    database: Database, events: Events, event: Event, record: RawRecord, put_back: bool
) -> Outcome:
    async with database.transaction() as session:
        if put_back:
            await settle(session, events.consumer, record)
        elif await is_parked(session, events.consumer, record):
            return Outcome.PARKED
        if not await once(session, events.consumer, event.event_id):
            return Outcome.DUPLICATE
        await events.handler(event)(session, event)
    return Outcome.APPLIED


async def _park(
    database: Database, events: Events, record: RawRecord, reason: str, tries: int
) -> Outcome:
    """Raises UnavailableError if the database is away."""
    try:
        async with database.transaction() as session:
            await park(session, events.consumer, record, reason, tries)
    except Exception as error:
        raise UnavailableError(f"cannot park: {type(error).__name__}") from None
    log.error(
        "record parked",
        consumer=events.consumer,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=reason,
    )
    return Outcome.PARKED


async def _settle(database: Database, events: Events, record: RawRecord) -> None:
    async with database.transaction() as session:
        await settle(session, events.consumer, record)
