"""What people do to a fiscal year reaches its workflow: stored first, told until it is answered.

There are some ten such commands a year, so one loop tells them one after the other, each under an
id that makes telling it twice harmless. Of several processes one tells: the holder of an advisory
lock, which it lets go when its transaction or its connection ends.
"""

import asyncio
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

from chassis.context import Context
from chassis.telemetry import log, tracer
from chassis.temporal import is_over
from chassis.trace_context import resume_trace
from contracts.acts import Outcome
from contracts.calendar import fiscal_year, today
from contracts.cases import ACT, WORKFLOW_QUEUE, Refusal
from contracts.fiscal_years import (
    FISCAL_YEAR_KIND,
    FiscalYearInput,
    YearCommand,
    fiscal_year_workflow_id,
)
from contracts.policies import Policy
from services.indicators import years
from services.indicators.models import YearCommandRow

LOCK = 0x79656172
POLL_SECONDS = 0.5
LOOK_FOR_YEARS_EVERY = 20
"""Polls after which it is looked for years that are not open yet: some ten seconds."""
ATTEMPT_SECONDS = 15.0
RETRY_FIRST, RETRY_MOST = 0.5, 15.0

YEAR_ENDED = "fiscal-year-kept"
"""The workflow is over: the figures are kept as they are."""
ACT_FAILED = "act-failed"

Told = tuple[str, dict[str, Any]]


async def tell_fiscal_years(context: Context) -> None:
    """The service's background part: open the years, and tell their workflows what is stored."""
    policy = Policy(day_seconds=context.settings.day_seconds)
    polls = 0
    while True:
        async with context.database.transaction() as lead:
            if await lead.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                if polls % LOOK_FOR_YEARS_EVERY == 0:
                    async with context.database.transaction() as session:
                        await years.open_years(session, fiscal_year(today()))
                await tell_what_is_due(context, policy)
        polls += 1
        await asyncio.sleep(POLL_SECONDS)


async def tell_what_is_due(context: Context, policy: Policy) -> None:
    """One try for the oldest command of each year."""
    async with context.database.transaction() as session:
        due = await years.due_commands(session)
    for command in due:
        # A task of its own: it goes on with the trace of whoever asked.
        await asyncio.create_task(_tell(context, command, policy))


async def _tell(context: Context, command: YearCommandRow, policy: Policy) -> None:
    resume_trace(command.traceparent, command.tracestate)
    with tracer.start_as_current_span(f"command {command.act}"):
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                status, outcome = await tell(await context.temporal.client(), command, policy)
            async with context.database.transaction() as session:
                await years.settle(session, command.command_id, status, outcome)
        except Exception as error:
            log.warning(
                "a fiscal year is not told yet",
                command_id=str(command.command_id),
                fiscal_year=command.fiscal_year,
                attempts=command.attempts + 1,
                error=type(error).__name__,
            )
            pause = min(RETRY_FIRST * 2**command.attempts, RETRY_MOST)
            async with context.database.transaction() as session:
                await years.put_off(session, command.command_id, pause)


async def tell(client: Client, command: YearCommandRow, policy: Policy) -> Told:
    """Deliver a command. Raises whatever the client raises while the answer is not known."""
    workflow = fiscal_year_workflow_id(command.fiscal_year)
    if command.act == years.START:
        try:
            await client.start_workflow(
                FISCAL_YEAR_KIND,
                FiscalYearInput(fiscal_year=command.fiscal_year, policy=policy),
                id=workflow,
                task_queue=WORKFLOW_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            return "applied", {}
        return "applied", {}
    try:
        outcome: Outcome = await client.get_workflow_handle(workflow).execute_update(
            ACT,
            YearCommand.model_validate(command.payload),
            id=str(command.command_id),
            result_type=Outcome,
        )
    except WorkflowUpdateFailedError as error:
        return "refused", _refusal(error)
    except RPCError as error:
        if await is_over(client, workflow, error):
            return "refused", {"code": YEAR_ENDED, "details": {}}
        raise
    return "applied", {"state": outcome.state, "at": outcome.at.isoformat()}


async def backlog(session: AsyncSession) -> int:
    """How many commands no workflow has answered yet."""
    waiting = select(func.count()).where(YearCommandRow.status == "pending")  # type: ignore[arg-type]
    return int(await session.scalar(waiting) or 0)


def _refusal(error: WorkflowUpdateFailedError) -> dict[str, Any]:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in set(Refusal):
        details = cause.details[0] if cause.details else {}
        return {"code": str(cause.type), "details": details}
    return {"code": ACT_FAILED, "details": {}}
