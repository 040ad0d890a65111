"""Starts the parts in order, keeps them running, and stops them in the opposite order."""

import asyncio
import json
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import anyio

from deploy.embedded import child
from deploy.embedded.part import Part

log = logging.getLogger("kasane.supervisor")

BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a restart. A part that had become ready begins again with the first."""

FIRST_START_ATTEMPTS = 4
"""A part that dies this often before the stack was ever ready ends the start."""

PROBE_SECONDS = 0.1
HOUSEKEEPING_SECONDS = 5


class State(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPED = "stopped"
    FAILED = "failed"


async def first(*waits: Callable[[], Awaitable[Any]]) -> int:
    """Wait for whichever comes first; the others are cancelled. Returns its position."""
    winner = -1
    async with anyio.create_task_group() as group:

        async def run(position: int, wait: Callable[[], Awaitable[Any]]) -> None:
            nonlocal winner
            await wait()
            if winner < 0:
                winner = position
            group.cancel_scope.cancel()

        for position, wait in enumerate(waits):
            group.start_soon(run, position, wait)
    return winner


class Keeper:
    """Keeps one part running."""

    def __init__(self, part: Part, supervisor: "Supervisor") -> None:
        self.part = part
        self.supervisor = supervisor
        self.state = State.WAITING
        self.pid: int | None = None
        self.restarts = 0
        self.failures = 0
        """Lives in a row that ended before the part was ready."""
        self.ready = anyio.Event()
        self.ended = anyio.Event()
        self.restart = anyio.Event()

    async def run(self) -> None:
        try:
            stopped = await first(self.supervisor.stopping.wait, self._may_start) == 0
            while not stopped:
                stopped = await self._live_once()
        finally:
            self.pid = None
            if self.state is not State.FAILED:
                self._enter(State.STOPPED)
            self.ended.set()

    async def _may_start(self) -> None:
        for name in self.part.after:
            if name in self.supervisor.keepers:
                await self.supervisor.keepers[name].ready.wait()

    async def _live_once(self) -> bool:
        """One life of the process. Returns whether it was the last."""
        self.restart = anyio.Event()
        self._enter(State.STARTING)
        try:
            process = await child.start(self.part, self.supervisor.logs, self.supervisor.run_files)
        except OSError as error:
            return await self._pause(f"cannot be executed ({error})")
        self.pid = process.pid
        end = await first(process.wait, self._may_stop, self.restart.wait, self._become_ready)
        await child.stop(process, self.part)
        self.pid = None
        if end == 1:
            return True
        if self.part.ready is None and process.returncode == 0:
            self._enter(State.READY)
            self.ready.set()
            await self._may_stop()
            return True
        if end == 2:
            self.failures = 0
            return False
        return await self._pause(f"exit {process.returncode}" if end == 0 else "to start afresh")

    async def _become_ready(self) -> None:
        """Returns only when the part is to be started afresh."""
        part = self.part
        if part.ready is None:
            await anyio.sleep_forever()
            return
        try:
            with anyio.fail_after(part.start_seconds):
                while not await part.ready():  # noqa: ASYNC110 - it can only be asked
                    await anyio.sleep(PROBE_SECONDS)
                if part.settle:
                    await part.settle()
            self.failures = 0
            self._enter(State.READY)
            self.ready.set()
            await (part.watch or anyio.sleep_forever)()
        except Exception as error:
            log.warning("%s: %s: %s", part.name, type(error).__name__, error)

    async def _may_stop(self) -> None:
        await self.supervisor.stopping.wait()
        for keeper in self.supervisor.keepers.values():
            if self.part.name in keeper.part.after:
                await keeper.ended.wait()

    async def _pause(self, reason: str) -> bool:
        """Wait before the next life. Returns whether there will be none."""
        self.restarts += 1
        seconds = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        log.warning("%s: %s, starting again in %.1f s", self.part.name, reason, seconds)
        self._enter(State.RESTARTING)
        self.failures += 1
        if self.failures >= FIRST_START_ATTEMPTS and not self.supervisor.was_ready:
            self._enter(State.FAILED)
            self.supervisor.fail(self.part.name)
            return True
        return await first(self.supervisor.stopping.wait, lambda: anyio.sleep(seconds)) == 0

    def _enter(self, state: State) -> None:
        self.state = state
        self.supervisor.report()


class Supervisor:
    """All the parts of one stack. What it knows is in `run`/stack.json at any time."""

    def __init__(
        self,
        plan: Callable[[], Sequence[Part]],
        *,
        logs: Path,
        run: Path,
        facts: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        """`plan` gives the parts, and is asked again on SIGHUP: parts whose environment has
        changed are then started afresh. `facts` are added to the report."""
        self.plan = plan
        self.logs = logs
        self.run_files = run
        self.facts = facts
        self.stopping = anyio.Event()
        self.was_ready = False
        self.failed: str | None = None
        self.keepers = {part.name: Keeper(part, self) for part in plan()}

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until the start has failed."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen)
            group.start_soon(self._keep_house)
            async with anyio.create_task_group() as parts:
                for keeper in self.keepers.values():
                    parts.start_soon(keeper.run)
            group.cancel_scope.cancel()
        self.report()

    def fail(self, name: str) -> None:
        """Give up the start because of a part."""
        self.failed = self.failed or name
        log.error("%s does not start; see its log", name)
        self.stopping.set()

    def report(self) -> None:
        """Write the state of every part for the command line to read."""
        if all(keeper.state is State.READY for keeper in self.keepers.values()):
            if not self.was_ready:
                log.info("everything is ready")
            self.was_ready = True
        state = {
            **self.facts(),
            "failed": self.failed,
            "stopping": self.stopping.is_set(),
            "parts": {
                name: {"state": keeper.state, "pid": keeper.pid, "restarts": keeper.restarts}
                for name, keeper in self.keepers.items()
            },
        }
        draft = self.run_files / "stack.draft"
        draft.write_text(json.dumps(state, indent=1))
        draft.replace(self.run_files / "stack.json")

    async def _listen(self) -> None:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            async for number in signals:
                if number is signal.SIGHUP:
                    self._replan()
                else:
                    log.info("stopping")
                    self.stopping.set()

    def _replan(self) -> None:
        for part in self.plan():
            keeper = self.keepers[part.name]
            if part.environment != keeper.part.environment:
                log.info("%s: its settings changed", part.name)
                keeper.part = part
                keeper.state = State.RESTARTING
                keeper.restart.set()
        self.report()

    async def _keep_house(self) -> None:
        while True:
            child.trim_logs(self.logs)
            await anyio.sleep(HOUSEKEEPING_SECONDS)


def run_supervisor(supervisor: Supervisor) -> None:
    """Run in the main thread, so that children are tethered to the process and not to a thread."""
    asyncio.run(supervisor.run())
