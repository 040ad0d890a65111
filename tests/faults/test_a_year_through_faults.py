"""The plan's whole year while everything is killed: the same 26 figures. Run by `make faults-year`.

Every process on the way is killed in turn, again and again, while the files are sent; the broker's
log is wiped by that each time. Then every file is sent once more, every dead letter is put back,
and the recount from the ledger is compared with the tallies.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from simulation.year.play import Wish, play
from tests.embedded_stack import Stack

pytestmark = pytest.mark.integration

YEAR = 2024
VICTIMS = ("intake", "indicators", "broker", "postgres", "caddy")
"""Everything that a line passes on its way."""
PAUSE_SECONDS = 3.0
"""How long the parts that live get to work before the next one is killed."""


async def _kill_in_turn(stack: Stack, kills: list[str]) -> None:
    while True:
        for part in VICTIMS:
            await asyncio.sleep(PAUSE_SECONDS)
            killed = stack.pid(part)
            stack.kill(part)
            kills.append(part)
            await asyncio.to_thread(stack.wait_until_ready_again, part, killed)


async def test_a_year_sent_while_everything_is_killed_has_the_plans_figures(
    stack: Stack, tmp_path: Path
) -> None:
    wish, console = Wish(None, YEAR, 1, "days", tmp_path), Console()
    kills: list[str] = []
    killing = asyncio.create_task(_kill_in_turn(stack, kills))
    try:
        assert await play(stack.environment, wish, console) == 0
    finally:
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
    assert set(kills) == set(VICTIMS)

    before = _table(stack)
    assert await play(stack.environment, wish, console) == 0
    for _ in range(2):
        assert stack.kasane("replay-dead-letters").returncode == 0
    killed = stack.pid("broker")
    stack.kill("broker")
    stack.wait_until_ready_again("broker", killed)
    assert stack.kasane("indicators", "verify", "--fiscal-year", str(YEAR)).returncode == 0
    assert _table(stack) == before


def _table(stack: Stack) -> object:
    said = stack.kasane("indicators", "table", "--fiscal-year", str(YEAR), "--format", "json")
    return json.loads(said.stdout)
