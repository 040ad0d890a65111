"""The worker's process: it waits for the server, polls, and tells how it is."""

import base64
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from temporalio.testing import WorkflowEnvironment
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from chassis.settings import Settings
from tests.workflows.conftest import QUIET, SERVER
from workflows.worker import WorkerProcess


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    key = base64.b64encode(bytes(32)).decode()
    monkeypatch.setenv("KASANE_PAYLOAD_KEYS", f"test:{key}")
    return Settings(profile="embedded")


async def health(worker: WorkerProcess) -> tuple[int, dict[str, Any]]:
    transport = ASGITransport(app=worker.app())
    async with AsyncClient(transport=transport, base_url="http://worker") as client:
        answer = await client.get("/health/ready")
    return answer.status_code, answer.json()


async def test_a_worker_without_a_server_says_that_it_is_not_ready(settings: Settings) -> None:
    status, told = await health(WorkerProcess(settings))
    assert status == 503
    assert told["checks"] == {"worker": "starting", "temporal": "connecting"}


async def test_a_worker_that_polls_is_ready(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(SERVER), runtime=QUIET
    ) as env:
        monkeypatch.setenv("TEMPORAL_ADDRESS", env.client.service_client.config.target_host)
        worker = WorkerProcess(Settings(profile="embedded"))
        async with worker.lifespan(worker.app()):
            async for attempt in AsyncRetrying(stop=stop_after_delay(10), wait=wait_fixed(0.02)):
                with attempt:
                    status, told = await health(worker)
                    assert (status, told["service"]) == (200, "worker"), told
