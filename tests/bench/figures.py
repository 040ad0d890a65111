"""How long a year's table and a page of lineage take over ten million ledger rows:
`python -m tests.bench.figures [ROWS]`.

The rows are made in the database's own process, on a PostgreSQL of their own, with ids in the order
of time (as UUIDv7 are), and tallied by the rules; what is timed are the answers of the HTTP API.
Beside each stands the barest query that has as many rows to fetch, run in the same seconds: read
the ratios. Exit status 1 where a limit is missed.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
from sqlalchemy import text

from chassis.auth import Issuer, Principal
from chassis.context import Context
from chassis.db import Database
from chassis.migrate import migrate_all
from chassis.settings import Settings
from deploy.embedded.postgres import temporary_postgres
from services.indicators.app import create_app
from services.indicators.events import MEASURES
from services.indicators.rules import count_by_the_rules
from tests.services.conftest import SERVICES, a_key

ROWS = 10_000_000
YEAR = 2024
YEARS = 10
"""The rows are spread over this many fiscal years, up to YEAR."""
TRIES = 30
TABLE_LIMIT, LINEAGE_LIMIT = 0.050, 0.200
"""Seconds, for nineteen of twenty tries."""

LEDGER = """
    INSERT INTO ledger_entry
        (entry_id, event_id, event_type, revision, withdrawn, on_date, kind, channel, programme_no,
         venue, group_code, basic_area, quantity, flags, attrs, report_id)
    SELECT ('0190' || lpad(to_hex(n), 28, '0'))::uuid, md5('event' || n / 500)::uuid,
           'kasane.activity.reported.v1', 1, false,
           date '{first}' + (n * {days}::bigint / {rows})::int,
           (ARRAY['hiroba-visit','senior-station-visit','center-activity','jidokan-consultation',
                  'pregnancy-interview','outreach-support','flat-visit','food-pantry-group'])
               [1 + (n * 7919) % 8],
           'sapota', 6, 'venue-' || n % 120, CASE WHEN (n * 7919) % 8 = 7 THEN 'g-' || n % 190 END,
           (ARRAY['大森','調布','蒲田','糀谷・羽田',NULL])[1 + n % 5], 1 + n % 40,
           CASE WHEN n % 9 = 0 THEN ARRAY['first-consultation','specified-pregnancy']
               ELSE '{{}}' END,
           '{{}}', md5('report' || n / 500)::uuid
    FROM generate_series({since}::bigint, {until}::bigint) AS n
"""
CHUNK = 500_000

TALLIES = "SELECT * FROM tally WHERE fiscal_year = 2024 AND basic_area = ''"
FIFTY = """
    SELECT * FROM ledger_entry
    WHERE event_type = 'kasane.activity.reported.v1' AND kind = 'hiroba-visit'
        AND on_date >= '2024-10-01' AND NOT withdrawn
    ORDER BY on_date, entry_id LIMIT 50
