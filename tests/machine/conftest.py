"""The service on a real database, its workflows on a real engine, and one clock that can skip."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from chassis.temporal import activities_of
from contracts.cases import (
    COORDINATION_QUEUE,
    INTAKE_QUEUE,
    PARTICIPATION_QUEUE,
    WORKFLOW_QUEUE,
)
from services.coordination.app import create_app
from services.coordination.commands import PART, CommandRelay
from tests.machine.world import Recorder, World
from tests.services.conftest import Tokens, served, settings, tokens
from tests.services.coordination.conftest import settle_all
from tests.workflows.conftest import QUIET, SERVER
from tests.workflows.ward import Intake, Participation, Ward
from workflows.sandbox import RUNNER
from workflows.worker import WORKFLOWS

__all__ = ["served", "settings", "tokens"]


class Engine:
    """A time-skipping server with the workers, replaced when its clock is of no more use."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.running = AsyncExitStack()

    async def begin(self) -> None:
        """Have a server at work whose clock runs."""
        if self.world.ward is not None:
            return
        await self.running.aclose()
        env = await WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter,
            test_server_existing_path=str(SERVER),
            runtime=QUIET,
        )
        ward = Ward(await self.running.enter_async_context(env))
        work = {
            COORDINATION_QUEUE: activities_of(Recorder(self.world.context, ward)),
            INTAKE_QUEUE: activities_of(Intake(ward)),
            PARTICIPATION_QUEUE: activities_of(Participation(ward)),
        }
        for queue, activities in work.items():
            worker = Worker(ward.client, task_queue=queue, activities=activities)
            await self.running.enter_async_context(worker)
        await self.running.enter_async_context(
            Worker(
                ward.client,
                task_queue=WORKFLOW_QUEUE,
                workflows=WORKFLOWS,
                workflow_runner=RUNNER,
            )
        )
        await self._relay(ward)
        self.world.ward = ward

    async def _relay(self, ward: Ward) -> None:
        """The command relay, which tells what is stored to this server."""
        context = self.world.context
        await settle_all(context)
        relay = CommandRelay(replace(context, temporal=Link(ward)))  # type: ignore[arg-type]
        context.parts[PART] = relay
        running = asyncio.create_task(relay.run())

        async def stop() -> None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        self.running.push_async_callback(stop)

    async def end(self) -> None:
        """End every workflow that an example left open."""
        ward = self.world.ward
        if ward is not None:
            if not await ward.end_all():
                self.world.ward = None
            ward.forget()


class Link:
    """What the service asks for a client of the engine."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward

    async def client(self) -> Any:
        return self._ward.client


@pytest.fixture(scope="module")
async def world(served: Any, tokens: Tokens) -> AsyncIterator[World]:
    """Gone with its module: its relay would tell the commands of other tests as well."""
    async with served(create_app) as (client, context):
        made = World(asyncio.get_running_loop(), client, context, tokens)
        made.engine = Engine(made)
        yield made
        await made.engine.running.aclose()
