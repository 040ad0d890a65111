"""How fast casework is: `python -m tests.bench.casework`.

- An approval through the API until the next task is visible, with 500 and with 5,000 open cases,
  beside a bare update-and-activity round trip on the same Temporal server in the same minutes.
- The page of a case with three years of history, beside a bare answer of the same service.
- Searches among 100,000 cases, likewise.

The stack is the embedded one, in a directory of its own; the many cases are copied in, those that
are acted on come in at the front door and are led by the real workflows.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from contracts.calendar import today
from deploy.embedded import daemon
from deploy.embedded.layout import Layout
from deploy.embedded.secrets import ADMINISTRATOR, Secrets, ensure_secrets
from services.intake.blind_index import BlindIndex
from simulation.web import Web, client_token, login
from tests.bench import seeding

PORT_BASE = int(os.environ.get("KASANE_PORT_BASE", "19720"))
PARTS = (
    "postgres", "broker", "temporal", "caddy", "migrate", "issuer", "intake", "coordination",
    "worker",
)  # fmt: skip
APPROVALS = int(os.environ.get("KASANE_BENCH_APPROVALS", "40"))
FEW, MANY, ALL = 500, 5_000, 100_000
NOTES = 150
LOOKS = 30
API = "/api/coordination/v1"
BARE_QUEUE = "bench-bare"

Times = list[float]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def p95(times: Times) -> float:
    """Milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


def median(times: Times) -> float:
    return statistics.median(times) * 1000


async def timed(doing: Callable[[], Awaitable[Any]], count: int = LOOKS) -> Times:
    await doing()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        await doing()
        times.append(time.perf_counter() - began)
    return times


@activity.defn(name="bare")
async def bare_activity() -> None:
    """Nothing but the round trip."""


@workflow.defn(name="bare")
class Bare:
    """An update that runs one activity: what an approval cannot be cheaper than."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def act(self) -> None:
        await workflow.execute_activity(bare_activity, start_to_close_timeout=timedelta(seconds=30))


class People:
    """Who works in the bench, over the front door."""

    def __init__(self, http: httpx.AsyncClient, tokens: dict[str, str]) -> None:
        self.http = http
        self.web = {name: Web(http, token) for name, token in tokens.items()}

    @classmethod
    async def of(cls, http: httpx.AsyncClient, secrets: Secrets) -> "People":
        player = secrets.clients["kasane-simulation"]["secret"]
        frontline = secrets.clients["frontline-demo"]["secret"]
        tokens = {
            name: await login(
                http, "kasane-simulation", player, name, secrets.users[name]["password"]
            )
            for name in ("coordinator", "ward", "jobota")
        }
        tokens["frontline"] = await client_token(http, "frontline-demo", frontline)
        return cls(http, tokens)

    async def case_with_request(self) -> str:
        """A case that waits for the ward's decision on a 支援会議; gives the task's id."""
        made = await self.web["frontline"].post(
            "/api/intake/v1/intakes",
            {
                "channel": "jobota",
                "received_on": today().isoformat(),
                "daily_area": "馬込",
                "persons": [{"name": f"計測 {uuid4().hex[:6]}", "kana": "ケイソク"}],
            },
        )
        case = await self._until(f"{API}/cases", receipt_number=made["receipt_number"])
        asked = {"act": "request_support_meeting", "reason": "refused"}
        case_id = case["case_id"]
        while True:
            shown = await self.web["coordinator"].get(f"{API}/cases/{case_id}")
            if shown["tasks"]:
                break
        done = await self.web["coordinator"].post(f"{API}/cases/{case_id}/acts", {"act": asked})
        while not (
            open_tasks := [
                one
                for one in done["tasks"]
                if "meeting" in one["target_state"] or one["target_state"] == "sk-requested"
            ]
        ):
            done = await self.web["coordinator"].get(f"{API}/commands/{done['command_id']}")
        return str(open_tasks[0]["task_id"])

    async def _until(self, path: str, **params: Any) -> Any:
        while not (found := (await self.web["coordinator"].get(path, **params))["items"]):
            pass
        return found[0]

    async def approve(self, task_id: str) -> float:
        """Seconds from the approval's request until the worklist has the next task."""
        case_id = (await self.web["coordinator"].get(f"{API}/tasks/{task_id}"))["case_id"]
        began = time.perf_counter()
        path = f"{API}/tasks/{task_id}/complete"
        await self.web["ward"].post(path, {"act": {"act": "accept_support_meeting"}})
        while True:
            page = await self.web["coordinator"].get(f"{API}/tasks", case_id=case_id)
            if any(one["task_id"] != task_id for one in page["items"]):
                return time.perf_counter() - began


async def approvals(people: People, bare: WorkflowHandle[Any, Any], cases: int) -> Times:
    """Approvals and bare round trips in turn, so that both see the same machine."""
    tasks = [await people.case_with_request() for _ in range(APPROVALS)]
    ours: Times = []
    theirs: Times = []
    for task in tasks:
        ours.append(await people.approve(task))
        began = time.perf_counter()
        await bare.execute_update("act")
        theirs.append(time.perf_counter() - began)
    say(
        f"approval, {cases:,} open cases: p95 {p95(ours):.0f} ms, median {median(ours):.0f} ms; "
        f"bare update and activity: p95 {p95(theirs):.0f} ms, median {median(theirs):.0f} ms; "
        f"ratio of medians {median(ours) / median(theirs):.1f}, "
        f"of p95 {p95(ours) / p95(theirs):.1f}"
    )
    return ours


