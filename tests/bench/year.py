"""A year of visits from HTTP to the tally: `python -m tests.bench.year`, on a stack of its own.

About 650,000 lines (the plan's table, one line a counted person) are sent as files; the tallies
are watched while they come. Beside it, on the same PostgreSQL, a bare loop writes as many ledger
and tally rows in batches of 500. Printed are both rates and their ratio, the rate of each tenth of
the rows that are taken in (the last twentieth of the files comes a second time, which the tallies
do not show) with how long the tallies came after them, and the memory (PSS) and the CPU
seconds of intake and indicators.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil
from rich.console import Console

from deploy.embedded import daemon
from deploy.embedded.layout import Layout
from deploy.embedded.processes import process_environment
from deploy.embedded.secrets import ensure_secrets
from simulation.year.play import Wish, play

PORT_BASE = int(os.environ.get("KASANE_PORT_BASE", "19700"))
LINES = 649_695
BATCH = 500
LOOK_SECONDS = 0.5
WATCHED = ("intake", "indicators")

TALLIED = """
    SELECT coalesce(sum(value), 0) FROM tally WHERE fiscal_year = 2024 AND month = 0
    AND basic_area = '' AND measure_id IN ('2.12.hiroba-users', '2.9.senior-station-visitors')
"""
"""Nine tenths of the lines."""

TAKEN_IN = "SELECT coalesce(sum(rows_done), 0) FROM report_file"

BARE_LEDGER = """
    INSERT INTO bare_ledger SELECT gen_random_uuid(), gen_random_uuid(), 'activity', 1, false,
        DATE '2024-04-01' + (n % 365), 'hiroba-visit', 'kosodate-hiroba', 12, 'hiroba', 1
    FROM generate_series(1, $1) AS n
"""
BARE_TALLY = """
    INSERT INTO bare_tally VALUES ($1, 1) ON CONFLICT (cell) DO UPDATE
    SET value = bare_tally.value + EXCLUDED.value
"""
BARE_TABLES = """
    CREATE TABLE bare_ledger (entry_id uuid PRIMARY KEY, event_id uuid, event_type text,
        revision int, withdrawn bool, on_date date, kind text, channel text, programme_no int,
        venue text, quantity bigint);
    CREATE INDEX ON bare_ledger (event_type, kind, on_date, entry_id);
    CREATE TABLE bare_tally (cell int PRIMARY KEY, value bigint);
"""


async def bare_loop(connection: asyncpg.Connection) -> float:
    """Rows a second that a loop writes which does nothing else."""
    await connection.execute(BARE_TABLES)
    began = time.monotonic()
    for batch in range(LINES // BATCH):
        async with connection.transaction():
            await connection.execute(BARE_LEDGER, BATCH)
            await connection.execute(BARE_TALLY, batch % 12)
    rate = LINES / (time.monotonic() - began)
    await connection.execute("DROP TABLE bare_ledger, bare_tally")
    return rate


class Used(NamedTuple):
    """What a process has of the machine."""

    memory_mb: float
    cpu_seconds: float


def used(layout: Layout) -> dict[str, Used]:
    said = daemon.report(layout)
    if said is None:
        raise RuntimeError("the stack is not up")
    found = {}
    for name in WATCHED:
        process = psutil.Process(said["parts"][name]["pid"])
        times = process.cpu_times()
        found[name] = Used(process.memory_full_info().pss / 2**20, times.user + times.system)
    return found


Reached = list[tuple[float, int]]
"""How much there was at which time."""


async def watch(connection: asyncpg.Connection, question: str, reached: Reached) -> None:
    while True:
        count = int(await connection.fetchval(question))
        if not reached or reached[-1][1] != count:
            reached.append((time.monotonic(), count))
        await asyncio.sleep(LOOK_SECONDS)


def tenth(reached: Reached, number: int) -> float:
    """Rows a second while the given tenth came."""
    whole = reached[-1][1]
    first = next(at for at in reached if at[1] >= whole * number / 10)
    last = next(at for at in reached if at[1] >= whole * (number + 1) / 10)
    return (last[1] - first[1]) / max(last[0] - first[0], LOOK_SECONDS)


async def connect(layout: Layout, service: str) -> asyncpg.Connection:
    variables = process_environment(service, layout, ensure_secrets(layout))
    return await asyncpg.connect(variables[f"KASANE_{service.upper()}_DATABASE_URL"])


async def measure(layout: Layout, folder: Path) -> int:
    daemon.start(layout, [], lambda _: None)
    intake, connection = await connect(layout, "intake"), await connect(layout, "indicators")
    environment = {
        **os.environ,
        "KASANE_PUBLIC_URL": layout.public_url,
        "KASANE_DEMO_CLIENTS": str(layout.clients),
        "KASANE_DEMO_USERS": str(layout.users),
    }
    bare = await bare_loop(connection)
    before = used(layout)
    taken: Reached = []
    reached: Reached = []
    watching = [
        asyncio.create_task(watch(intake, TAKEN_IN, taken)),
        asyncio.create_task(watch(connection, TALLIED, reached)),
    ]
    began = time.monotonic()
    status = await play(environment, Wish(None, 2024, 1, "visits", folder), Console())
    await asyncio.sleep(2 * LOOK_SECONDS)
    for task in watching:
        task.cancel()
    after, rate = used(layout), reached[-1][1] / (reached[-1][0] - began)
    say = sys.stdout.write
    say(f"bare loop: {bare:,.0f} rows/s; from HTTP to the tally: {rate:,.0f} lines/s")
    say(f" (ratio {bare / rate:.1f}, the writing of the files included)\n")
    sending = reached[-1][0] - next(at for at, tallied in reached if tallied)
    say(f"from the first line tallied to the last: {sending:.0f} s\n")
    say(f"tenths: {' '.join(f'{tenth(taken, number):,.0f}' for number in range(10))} rows/s; ")
    say(f"tallied {reached[-1][0] - taken[-1][0]:.1f} s after the last row\n")
    for name in WATCHED:
        cpu = after[name].cpu_seconds - before[name].cpu_seconds
        say(f"{name}: {before[name].memory_mb:.0f} MB at rest, {after[name].memory_mb:.0f} MB")
        say(f" at the end; {cpu:.0f} s of CPU\n")
    await intake.close()
    await connection.close()
    return status


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "data", PORT_BASE)
        layout.create()
        try:
            return asyncio.run(measure(layout, Path(folder) / "files"))
        finally:
            daemon.stop(layout)


if __name__ == "__main__":
    sys.exit(main())
