"""Fiscal years as the indicators and the ward's staff see them, on a clock that skips."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.acts import Actor, Outcome
from contracts.calendar import TOKYO, fiscal_year, tokyo_date
from contracts.cases import ACT, WORKFLOW_QUEUE
from contracts.fiscal_years import (
    FISCAL_YEAR_KIND,
    INDICATORS_QUEUE,
    FiscalYearInput,
    FiscalYearStep,
    YearCommand,
    fiscal_year_workflow_id,
)
from contracts.policies import Policy
from tests.workflows.conftest import QUIET, SERVER
from workflows.activities import IndicatorsActivities
from workflows.fiscal_year import FiscalYearWorkflow
from workflows.sandbox import RUNNER

PATIENCE = 10.0
"""Real seconds until a test gives up waiting for something."""


class Years(IndicatorsActivities):
    """What the indicators were told, in order, and the hands that act on the years."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.steps: dict[int, list[FiscalYearStep]] = defaultdict(list)
        self.failures = 0
        """How often the next step fails to be recorded, as if the database were away."""
        self._told = asyncio.Event()

    @activity.defn
    async def record_year_step(self, step: FiscalYearStep) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        known = self.steps[step.fiscal_year]
        if all(one.number != step.number for one in known):
            known.append(step)
        self._told.set()
        self._told = asyncio.Event()

    async def now(self) -> datetime:
        return (await self.env.get_current_time()).astimezone(TOKYO)

    async def this_year(self) -> int:
        return fiscal_year((await self.now()).date())

    async def start(self, year: int, policy: Policy | None = None) -> WorkflowHandle[Any, Any]:
        handle = await self.env.client.start_workflow(
            FISCAL_YEAR_KIND,
            FiscalYearInput(fiscal_year=year, policy=policy or Policy()),
            id=fiscal_year_workflow_id(year),
            task_queue=WORKFLOW_QUEUE,
        )
        await self.reaches(year, self.state(year))
        return handle

    def state(self, year: int) -> str | None:
        return self.steps[year][-1].state if self.steps[year] else None

    async def reaches(self, year: int, state: str | None) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.steps[year] or state not in (None, self.state(year)):
                await self._told.wait()

    async def act(
        self, year: int, act: str, sub: str = "hanako", command_id: UUID | None = None
    ) -> Outcome:
        """Send an act as the indicators do: an Update whose id is the command's."""
        command = YearCommand.model_validate(
            {
                "command_id": command_id or uuid4(),
                "act": {"act": act},
                "actor": Actor(sub=sub),
                "at": datetime.now(UTC),
            }
        )
        handle = self.env.client.get_workflow_handle(fiscal_year_workflow_id(year))
        outcome: Outcome = await handle.execute_update(
            ACT, command, id=str(command.command_id), result_type=Outcome
        )
        return outcome

    async def refused(self, year: int, act: str, sub: str = "hanako") -> str | None:
        """The code of an act's refusal. Fails if it is not refused."""
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await self.act(year, act, sub)
        cause = failure.value.cause
        return cause.type if isinstance(cause, ApplicationError) else str(cause)

    async def pass_to(self, on: date) -> None:
        """Let the clock run until noon of a day; every date on the way comes."""
        left = datetime(on.year, on.month, on.day, 12, tzinfo=TOKYO) - await self.now()
        await self.env.sleep(max(left, timedelta()))

    async def to_cut_off(self, year: int) -> None:
        await self.pass_to(date(year + 1, 6, 1))
        await self.reaches(year, "cut-off")

    def dates(self, year: int, cause: str) -> list[date]:
        """The days on which something came by itself."""
        return [tokyo_date(step.at) for step in self.steps[year] if step.cause == cause]


@asynccontextmanager
async def counting_years() -> AsyncIterator[Years]:
    """A server with a worker for the years and one for the indicators."""
    async with AsyncExitStack() as running:
        env = await running.enter_async_context(
            await WorkflowEnvironment.start_time_skipping(
                data_converter=pydantic_data_converter,
                test_server_existing_path=str(SERVER),
                runtime=QUIET,
            )
        )
        years = Years(env)
        lives = Worker(
            env.client,
            task_queue=WORKFLOW_QUEUE,
            workflows=[FiscalYearWorkflow],
            workflow_runner=RUNNER,
            max_cached_workflows=0,
        )
        service = Worker(
            env.client, task_queue=INDICATORS_QUEUE, activities=[years.record_year_step]
        )
        for worker in (lives, service):
            await running.enter_async_context(worker)
        yield years


async def lead_a_year(years: Years) -> int:
    """From its start to a restatement that was approved: the whole life but its end."""
    year = await years.this_year()
    await years.start(year)
    await years.to_cut_off(year)
    await years.act(year, "propose_figures")
    await years.act(year, "return_figures", "ichiro")
    await years.act(year, "propose_figures")
    await years.act(year, "approve_figures", "ichiro")
    await years.act(year, "publish_figures", "ichiro")
    await years.act(year, "propose_restatement")
    await years.act(year, "approve_figures", "ichiro")
    return year
