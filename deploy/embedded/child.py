"""One child process: started tethered in a group of its own, logged, found again, stopped."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import anyio
import psutil

from deploy.embedded.part import Part
from deploy.embedded.tether import tether

LOG_LIMIT = 5_000_000
"""Bytes after which a log is set aside as `NAME.log.1`, taking the place of an older one."""


async def start(part: Part, logs: Path, run: Path) -> asyncio.subprocess.Process:
    """Start a part's process and note its pid. Raises OSError if it cannot be executed."""
    with (logs / f"{part.name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *part.command,
            cwd=part.directory,
            env=dict(part.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
            preexec_fn=tether(part.death_signal),
            **(part.account.identity() if part.account else {}),
        )
    with contextlib.suppress(psutil.NoSuchProcess):
        birth = psutil.Process(process.pid).create_time()
        (run / f"{part.name}.pid").write_text(f"{process.pid} {birth}")
    return process


async def stop(process: asyncio.subprocess.Process, part: Part) -> None:
    """Ask the process to end; kill its whole group if it has not in time."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(part.stop_signal)
    with anyio.move_on_after(part.stop_seconds):
        await process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def end_leftovers(run: Path) -> list[str]:
    """Kill what an earlier supervisor left behind. Returns the names of the parts it found."""
    found = []
    for file in run.glob("*.pid"):
        if (pid := _alive(file)) is not None:
            found.append(file.stem)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(psutil.Error):
                psutil.Process(pid).wait(timeout=5)
        file.unlink()
    return found


def _alive(file: Path) -> int | None:
    """The pid in the file, if that very process (and not a later one) still runs."""
    pid, _, birth = file.read_text().partition(" ")
    try:
        if abs(psutil.Process(int(pid)).create_time() - float(birth)) < 0.1:
            return int(pid)
    except (psutil.NoSuchProcess, ValueError):
        pass
    return None


def trim_logs(logs: Path, limit: int = LOG_LIMIT) -> None:
    """Set aside every log over the limit. The file is emptied in place because its process
    keeps appending to it."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > limit:
            (logs / f"{log.name}.1").write_bytes(log.read_bytes()[-limit:])
            os.truncate(log, 0)
