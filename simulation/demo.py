"""The demonstration: `python -m simulation.demo`, started by `kasane demo` with its environment.

It plays the frontline systems and the staff over the public API only, shows where every case is,
and ends with status 0 only if every case reached the end it should and the indicators moved by
exactly what the players did.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.live import Live
from rich.table import Table

from contracts.calendar import fiscal_year, fiscal_year_label, today
from simulation import passages  # noqa: F401 - enters its stories
from simulation.reports import report_activities
from simulation.residents import Residents
from simulation.stage import PARTICIPATION, Case, Cast, Expected
from simulation.stories import STORIES, Setting, Story
from simulation.web import Web, client_token, login

STAFF = ("coordinator", "manager", "ward", "outreach", "community", "houkatsu", "jobota")
INDICATORS = "/api/indicators/v1"
TALLY_PATIENCE_SECONDS = 60.0
"""How long the facts may take from the last act to the tally."""
AT_ONCE = 8
"""How many stories are played side by side."""
REFRESH_PER_SECOND = 4


class Played:
    """One story, and how far it has come."""

    def __init__(self, story: Story, cast: Cast, expected: Expected) -> None:
        self.story = story
        self.step = "―"
        self.case = Case(cast, expected, self._told)
        self.failure: str | None = None
        self.reached = False

    def _told(self, step: str) -> None:
        self.step = step

    async def play(self, setting: Setting) -> None:
        """Play to the end; what went wrong is kept, not raised, so that the others go on."""
        try:
            await self.story.play(self.case, setting)
            shown = await self.case.show()
            ended = shown["state"] in self.story.ends
            if self.story.reason is not None:
                ended = ended and shown["closure_reason"] == self.story.reason
            self.reached = ended
            if not ended:
                self.failure = f"ended {shown['state']} ({shown['closure_reason']})"
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"


def table_of(played: list[Played]) -> Table:
    """The live table: a row for each channel."""
    shown = Table(title="kasane 実演 / demonstration", expand=False)
    for heading in ("窓口 / channel", "受付番号", "筋 / story", "いまの状態", "結果"):
        shown.add_column(heading, overflow="fold")
    for one in played:
        result = "✓" if one.reached else ("✗ " + one.failure if one.failure else "…")
        shown.add_row(one.story.channel, one.case.receipt_number, one.story.title, one.step, result)
    return shown


def registry(path: str) -> dict[str, Any]:
    """The generated demo clients or users of the installation, by name."""
    found: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return found


async def cast_of(client: httpx.AsyncClient, environment: dict[str, str]) -> Cast:
    """Log everybody in."""
    clients = registry(environment["KASANE_DEMO_CLIENTS"])
    users = registry(environment["KASANE_DEMO_USERS"])
    player = clients["kasane-simulation"]["secret"]
    frontline = await client_token(client, "frontline-demo", clients["frontline-demo"]["secret"])
    staff = {
        name: Web(
            client, await login(client, "kasane-simulation", player, name, users[name]["password"])
        )
        for name in (*STAFF, "statistics")
    }
    return Cast(
        frontline=Web(client, frontline),
        staff=staff,
        residents=Residents(int(environment.get("KASANE_DEMO_SEED", "20261123"))),
        day_seconds=float(environment["KASANE_DAY_SECONDS"]),
    )


async def register_places(cast: Cast, expected: Expected) -> Setting:
    """Two places in the community, of which one takes nobody in the story that asks it."""
    ids = []
    for name in ("見本の居場所", "架空のサロン"):
        place = {
            "name": f"{name} {uuid4().hex[:4]}",
            "organiser": "見本の会",
            "kinds": ["ibasho"],
            "daily_area": cast.residents.area(),
            "capacity": 20,
            "publish": True,
        }
        made = await cast.staff["community"].post(f"{PARTICIPATION}/resources", place)
        ids.append(made["resource_id"])
        expected.count("2.10.resources-registered")
    return Setting(place=ids[0], full_place=ids[1])


async def figures(cast: Cast) -> dict[str, int]:
    """Every figure and sub-figure of this fiscal year."""
    shown = await cast.staff["statistics"].get(
        f"{INDICATORS}/fiscal-years/{fiscal_year(today())}/indicators"
    )
    found = {}
    for row in shown["indicators"]:
        found[row["id"]] = row["value"]
        if row["sub_value"] is not None:
            found[f"{row['id']}/sub"] = row["sub_value"]
    return found


async def figures_after(
    cast: Cast, before: dict[str, int], expected: Expected
) -> tuple[dict[str, int], list[str]]:
    """The figures once they are as expected, or what still differs when patience ends."""
    until = time.monotonic() + TALLY_PATIENCE_SECONDS
    while True:
        after = await figures(cast)
        wrong = [
            f"{key}: +{after[key] - before.get(key, 0)}, expected +{expected.figures.get(key, 0)}"
            for key in after
            if after[key] - before.get(key, 0) != expected.figures.get(key, 0)
        ]
        if not wrong or time.monotonic() > until:
            return after, wrong
        await asyncio.sleep(1.0)


async def show_timelines(console: Console, played: list[Played]) -> None:
    console.rule("経過 / timelines")
    for one in played:
        if not one.case.case_id:
            continue
        line = await one.case.cast.staff["coordinator"].get(
            f"/api/coordination/v1/cases/{one.case.case_id}/timeline", limit=200
        )
        states = [entry["state_label"] for entry in line["items"] if entry["kind"] == "case"]
        path = [state for at, state in enumerate(states) if not at or state != states[at - 1]]
        console.print(f"[bold]{one.case.receipt_number}[/bold] {' → '.join(path)}", soft_wrap=True)


async def show_indicators(console: Console, cast: Cast, before: dict[str, int]) -> None:
    year = fiscal_year(today())
    shown = await cast.staff["statistics"].get(f"{INDICATORS}/fiscal-years/{year}/indicators")
    table = Table(title=f"{fiscal_year_label(year)} アウトプット指標")
    for heading in ("事業", "指標", "値", "うち", "今回"):
        table.add_column(heading, overflow="fold")
    for row in shown["indicators"]:
        sub = "" if row["sub_value"] is None else f"{row['sub_value']:,}"
        table.add_row(
            str(row["programme_no"]),
            row["label"],
            f"{row['value']:,}{row['unit']}",
            sub,
            f"+{row['value'] - before.get(row['id'], 0):,}",
        )
    console.print(table)


async def run(environment: dict[str, str]) -> int:
    """Play everything; 0 if all ended as they should."""
    console = Console()
    began = time.monotonic()
    expected = Expected()
    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(
        base_url=environment["KASANE_PUBLIC_URL"], timeout=20, limits=limits
    ) as client:
        cast = await cast_of(client, environment)
        before = await figures(cast)
        setting = await register_places(cast, expected)
        played = [Played(story, cast, expected) for story in STORIES]
        turn = asyncio.Semaphore(AT_ONCE)

        async def in_turn(one: Played) -> None:
            async with turn:
                await one.play(setting)

        with Live(
            get_renderable=lambda: table_of(played),
            console=console,
            refresh_per_second=REFRESH_PER_SECOND,
        ):
            # The last of them are the longest; begun first, they keep nobody waiting at the end.
            await asyncio.gather(
                report_activities(cast, expected), *(in_turn(one) for one in reversed(played))
            )
        _, wrong = await figures_after(cast, before, expected)
        await show_timelines(console, played)
        await show_indicators(console, cast, before)
    failed = [one for one in played if not one.reached]
    for one in failed:
        console.print(f"[red]✗ {one.story.channel}: {one.failure}", soft_wrap=True)
    for difference in wrong:
        console.print(f"[red]✗ {difference}")
    console.print(
        f"{len(played) - len(failed)} / {len(played)} 件が予定した結末に至りました"
        f" ({time.monotonic() - began:.0f} 秒)"
    )
    return 1 if failed or wrong else 0


def main(environment: dict[str, Any] | None = None) -> int:
    return asyncio.run(run(dict(environment or os.environ)))


if __name__ == "__main__":
    sys.exit(main())
