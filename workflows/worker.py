"""The workflow worker: one process that walks the lives, and says whether it is well.

It has no database and no consumer. A server that is down is waited for, and a worker that fails
is started again; meanwhile the health page says so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from temporalio.client import Client
from temporalio.worker import Worker

from chassis.settings import Settings
from chassis.telemetry import log
from chassis.temporal import connect_patiently
from contracts.cases import WORKFLOW_QUEUE
from workflows import policies
from workflows.age_transition import HandoverWorkflow
from workflows.case import CaseWorkflow
from workflows.errand import ErrandWorkflow
from workflows.fiscal_year import FiscalYearWorkflow
from workflows.meeting import MeetingWorkflow
from workflows.outreach import OutreachWorkflow
from workflows.placement import PlacementWorkflow
from workflows.plan import PlanWorkflow
from workflows.referral import ReferralWorkflow
from workflows.sandbox import RUNNER
from workflows.transfer import TransferWorkflow

CASEWORK = [
    CaseWorkflow,
    MeetingWorkflow,
    PlanWorkflow,
    OutreachWorkflow,
    ReferralWorkflow,
    PlacementWorkflow,
    HandoverWorkflow,
    ErrandWorkflow,
    TransferWorkflow,
]
"""One for each life of `contracts.life.LIVES`."""

WORKFLOWS = [*CASEWORK, FiscalYearWorkflow]

CACHED_WORKFLOWS = 500
"""Lives kept in memory; any other is replayed from its history when something happens to it."""


async def run(settings: Settings) -> None:
    """Work until SIGTERM; what is running then may finish."""
    worker = WorkerProcess(settings)
    config = uvicorn.Config(
        worker.app(), host=settings.host, port=settings.port, log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve()


class WorkerProcess:
    """The worker, and the page that tells of it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client: Client | None = None
        self.polling = "starting"

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None, lifespan=self.lifespan)
        app.add_api_route("/health/live", lambda: {"service": "worker"})
        app.add_api_route("/health/ready", self.ready)
        return app

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(self.work_for_ever())
        try:
            yield
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def work_for_ever(self) -> None:
        while True:
            try:
                await self.work()
            except Exception as error:
                self.polling = type(error).__name__
                log.warning("the worker failed and starts again", error=self.polling)
            await asyncio.sleep(policies.RESTART_PAUSE.total_seconds())

    async def work(self) -> None:
        self.client = await connect_patiently(self.settings)
        worker = Worker(
            self.client,
            task_queue=WORKFLOW_QUEUE,
            workflows=WORKFLOWS,
            workflow_runner=RUNNER,
            max_cached_workflows=CACHED_WORKFLOWS,
            sticky_queue_schedule_to_start_timeout=policies.STICKY_TIMEOUT,
            graceful_shutdown_timeout=policies.SHUTDOWN_GRACE,
        )
        self.polling = "ok"
        log.info("the worker polls", workflows=len(WORKFLOWS))
        await worker.run()

    async def ready(self) -> JSONResponse:
        checks = {"worker": self.polling, "temporal": await self.reach(policies.HEALTH_PATIENCE)}
        well = all(check == "ok" for check in checks.values())
        body = {"service": "worker", "version": version("kasane"), "checks": checks}
        return JSONResponse(body, status_code=200 if well else 503)

    async def reach(self, patience: timedelta) -> str:
        """`ok` if the server answers in time, or else what is wrong."""
        if self.client is None:
            return "connecting"
        try:
            await self.client.service_client.check_health(timeout=patience)
        except Exception as error:
            return type(error).__name__
        return "ok"
