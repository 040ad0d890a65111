"""`python -m simulation.year.play`, started by `kasane year` with its environment.

Writes a fiscal year from a table of figures, sends it over the public API, waits until it is
tallied, and ends with status 0 only if the indicators print exactly that table.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from contracts.calendar import fiscal_year_label
from simulation.demo import INDICATORS, registry
from simulation.web import Web, client_token, login
from simulation.year.files import Year, write_year
from simulation.year.lines import Detail
from simulation.year.sending import YearRefusedError, send_year
from simulation.year.table import Figure, TableError, read_table

TALLY_PATIENCE_SECONDS = 120.0
"""How long the figures may stand still, and be wrong, before they are taken for final."""
POLL_SECONDS = 0.5
MISSED, UNUSABLE = 1, 2
"""Exit statuses: other figures came out; there is nothing to play."""


class Wish(NamedTuple):
    """What is asked for."""

    table: Path | None
    fiscal_year: int
    seed: int
    detail: Detail
    folder: Path | None
    """Where the files stay; a temporary place without it."""

    @classmethod
    def of(cls, environment: dict[str, str]) -> "Wish":
        table, folder = environment.get("KASANE_YEAR_TABLE"), environment.get("KASANE_YEAR_FILES")
        return cls(
            Path(table) if table else None,
            int(environment.get("KASANE_YEAR", "2024")),
            int(environment.get("KASANE_YEAR_SEED", "1")),
            "visits" if environment.get("KASANE_YEAR_LINES") == "visits" else "days",
            Path(folder) if folder else None,
        )


class Compared(NamedTuple):
    """A figure as it shall be, and as it came out."""

    indicator_id: str
    label: str
    expected: int
    printed: int | None

    @property
    def equal(self) -> bool:
        return self.expected == self.printed


async def play(environment: dict[str, str], wish: Wish, console: Console) -> int:
    figures = read_table(wish.table)
    with tempfile.TemporaryDirectory() as temporary:
        folder = wish.folder or Path(temporary)
        label = fiscal_year_label(wish.fiscal_year)
        with console.status(f"{label}の報告を書いています / writing the year"):
            year = await asyncio.to_thread(
                write_year, figures, wish.fiscal_year, wish.seed, wish.detail, folder
            )
        console.print(
            f"{label}: {year.lines:,} 行、{len(year.files)} ファイル"
            f"(種 {wish.seed}、細かさ {wish.detail})"
        )
        async with httpx.AsyncClient(base_url=environment["KASANE_PUBLIC_URL"], timeout=60) as http:
            frontline, statistics = await _players(http, environment)
            began = time.monotonic()
            await _send(frontline, year, console)
            compared = await _tallied(statistics, figures, wish.fiscal_year, console)
            took = time.monotonic() - began
    _show(console, label, compared)
    equal = sum(one.equal for one in compared)
    console.print(
        f"{len(compared)} の数字のうち {equal} が一致"
        f"({took:.1f} 秒、毎秒 {year.lines / took:,.0f} 行) / {equal} of {len(compared)} equal"
    )
    return 0 if equal == len(compared) else MISSED


async def _players(http: httpx.AsyncClient, environment: dict[str, str]) -> tuple[Web, Web]:
    """The frontline systems' client, and somebody who may read the figures."""
    clients = registry(environment["KASANE_DEMO_CLIENTS"])
    users = registry(environment["KASANE_DEMO_USERS"])
    sender = await client_token(http, "frontline-demo", clients["frontline-demo"]["secret"])
    player, reader = clients["kasane-simulation"]["secret"], "statistics"
    token = await login(http, "kasane-simulation", player, reader, users[reader]["password"])
    return Web(http, sender), Web(http, token)


async def _send(frontline: Web, year: Year, console: Console) -> None:
    columns = (
        TextColumn("送信 / sending"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=year.rows)
        await send_year(frontline, year, uuid4().hex, lambda more: progress.advance(task, more))


async def _tallied(
    statistics: Web, figures: Sequence[Figure], year: int, console: Console
) -> list[Compared]:
    """The figures once they are as wished, or once they have stood still for long enough."""
    last, until = None, time.monotonic() + TALLY_PATIENCE_SECONDS
    with console.status("集計を待っています / waiting for the tally"):
        while True:
            compared = await _compare(statistics, figures, year)
            if compared != last:
                last, until = compared, time.monotonic() + TALLY_PATIENCE_SECONDS
            if all(one.equal for one in compared) or time.monotonic() > until:
                return compared
            await asyncio.sleep(POLL_SECONDS)


async def _compare(statistics: Web, figures: Sequence[Figure], year: int) -> list[Compared]:
    table = await statistics.get(f"{INDICATORS}/fiscal-years/{year}/indicators")
    printed = {row["id"]: row for row in table["indicators"]}
    compared = []
    for figure in figures:
        row = printed.get(figure.indicator_id, {})
        label = row.get("label", figure.indicator_id)
        compared.append(Compared(figure.indicator_id, label, figure.value, row.get("value")))
        if figure.sub_value is not None:
            label = f"  {row.get('sub_label') or 'うち'}"
            compared.append(
                Compared(figure.indicator_id, label, figure.sub_value, row.get("sub_value"))
            )
    return compared


def _show(console: Console, label: str, compared: Sequence[Compared]) -> None:
    shown = Table(title=f"{label} アウトプット指標")
    shown.add_column("指標", overflow="fold")
    for heading in ("表 / table", "集計 / printed"):
        shown.add_column(heading, justify="right")
    shown.add_column("")
    for one in compared:
        printed = "―" if one.printed is None else f"{one.printed:,}"
        shown.add_row(one.label, f"{one.expected:,}", printed, "✓" if one.equal else "✗")
    console.print(shown)


def main() -> int:
    environment = dict(os.environ)
    console = Console()
    try:
        return asyncio.run(play(environment, Wish.of(environment), console))
    except (TableError, OSError) as error:
        console.print(f"[red]{error}", soft_wrap=True)
        return UNUSABLE
    except YearRefusedError as refusal:
        console.print(f"[red]{refusal}", soft_wrap=True)
        return MISSED


if __name__ == "__main__":
    sys.exit(main())
