"""The relay of commands: what is stored for a workflow reaches it, in order, however often.

Every command is a row, written in the transaction of its cause. The relay tells the workflows,
each strictly in order and many at a time, under ids that make telling twice harmless; it starts
again wherever it was killed. Of several processes one relays: the holder of an advisory lock.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.context import Context
from chassis.db import plain_url
from chassis.telemetry import log, mark_case, tracer
from chassis.trace_context import resume_trace
from contracts.cases import CaseInput
from contracts.policies import Policy
from services.coordination import delivery
from services.coordination.delivery import Due, Told
from services.coordination.models import CommandRow
from services.coordination.reopening import begins_again
from services.coordination.store import commands

PART = "commands"
"""The relay's name among the running parts of the service."""

LOCK = 0x636D64
"""First half of the advisory lock that makes a relay the only active one of its schema."""

AT_ONCE = 40
"""Workflows that are told something at the same time."""

POLL_SECONDS = 2.0
STANDBY_SECONDS = 1.0
ATTEMPT_SECONDS = 15.0
"""How long one try may take; the workflow's answer may need a worker that is just starting."""

RETRY_FIRST, RETRY_MOST = 0.5, 15.0
LOOK_SECONDS = 0.25
"""How often somebody who waits looks for an outcome that another process may have written."""

DUE = """
    SELECT command_id, case_id, workflow_id, what, act, payload, attempts, traceparent, tracestate
    FROM command c
    WHERE status = 'pending' AND next_try_at <= now() AND workflow_id <> ALL($1)
      AND NOT EXISTS (SELECT FROM command e WHERE e.status = 'pending'
                      AND e.workflow_id = c.workflow_id AND e.seq < c.seq)
    ORDER BY seq LIMIT $2
"""


class CommandRelay:
    """Tells the workflows what is stored for them, until each command is settled."""

    def __init__(self, context: Context) -> None:
        self.last_error: str | None = "not started"
        self._context = context
        self._policy = Policy(day_seconds=context.settings.day_seconds)
        self._wake = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._settled = asyncio.Condition()

    def healthy(self) -> bool:
        return self.last_error is None

    async def run(self) -> None:
        """Relay for ever. Cancel to stop; raises what made it impossible to go on."""
        try:
            async with self._leading() as connection:
                while True:
                    await self._tell_what_is_due(connection)
                    self.last_error = None
                    await self._wait_for_work()
        except Exception as error:
            self.last_error = type(error).__name__
            raise
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self._running.clear()

    async def backlog(self, session: AsyncSession) -> dict[str, int]:
        """How many commands no workflow has answered yet."""
        pending = select(func.count()).where(col(CommandRow.status) == "pending")
        return {"commands": int(await session.scalar(pending) or 0)}

    async def settled(self, command_id: UUID, seconds: float) -> None:
        """Return when a command is settled, or when the time is up."""
        until = asyncio.get_running_loop().time() + seconds
        while not await self._is_settled(command_id):
            if asyncio.get_running_loop().time() > until:
                return
            await self._next_settlement()

    async def _next_settlement(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS), self._settled:
                await self._settled.wait()
        except TimeoutError:
            return

    async def _is_settled(self, command_id: UUID) -> bool:
        async with self._context.database.transaction() as session:
            row = await session.get_one(CommandRow, command_id)
            return row.status != "pending"

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(plain_url(self._context.database.url), timeout=10)
        try:
            schema = await connection.fetchval("SELECT current_schema()")
            while not await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK, schema
            ):
                self.last_error = None
                await asyncio.sleep(STANDBY_SECONDS)
            await connection.add_listener(
                f"{commands.WAKE_CHANNEL}.{schema}", lambda *_: self._wake.set()
            )
            yield connection
        finally:
            connection.terminate()

    async def _tell_what_is_due(self, connection: Any) -> None:
        self._wake.clear()
        free = AT_ONCE - len(self._running)
        if free == 0:
            return
        for row in await connection.fetch(DUE, list(self._running), free):
            due = Due(**{**dict(row), "payload": json.loads(row["payload"])})
            telling = asyncio.create_task(self._deliver(due))
            self._running[due.workflow_id] = telling
            telling.add_done_callback(partial(self._done, due.workflow_id))

    def _done(self, workflow: str, _: asyncio.Task[None]) -> None:
        self._running.pop(workflow, None)
        self._wake.set()

    async def _wait_for_work(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, due: Due) -> None:
        """One try, in the trace of the request that caused it. Never raises but when cancelled."""
        resume_trace(due.traceparent, due.tracestate)
        with tracer.start_as_current_span(f"command {due.act}"):
            mark_case(case_id=due.case_id)
            try:
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    client = await self._context.temporal.client()
                    told = await delivery.tell(client, due, self._policy, self._begins_again)
                await self._settle(due, told)
            except Exception as error:
                log.warning(
                    "a command is not told yet",
                    command_id=str(due.command_id),
                    case_id=str(due.case_id),
                    attempts=due.attempts + 1,
                    error=type(error).__name__,
                )
                await self._put_off(due)

    async def _begins_again(self, due: Due) -> CaseInput | None:
        async with self._context.database.transaction() as session:
            return await begins_again(session, due.case_id, due.command_id, self._policy)

    async def _settle(self, due: Due, told: Told) -> None:
        async with self._context.database.transaction() as session:
            await commands.settle(session, due.command_id, told.status, told.outcome)
        async with self._settled:
            self._settled.notify_all()

    async def _put_off(self, due: Due) -> None:
        pause = min(RETRY_FIRST * 2**due.attempts, RETRY_MOST)
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads the tries, guards nothing
        try:
            async with self._context.database.transaction() as session:
                until = datetime.now(UTC) + timedelta(seconds=pause)
                await commands.put_off(session, due.command_id, until)
        except Exception as error:
            log.warning("a command could not be put off", error=type(error).__name__)
            await asyncio.sleep(pause)


def relay_of(context: Context) -> CommandRelay:
    """The relay of this process: one, whether or not it is the active one."""
    return context.part(PART, CommandRelay)


async def relay_commands(context: Context) -> None:
    """The service's background part."""
    await relay_of(context).run()
