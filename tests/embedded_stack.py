"""The real embedded stack for tests: its own data, its own ports, gone without a trace after."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from deploy.embedded import daemon
from deploy.embedded.layout import PORTS, Layout
from simulation.demo import cast_of
from simulation.stage import Cast

DAY_SECONDS = 0.3
FIRST_PORT, LAST_PORT, PORTS_EACH = 18600, 19600, 20


@dataclass(frozen=True)
class Stack:
    """A running stack, as its users and its operators see it."""

    layout: Layout

    @property
    def public_url(self) -> str:
        return self.layout.public_url

    @property
    def logins(self) -> dict[str, str]:
        """Passwords of the demo users by user name."""
        users = json.loads(self.layout.users.read_text("utf-8"))
        return {name: user["password"] for name, user in users.items()}

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which `kasane` finds this stack, and the players find their cast."""
        return {
            "KASANE_DATA_DIR": str(self.layout.data),
            "KASANE_PORT_BASE": str(self.layout.port_base),
            "KASANE_PUBLIC_URL": self.layout.public_url,
            "KASANE_DAY_SECONDS": str(DAY_SECONDS),
            "KASANE_DEMO_CLIENTS": str(self.layout.clients),
            "KASANE_DEMO_USERS": str(self.layout.users),
        }

    def kasane(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line against this stack."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def pid(self, part: str) -> int:
        said = daemon.report(self.layout)
        assert said is not None
        return int(said["parts"][part]["pid"])

    def kill(self, part: str) -> None:
        """kill -9, as power failures and out-of-memory killers do."""
        os.kill(self.pid(part), signal.SIGKILL)

    def wait_until_ready_again(self, part: str, killed: int) -> None:
        """Return when the part runs as another process and everything is ready."""

        @retry(
            retry=retry_if_result(lambda ready: not ready),
            stop=stop_after_delay(60),
            wait=wait_fixed(0.2),
        )
        def ready() -> bool:
            said = daemon.report(self.layout)
            return (
                said is not None
                and said["parts"][part]["pid"] not in (None, killed)
                and daemon.all_ready(said)
            )

        ready()

    def status(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.kasane("status", "--json").stdout)
        return shown


def _free_port_base() -> int:
    for base in range(FIRST_PORT + os.getpid() % 20 * PORTS_EACH, LAST_PORT, PORTS_EACH):
        with contextlib.suppress(OSError):
            for offset in PORTS.values():
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
            return base
    raise RuntimeError("no block of ports is free")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack on a compressed clock. Nothing of it is left afterwards."""
    data: Path = tmp_path_factory.mktemp("stack") / "data"
    running = Stack(Layout(data, _free_port_base()))
    daemon.set_clock(running.layout, DAY_SECONDS)
    try:
        daemon.start(running.layout, [], lambda _: None)
        yield running
    finally:
        daemon.stop(running.layout)
    left = [
        process.pid
        for process in psutil.process_iter()
        if str(data) in " ".join(_command_line(process))
    ]
    assert left == [], "processes of the stack are left"


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture(scope="session")
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The front door, without a login."""
    async with httpx.AsyncClient(base_url=stack.public_url, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
async def cast(stack: Stack, http: httpx.AsyncClient) -> Cast:
    """Everybody who plays, logged in."""
    return await cast_of(http, stack.environment)
