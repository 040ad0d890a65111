"""The supervisor with tiny children: order, restarts, back-off, ends, and no orphan."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from deploy.embedded.child import end_leftovers, trim_logs
from deploy.embedded.part import Part
from deploy.embedded.supervisor import Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
QUIT = (sys.executable, "-c", "raise SystemExit(7)")

eventually = retry(stop=stop_after_delay(15), wait=wait_fixed(0.02), reraise=True)


async def immediately() -> bool:
    return True


def part(name: str, command: tuple[str, ...] = SLEEP, **more: Any) -> Part:
    more.setdefault("ready", immediately)
    return Part(name, command, Path("/"), environment={"PATH": os.environ["PATH"]}, **more)


@dataclass
class Stack:
    """A supervisor running in this test, and its report."""

    supervisor: Supervisor
    plan: list[Part] = field(default_factory=list)

    def parts(self) -> dict[str, Any]:
        text = (self.supervisor.run_files / "stack.json").read_text()
        parts: dict[str, Any] = json.loads(text)["parts"]
        return parts

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        @eventually
        async def look() -> dict[str, Any]:
            parts = self.parts()
            assert holds(parts), parts
            return parts

        return await look()


def all_ready(parts: dict[str, Any]) -> bool:
    return all(it["state"] == "ready" for it in parts.values())


@contextlib.asynccontextmanager
async def running(tmp_path: Path, *parts: Part) -> AsyncIterator[Stack]:
    plan = list(parts)
    before = {it.pid for it in psutil.Process().children()}
    supervisor = Supervisor(lambda: plan, logs=tmp_path, run=tmp_path)
    task = asyncio.create_task(supervisor.run())
    try:
        yield Stack(supervisor, plan)
    finally:
        supervisor.stopping.set()
        await asyncio.wait_for(task, 20)
    assert not {it.pid for it in psutil.Process().children()} - before


async def test_a_part_starts_when_those_before_it_are_ready_and_settled(tmp_path: Path) -> None:
    steps: list[str] = []

    async def settle() -> None:
        steps.append("first settled")

    async def ready() -> bool:
        steps.append("second asked")
        return True

    second = part("second", ready=ready, after=frozenset({"first"}))
    async with running(tmp_path, second, part("first", settle=settle)) as stack:
        await stack.until(all_ready)
    assert steps == ["first settled", "second asked"]


async def test_a_killed_part_is_back_within_two_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, part("one"), part("other")) as stack:
        before = await stack.until(all_ready)
        os.kill(before["one"]["pid"], signal.SIGKILL)
        with anyio.fail_after(2):
            after = await stack.until(lambda it: all_ready(it) and it["one"]["restarts"] == 1)
        assert after["one"]["pid"] != before["one"]["pid"]
        assert after["other"]["pid"] == before["other"]["pid"]


async def test_a_part_is_settled_again_after_every_start(tmp_path: Path) -> None:
    settled: list[int] = []

    async def settle() -> None:
        settled.append(len(settled))

    async with running(tmp_path, part("one", settle=settle)) as stack:
        parts = await stack.until(all_ready)
        os.kill(parts["one"]["pid"], signal.SIGKILL)
        await stack.until(lambda it: all_ready(it) and it["one"]["restarts"] == 1)
    assert settled == [0, 1]


async def test_a_part_that_cannot_start_ends_the_start_and_is_named(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    supervisor = Supervisor(
        lambda: [part("good"), part("bad", QUIT, ready=never)], logs=tmp_path, run=tmp_path
    )
    await asyncio.wait_for(supervisor.run(), 20)
    assert supervisor.failed == "bad"
    report = json.loads((tmp_path / "stack.json").read_text())
    assert {name: it["state"] for name, it in report["parts"].items()} == {
        "good": "stopped",
        "bad": "failed",
    }


async def test_once_everything_was_ready_a_failing_part_is_tried_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.embedded.supervisor.BACK_OFF", (0.01,))
    flag = tmp_path / "broken"
    script = (
        "import pathlib, time\n"
        f"if pathlib.Path({str(flag)!r}).exists(): raise SystemExit(1)\n"
        "time.sleep(600)"
    )

    async def whole() -> bool:
        return not flag.exists()

    async with running(tmp_path, part("one", (sys.executable, "-c", script), ready=whole)) as stack:
        parts = await stack.until(all_ready)
        flag.touch()
        os.kill(parts["one"]["pid"], signal.SIGKILL)
        await stack.until(lambda it: it["one"]["restarts"] > 4)
        flag.unlink()
        await stack.until(all_ready)


async def test_a_job_runs_once_and_holds_back_what_comes_after_it(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    job = part("job", ("/bin/sh", "-c", f"echo ran >> {trace}"), ready=None)
    async with running(tmp_path, job, part("later", after=frozenset({"job"}))) as stack:
        await stack.until(all_ready)
        assert trace.read_text() == "ran\n"


async def test_a_part_whose_settings_changed_is_started_afresh_and_no_other(tmp_path: Path) -> None:
    async with running(tmp_path, part("one"), part("other")) as stack:
        before = await stack.until(all_ready)
        clocked = Part("one", SLEEP, Path("/"), immediately, {"KASANE_DAY_SECONDS": "1"})
        stack.plan[0] = clocked
        os.kill(os.getpid(), signal.SIGHUP)
        after = await stack.until(
            lambda it: all_ready(it) and it["one"]["pid"] != before["one"]["pid"]
        )
        assert after["other"]["pid"] == before["other"]["pid"]
        environment = psutil.Process(after["one"]["pid"]).environ()
        assert environment["KASANE_DAY_SECONDS"] == "1"


async def test_a_part_that_asks_to_be_recycled_is_started_afresh(tmp_path: Path) -> None:
    full = anyio.Event()

    async def watch() -> None:
        nonlocal full
        await full.wait()
        full = anyio.Event()

    async with running(tmp_path, part("one", watch=watch)) as stack:
        await stack.until(all_ready)
        full.set()
        await stack.until(lambda it: all_ready(it) and it["one"]["restarts"] == 1)


async def test_a_part_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(tmp_path / 'deaf')!r}, 'w').close()\n"
        "time.sleep(600)"
    )

    async def deaf() -> bool:
        return (tmp_path / "deaf").exists()

    deaf_part = part("one", (sys.executable, "-c", script), ready=deaf, stop_seconds=0.2)
    async with running(tmp_path, deaf_part) as stack:
        await stack.until(all_ready)


async def test_parts_stop_before_those_they_need(tmp_path: Path) -> None:
    trace = tmp_path / "stopped"

    def noting(name: str) -> tuple[str, ...]:
        script = (
            "import signal, sys, time\n"
            f"note = lambda *_: (open({str(trace)!r}, 'a').write({name!r}), sys.exit())\n"
            "signal.signal(signal.SIGTERM, note)\n"
            f"open({str(tmp_path / name)!r}, 'w').close()\n"
            "time.sleep(600)"
        )
        return (sys.executable, "-c", script)

    def up(name: str) -> Any:
        async def ready() -> bool:
            return (tmp_path / name).exists()

        return ready

    database = part("d", noting("d"), ready=up("d"))
    service = part("s", noting("s"), ready=up("s"), after=frozenset({"d"}))
    async with running(tmp_path, database, service) as stack:
        await stack.until(all_ready)
    assert trace.read_text() == "sd"


SUPERVISING = """
import asyncio, pathlib, sys
from deploy.embedded.part import Part
from deploy.embedded.supervisor import Supervisor
async def ready(): return True
home = pathlib.Path(sys.argv[1])
part = Part("one", ("/bin/sleep", "600"), home, ready)
asyncio.run(Supervisor(lambda: [part], logs=home, run=home).run())
"""


@eventually
def pid_of_one(home: Path) -> int:
    return int((home / "one.pid").read_text().split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel tells of a dead parent")
def test_no_part_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISING, str(tmp_path)])
    pid = pid_of_one(tmp_path)
    supervisor.kill()
    supervisor.wait()

    @eventually
    def gone() -> None:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    gone()


def test_leftovers_are_ended_by_their_pid_files_and_strangers_are_not(tmp_path: Path) -> None:
    left = subprocess.Popen(["/bin/sleep", "600"], process_group=0)
    stranger = subprocess.Popen(["/bin/sleep", "600"], process_group=0)
    try:
        birth = psutil.Process(left.pid).create_time()
        (tmp_path / "left.pid").write_text(f"{left.pid} {birth}")
        (tmp_path / "reused.pid").write_text(f"{stranger.pid} {birth - 1000}")
        assert end_leftovers(tmp_path) == ["left"]
        assert left.wait(5) is not None
        assert stranger.poll() is None
        assert not list(tmp_path.glob("*.pid"))
    finally:
        for process in (left, stranger):
            process.kill()
            process.wait()


def test_a_long_log_is_set_aside_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    with (tmp_path / "one.log").open("ab", buffering=0) as log:
        log.write(b"old line\n" * 10)
        trim_logs(tmp_path, limit=50)
        log.write(b"new line\n")
    assert (tmp_path / "one.log").read_bytes() == b"new line\n"
    assert (tmp_path / "one.log.1").read_bytes().endswith(b"old line\n")
