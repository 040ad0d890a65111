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
from typing import Any

from deploy.embedded.layout import Layout
from deploy.embedded.stack import is_up, prepare
from deploy.problem import ProblemError

START_SECONDS = 180
STOP_SECONDS = 60
POLL_SECONDS = 0.1

Report = dict[str, Any]


class StartFailedError(Exception):
    """The stack came up only in part; `part` is what stood in the way."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def report(layout: Layout) -> Report | None:
    """What the running supervisor says of its parts; None when there is none."""
    if not is_up(layout):
        return None
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
    said: Report = {"parts": {}, "failed": None}
    while time.monotonic() < deadline:
        ended = supervisor.poll() is not None
        said = report(layout) or said
        waiting(said)
        if ended or said.get("failed"):
            supervisor.wait()
            raise StartFailedError(said.get("failed") or "supervisor")
        if all_ready(said):
            return said
        time.sleep(POLL_SECONDS)
    slow = [name for name, part in said["parts"].items() if part["state"] != "ready"]
    stop(layout)
    raise StartFailedError(slow[0] if slow else "supervisor")


def stop(layout: Layout) -> bool:
    """Stop everything and wait for it. Returns False if nothing ran. Raises ProblemError if
    the supervisor does not end."""
    said = report(layout)
    if said is None:
        return False
    os.kill(said["supervisor"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not is_up(layout):
            return True
        time.sleep(POLL_SECONDS)
    raise ProblemError(
        f"監視プロセス {said['supervisor']} が止まりません",
        f"the supervisor (process {said['supervisor']}) does not stop",
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
    os.kill(said["supervisor"], signal.SIGHUP)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = report(layout) or {"parts": {}}
        if said.get("day_seconds") == wanted and all_ready(said):
            return
        time.sleep(POLL_SECONDS)
    raise StartFailedError("coordination")


def all_ready(said: Report) -> bool:
    parts = said["parts"].values()
    return bool(parts) and all(part["state"] == "ready" for part in parts)
