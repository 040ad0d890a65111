"""The supervisor in the background: started, waited for, asked, and stopped.

The control channel is the file in which the supervisor reports, and signals to it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from deploy.embedded.layout import Layout
from deploy.embedded.stack import is_up, prepare
from deploy.problem import ProblemError, StartFailedError

START_SECONDS = 180
STOP_SECONDS = 60
POLL_SECONDS = 0.1

Report = dict[str, Any]


def installation() -> Layout:
    """The installation of the environment, at the ports where it runs if it does: whoever asks
    need not know where whoever started it moved it."""
    layout = Layout.from_environment()
    said = report(layout) or {}
    return replace(layout, port_base=said.get("port_base", layout.port_base))


def report(layout: Layout) -> Report | None:
    """What the running supervisor says of its parts; None when there is none."""
    return last_report(layout) if is_up(layout) else None


def last_report(layout: Layout) -> Report:
    """What the supervisor said last, though it may have ended since."""
    try:
        said: Report = json.loads((layout.run / "stack.json").read_text())
    except FileNotFoundError:
        return {"parts": {}, "failed": None, "day_seconds": None}
    return said


def start(layout: Layout, only: Sequence[str], waiting: Callable[[Report], None]) -> Report:
    """Start the supervisor in a session of its own and wait until every part is ready;
    `waiting` is shown each report meanwhile. Raises ProblemError before anything was started,
    StartFailedError when a part does not come up; everything is stopped again then."""
    prepare(layout, only)
    (layout.run / "stack.json").unlink(missing_ok=True)
    with (layout.logs / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "deploy.embedded.stack", *only],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                **os.environ,
                "KASANE_DATA_DIR": str(layout.data),
                "KASANE_PORT_BASE": str(layout.port_base),
            },
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = supervisor.poll() is not None
        said = last_report(layout)
        waiting(said)
        if ended or said.get("failed"):
            supervisor.wait()
            raise StartFailedError(said.get("failed") or "supervisor")
        if all_ready(said):
            return said
        time.sleep(POLL_SECONDS)
    slow = [name for name, it in last_report(layout)["parts"].items() if it["state"] != "ready"]
    stop(layout)
    raise StartFailedError(slow[0] if slow else "supervisor")


def stop(layout: Layout) -> bool:
    """Stop everything and wait for it. Returns False if nothing ran. Raises ProblemError if
    the supervisor does not end."""
    if not is_up(layout):
        return False
    supervisor = _signal(layout, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not is_up(layout):
            return True
        time.sleep(POLL_SECONDS)
    raise ProblemError(
        f"監視プロセス {supervisor} が止まりません",
        f"the supervisor (process {supervisor}) does not stop",
    )


def set_clock(layout: Layout, day_seconds: float | None) -> None:
    """Have coordination run on a compressed clock, or on the real one again, and wait until it
    does. Before a start it only notes the wish. Raises StartFailedError."""
    wanted = None if day_seconds is None else f"{day_seconds:g}"
    layout.create()
    if wanted is None:
        layout.clock.unlink(missing_ok=True)
    else:
        layout.clock.write_text(wanted)
    said = report(layout)
    if said is None or said.get("day_seconds") == wanted:
        return
    _signal(layout, signal.SIGHUP)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = report(layout) or {"parts": {}}
        if said.get("day_seconds") == wanted and all_ready(said):
            return
        time.sleep(POLL_SECONDS)
    raise StartFailedError("coordination")


def _signal(layout: Layout, number: signal.Signals) -> int:
    """Send the running supervisor a signal. Returns its pid, which it tells as soon as it has
    begun. Raises ProblemError if it never does."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if pid := last_report(layout).get("supervisor"):
            os.kill(pid, number)
            return int(pid)
        time.sleep(POLL_SECONDS)
    raise ProblemError("監視プロセスが応答しません", "the supervisor does not answer")


def all_ready(said: Report) -> bool:
    parts = said["parts"].values()
    return bool(parts) and all(part["state"] == "ready" for part in parts)
