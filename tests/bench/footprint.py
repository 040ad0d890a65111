"""How long the stack takes to start and what it costs at rest: `python -m tests.bench.footprint`.

Prints the start of the whole stack beside the start of the third-party parts alone (PostgreSQL,
Temporal, broker, front door), run in the same minute, and the ratio of the two; then memory (PSS,
shared pages counted once) and processor time of the idle stack over a minute.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from deploy.embedded import daemon
from deploy.embedded.layout import Layout

PORT_BASE = int(os.environ.get("KASANE_PORT_BASE", "19700"))
SETTLE_SECONDS = 15
WATCHED_SECONDS = 60
BASELINE = ("postgres", "temporal", "broker", "caddy")
RUNS = 3


def started(data: Path, only: tuple[str, ...]) -> tuple[Layout, float]:
    """Start, and the seconds until everything was ready."""
    layout = Layout(data, PORT_BASE)
    layout.create()
    began = time.monotonic()
    daemon.start(layout, only, lambda _: None)
    return layout, time.monotonic() - began


def processes(layout: Layout) -> list[psutil.Process]:
    """The supervisor and everything below it."""
    said = daemon.report(layout)
    if said is None:
        raise RuntimeError("the stack is not up")
    supervisor = psutil.Process(said["supervisor"])
    return [supervisor, *supervisor.children(recursive=True)]


def memory_mb(running: list[psutil.Process]) -> float:
    return sum(process.memory_full_info().pss for process in running) / 2**20


def cpu_seconds(running: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in running if process.is_running())


def main() -> int:
    say = sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        ratios = []
        for run in range(RUNS):
            layout, baseline = started(Path(folder) / f"baseline-{run}", BASELINE)
            daemon.stop(layout)
            layout, whole = started(Path(folder) / f"whole-{run}", ())
            ratios.append(whole / baseline)
            say(f"start: whole {whole:.1f} s, third-party parts {baseline:.1f} s\n")
            if run < RUNS - 1:
                daemon.stop(layout)
        say(f"start, whole : third-party parts: {sorted(ratios)[RUNS // 2]:.1f} (median)\n")
        time.sleep(SETTLE_SECONDS)
        running = processes(layout)
        before, began = cpu_seconds(running), time.monotonic()
        time.sleep(WATCHED_SECONDS)
        share = (cpu_seconds(running) - before) / (time.monotonic() - began)
        say(f"idle memory: {memory_mb(running):.0f} MB (PSS)\n")
        say(f"idle processor: {share:.1%} of one core\n")
        for process in sorted(running, key=lambda one: -one.memory_full_info().pss)[:12]:
            pss = process.memory_full_info().pss / 2**20
            say(f"  {pss:6.0f} MB  {' '.join(process.cmdline())[-70:]}\n")
        daemon.stop(layout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