"""
"""The barest queries with as many rows to fetch."""


def settings_of(admin_url: str) -> Settings:
    at = httpx.URL(admin_url)
    urls = {
        f"{name}_database_url": f"postgresql://{name}:pw-{name}@{at.host}:{at.port}{at.path}"
        for name in SERVICES
    }
    return Settings(
        profile="embedded",
        admin_database_url=admin_url,
        payload_keys=a_key(),
        master_keys=a_key(),
        **urls,
    )


async def fill(database: Database, rows: int) -> float:
    """Rows by INSERT … SELECT, then the tallies by the rules. The seconds it took."""
    began = time.perf_counter()
    days = 365 * YEARS
    for since in range(0, rows, CHUNK):
        async with database.transaction() as session:
            await session.execute(text("SET LOCAL synchronous_commit = off"))
            await session.execute(
                text(
                    LEDGER.format(
                        first=f"{YEAR - YEARS + 1}-04-01",
                        days=days,
                        rows=rows,
                        since=since,
                        until=min(since + CHUNK, rows) - 1,
                    )
                )
            )
    async with database.transaction() as session:
        await count_by_the_rules(session, MEASURES)
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE ledger_entry"))
        await plain.execute(text("VACUUM ANALYZE tally"))
    return time.perf_counter() - began


async def timed(ask: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        await ask()
        took.append(time.perf_counter() - began)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


class Everybody:
    """Lets the benchmark in: tokens are not what is measured."""

    async def verify(self, _: str) -> Principal:
        return Principal(sub="bench", kind="person", roles=frozenset({"statistics"}))


async def measure(settings: Settings, rows: int) -> bool:
    database = Database(settings.database_url("indicators"))
    say(f"{rows:,} ledger rows made and tallied in {await fill(database, rows):.0f} s")
    app = create_app(settings)
    made: Context = app.state.context
    app.state.context = replace(made, issuer=Issuer(settings), verifier=Everybody())  # type: ignore[arg-type]
    path = f"/api/indicators/v1/fiscal-years/{YEAR}"
    figure = f"{path}/indicators/2.12.hiroba-users"
    sub = f"{path}/indicators/3.3.pregnancy-interviews"
    groups = f"{path}/indicators/2.13.food-pantry-groups"
    events = f"{figure}/events"
    sound = True
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://bench",
        headers={"Authorization": "Bearer x"},
    ) as client:

        def get(address: str) -> Callable[[], Awaitable[Any]]:
            async def ask() -> Any:
                answer = await client.get(address)
                answer.raise_for_status()
                return answer.json()

            return ask

        def bare(query: str) -> Callable[[], Awaitable[Any]]:
            async def ask() -> Any:
                async with database.transaction() as session:
                    return (await session.execute(text(query))).all()

            return ask

        middle = await _middle(get, events)
        for name, address, query, limit in (
            ("a year's table", f"{path}/indicators?version=open", TALLIES, TABLE_LIMIT),
            ("the table with last year", f"{path}/comparison?version=open", TALLIES, None),
            ("lineage, first page", events, FIFTY, LINEAGE_LIMIT),
            ("lineage, a page in the middle", f"{events}?after={middle}", FIFTY, LINEAGE_LIMIT),
            ("lineage of a venue", f"{events}?venue=venue-8", FIFTY, LINEAGE_LIMIT),
            ("lineage of a venue without any", f"{events}?venue=venue-7", FIFTY, LINEAGE_LIMIT),
            ("lineage of an area", f"{events}?basic_area=蒲田", FIFTY, LINEAGE_LIMIT),
            ("lineage of a うち", f"{sub}/events?sub=true", FIFTY, LINEAGE_LIMIT),
            ("a figure by venue", f"{figure}/shares?by=venue", FIFTY, LINEAGE_LIMIT),
            ("a figure by daily area", f"{figure}/shares?by=daily_area", FIFTY, LINEAGE_LIMIT),
            ("a うち by window", f"{sub}/shares?by=channel&sub=true", FIFTY, LINEAGE_LIMIT),
            ("groups by area", f"{groups}/shares?by=basic_area", FIFTY, None),
        ):
            (took, slow), (beside, _) = await timed(get(address)), await timed(bare(query))
            missed = limit is not None and slow > limit
            sound = sound and not missed
            held = "" if limit is None else f", limit {limit * 1000:.0f} ms"
            say(
                f"{name}: {took * 1000:.1f} ms (p95 {slow * 1000:.1f}),"
                f" {took / beside:.1f} times a bare query"
                f" ({beside * 1000:.1f} ms{held}){' MISSED' if missed else ''}"
            )
        began = time.perf_counter()
        checked = await get(f"/api/indicators/v1/verification?fiscal_year={YEAR}")()
        say(
            f"verify: {checked['entries']:,} entries, {checked['cells']} cells,"
            f" equal: {checked['equal']}, in {time.perf_counter() - began:.1f} s"
        )
    await app.state.context.database.close()
    await database.close()
    return sound and bool(checked["equal"])


async def _middle(get: Callable[[str], Callable[[], Awaitable[Any]]], events: str) -> str:
    """The place where a page in the middle of the year begins."""
    page = await get(f"{events}?month=10&limit=1")()
    return str(page["next"])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with temporary_postgres() as admin_url:
        settings = settings_of(admin_url)
        migrate_all(settings)
        return 0 if asyncio.run(measure(settings, rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