async def page_of_a_long_case(
    people: People, database: asyncpg.Connection, secrets: Secrets
) -> None:
    task = await people.case_with_request()
    coordinator = people.web["coordinator"]
    case_id = (await coordinator.get(f"{API}/tasks/{task}"))["case_id"]
    note = {"act": "record_progress", "agency": "jobota", "on": today().isoformat()}
    for number in range(NOTES):
        said = {**note, "note": f"{number}回目の訪問。本人の様子に変わりはない。" * 5}
        await coordinator.post(f"{API}/cases/{case_id}/acts", {"act": said})
    await seeding.long_history(database, case_id, years=3)
    browser = await portal_login(people.http, secrets)
    bare = await timed(lambda: browser.get(f"{API.rsplit('/', 1)[0]}/health/live"))
    page = await timed(lambda: _ok(browser.get(f"/cases/{case_id}")))
    api = await timed(lambda: coordinator.get(f"{API}/cases/{case_id}"))
    for name, times in (("page", page), ("API", api)):
        say(
            f"case of three years, {name}: p95 {p95(times):.0f} ms, median {median(times):.0f} ms; "
            f"{median(times) / median(bare):.1f} times a bare answer ({median(bare):.1f} ms)"
        )
    await browser.aclose()


async def _ok(sent: Awaitable[httpx.Response]) -> httpx.Response:
    answer = await sent
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code}")
    return answer


async def portal_login(http: httpx.AsyncClient, secrets: Secrets) -> httpx.AsyncClient:
    """A browser that is logged in at the portal."""
    browser = httpx.AsyncClient(base_url=str(http.base_url), timeout=30, follow_redirects=True)
    page = await browser.get("/login")
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    asked = {**dict(page.url.params), **carried, "act": "login"}
    user = {"username": "coordinator", "password": secrets.users["coordinator"]["password"]}
    await browser.post("/issuer/authorize", data={**asked, **user})
    return browser


SEARCHES: dict[str, dict[str, Any]] = {
    "whole name": {"person": "佐藤 アイウ"},
    "family name": {"person": "髙崎"},
    "kana, beginning": {"person": "やまさ"},
    "receipt number, beginning": {"receipt_number": "R4-大森-0"},
    "running number": {"receipt_number": "777"},
    "state and area": {"state": "consent", "daily_area": "馬込"},
    "agency": {"agency": "sapota"},
    "urgent": {"flag": "urgent"},
    "overdue": {"flag": "overdue", "basic_area": "蒲田"},
    "name, state, area": {"person": "鈴木", "state": "active", "basic_area": "調布"},
}


async def searches(people: People) -> None:
    bare = await timed(lambda: people.http.get(f"{API.rsplit('/', 1)[0]}/health/live"))
    for who in ("coordinator", "jobota"):
        web = people.web[who]
        for name, body in SEARCHES.items():
            times = await timed(partial(web.post, f"{API}/cases/search", body))
            say(
                f"search as {who}, {name}: p95 {p95(times):.0f} ms, median {median(times):.0f} ms; "
                f"{median(times) / median(bare):.1f} times a bare answer"
            )
        times = await timed(partial(web.get, f"{API}/tasks", team=True))
        say(f"worklist as {who}: p95 {p95(times):.0f} ms, median {median(times):.0f} ms")


async def measure(layout: Layout) -> None:
    secrets = ensure_secrets(layout)
    index = BlindIndex(secrets.values["KASANE_MASTER_KEYS"])
    database = await asyncpg.connect(secrets.database_url(layout, ADMINISTRATOR))
    temporal = await Client.connect(layout.address("temporal"))
    worker = Worker(
        temporal,
        task_queue=BARE_QUEUE,
        workflows=[Bare],
        activities=[bare_activity],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker, httpx.AsyncClient(base_url=layout.public_url, timeout=60) as http:
        people = await People.of(http, secrets)
        bare = await temporal.start_workflow("bare", id=f"bare-{uuid4()}", task_queue=BARE_QUEUE)
        await bare.execute_update("act")
        await seeding.open_cases(database, index, FEW, 0)
        few = await approvals(people, bare, FEW)
        await seeding.open_cases(database, index, MANY - FEW, FEW)
        many = await approvals(people, bare, MANY)
        say(f"approval, {MANY:,} : {FEW:,} open cases: {median(many) / median(few):.2f} (medians)")
        await bare.terminate()
        await page_of_a_long_case(people, database, secrets)
        await seeding.open_cases(database, index, ALL - MANY, MANY)
        await database.execute("ANALYZE")
        await searches(people)
    await database.close()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "data", PORT_BASE)
        layout.create()
        daemon.start(layout, PARTS, lambda _: None)
        try:
            asyncio.run(measure(layout))
        finally:
            daemon.stop(layout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
