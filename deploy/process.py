"""Runs one process of the product by its settings alone: a service, the worker, a page.

Kept apart from the command line so that the processes of the stack carry none of its weight.
"""

import asyncio
import gc
import importlib
import sys
from collections.abc import Mapping

from pydantic import ValidationError

from chassis import telemetry
from chassis.settings import Settings
from deploy.problem import ProblemError

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
    """Run until SIGTERM. Raises KeyError for an unknown name, ProblemError for bad settings."""
    settings = read_settings()
    telemetry.setup(name)
    if name == "worker":
        worker = importlib.import_module("workflows.worker")
        _keep_what_is_loaded()
        asyncio.run(worker.run(settings))
    elif name == "migrate":
        from chassis.migrate import migrate_all

        migrate_all(settings)
    else:
        import uvicorn

        application = importlib.import_module(APPLICATIONS[name]).create_app(settings)
        _keep_what_is_loaded()
        uvicorn.run(
            application,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


def _keep_what_is_loaded() -> None:
    """Leave the modules and models out of every later collection of garbage: they stay anyhow, and
    going through them is a fifth of the work while a file of lines is read."""
    gc.collect()
    gc.freeze()


def read_settings() -> Settings:
    """The settings of this process. Raises ProblemError naming what is wrong with them, but
    never what they hold."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc']))} {each['msg']}".strip()
            for each in error.errors(include_input=False, include_url=False)
        )
        raise ProblemError(f"設定に誤りがあります: {wrong}", f"wrong settings: {wrong}") from None


if __name__ == "__main__":
    try:
        run_process(sys.argv[1])
    except ProblemError as problem:
        sys.exit(f"kasane: {problem}")
