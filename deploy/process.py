"""Runs one process of the product by its settings alone: a service, the worker, a page.

Kept apart from the command line so that the processes of the stack carry none of its weight.
"""

import asyncio
import importlib
import sys
from collections.abc import Mapping

from chassis.settings import Settings

APPLICATIONS: Mapping[str, str] = {
    "intake": "services.intake.app",
    "coordination": "services.coordination.app",
    "participation": "services.participation.app",
    "indicators": "services.indicators.app",
    "traces": "deploy.embedded.traces.app",
    "issuer": "deploy.embedded.issuer.app",
}
"""Module of each web application; it offers `create_app(settings)`."""

NAMES = (*APPLICATIONS, "worker", "migrate")

GRACE_SECONDS = 5
"""How long open requests may take to end after SIGTERM."""


def run_process(name: str) -> None:
    """Run until SIGTERM. Raises KeyError for an unknown name, ValueError for bad settings."""
    settings = Settings()
    if name == "worker":
        worker = importlib.import_module("workflows.worker")
        asyncio.run(worker.run(settings))
    elif name == "migrate":
        from chassis.migrate import migrate_all

        migrate_all(settings)
    else:
        import uvicorn

        application = importlib.import_module(APPLICATIONS[name]).create_app(settings)
        uvicorn.run(
            application,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


if __name__ == "__main__":
    run_process(sys.argv[1])
