"""The real parts that are not ours, under the supervisor: PostgreSQL, Temporal, broker, Caddy."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from tenacity import retry, stop_after_delay, wait_fixed

from deploy.embedded.broker import GENERATION_TOPIC, PARTITIONS, TOPICS
from deploy.embedded.layout import PORTS, Layout
from deploy.embedded.probes import is_free
from deploy.embedded.secrets import ADMINISTRATOR, ensure_secrets

pytestmark = pytest.mark.integration

PARTS = "postgres,broker,temporal,caddy,issuer"
eventually = retry(stop=stop_after_delay(20), wait=wait_fixed(0.05), reraise=True)


@dataclass
class Installation:
    layout: Layout

    def kasane(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.layout.data.parent),
                "KASANE_DATA_DIR": str(self.layout.data),
                "KASANE_PORT_BASE": str(self.layout.port_base),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    def up(self) -> None:
        started = self.kasane("up", "--only", PARTS)
        assert started.returncode == 0, started.stderr + started.stdout

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.layout.run / "stack.json").read_text())
        return report

    def kill(self, name: str) -> None:
        """Kill a part and wait until it is ready again."""
        before = self.report()["parts"][name]["pid"]
        os.kill(before, signal.SIGKILL)

        @eventually
        def back() -> None:
            part = self.report()["parts"][name]
            assert part["state"] == "ready"
            assert part["pid"] != before

        back()

    def database_url(self) -> str:
        return ensure_secrets(self.layout).database_url(self.layout, ADMINISTRATOR)


def free_block() -> int:
    """A port base whose whole block is free."""
    runner = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])  # each has its own stretch
    for base in range(21_000 + 3_000 * runner, 24_000 + 3_000 * runner, 50):
        if all(is_free(base + offset) for offset in PORTS.values()):
            return base
    raise OSError("no free block of ports")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    stack = Installation(Layout(tmp_path_factory.mktemp("stack") / "data", free_block()))
    stack.up()
    yield stack
    stack.kasane("down")
    assert stack.kasane("clean").returncode == 0
    assert not stack.layout.data.exists()
    assert all(is_free(stack.layout.port_base + offset) for offset in PORTS.values())


async def generation(installation: Installation) -> str:
    """What a relay reads from the marker topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=installation.layout.address("broker"))
    await consumer.start()
    try:
        marker = TopicPartition(GENERATION_TOPIC, 0)
        consumer.assign([marker])
        await consumer.seek_to_beginning(marker)
        message = await consumer.getone()
        return str(message.value.decode())
    finally:
        await consumer.stop()


def test_every_listener_is_on_loopback(installation: Installation) -> None:
    supervisor = psutil.Process(installation.report()["supervisor"])
    family = [supervisor, *supervisor.children(recursive=True)]
    listening = [
        connection.laddr
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert installation.layout.port("postgres") in {address.port for address in listening}


async def test_the_database_lets_nobody_in_without_its_password(installation: Installation) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host="127.0.0.1",
            port=installation.layout.port("postgres"),
            user=ADMINISTRATOR,
            password="guess",
            database="kasane",
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the database another account")
def test_under_root_the_database_runs_as_somebody_without_a_name(
    installation: Installation,
) -> None:
    server = psutil.Process(installation.report()["parts"]["postgres"]["pid"])
    assert server.uids().effective != 0
    with pytest.raises(KeyError):
        __import__("pwd").getpwuid(server.uids().effective)


async def test_what_was_committed_survives_a_killed_database(installation: Installation) -> None:
    connection = await asyncpg.connect(installation.database_url())
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    installation.kill("postgres")
    connection = await asyncpg.connect(installation.database_url())
    assert await connection.fetchval("SELECT n FROM kept") == 7
    await connection.close()


async def test_a_killed_broker_comes_back_with_its_topics_and_a_new_generation(
    installation: Installation,
) -> None:
    before = await generation(installation)
    installation.kill("broker")
    assert await generation(installation) != before
    consumer = AIOKafkaConsumer(bootstrap_servers=installation.layout.address("broker"))
    await consumer.start()
    try:
        assert {*TOPICS, GENERATION_TOPIC} <= await consumer.topics()
        for topic in TOPICS:
            assert consumer.partitions_for_topic(topic) == set(range(PARTITIONS))
    finally:
        await consumer.stop()


@pytest.mark.parametrize("part", ["temporal", "caddy", "issuer"])
def test_a_killed_part_comes_back_by_itself(installation: Installation, part: str) -> None:
    installation.kill(part)
    assert installation.kasane("status").returncode == 0


def test_status_tells_version_address_and_backlog(installation: Installation) -> None:
    told = json.loads(installation.kasane("status", "--json").stdout)
    parts = {part["name"]: part for part in told["parts"]}
    assert set(parts) == set(PARTS.split(","))
    assert all(part["healthy"] and part["version"] and part["address"] for part in parts.values())
    assert parts["postgres"]["version"].startswith("18.")
    assert parts["temporal"]["backlog"] == {"workflow_tasks": 0, "activity_tasks": 0}


def test_workflow_histories_are_kept_for_ten_years(installation: Installation) -> None:
    from deploy.embedded.temporal import program

    ask = [program(), "operator", "namespace", "describe", "-n", "default", "-o", "json"]
    described = subprocess.run(
        [*ask, "--address", installation.layout.address("temporal")],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(installation.layout.data.parent)},
    )
    kept = json.loads(described.stdout)["config"]["workflowExecutionRetentionTtl"]
    assert kept == f"{87_600 * 3600}s"


def test_a_second_up_only_shows_where_everything_is(installation: Installation) -> None:
    before = installation.report()["supervisor"]
    again = installation.kasane("up")
    assert again.returncode == 0
    assert "already up" in again.stdout
    assert installation.layout.public_url in again.stdout
    assert installation.report()["supervisor"] == before


async def test_data_survives_down_and_a_killed_supervisor(installation: Installation) -> None:
    connection = await asyncpg.connect(installation.database_url())
    await connection.execute("CREATE TABLE survivor (n int)")
    await connection.close()
    assert installation.kasane("down").returncode == 0
    installation.up()
    os.kill(installation.report()["supervisor"], signal.SIGKILL)

    @eventually
    def nothing_is_left() -> None:
        for listener in ("postgres", "broker", "temporal", "caddy"):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", installation.layout.port(listener))) != 0

    nothing_is_left()
    installation.up()
    connection = await asyncpg.connect(installation.database_url())
    assert await connection.fetchval("SELECT count(*) FROM survivor") == 0
    await connection.close()
