"""The plan's whole year while everything is killed: the same 26 figures. Run by `make faults-year`.

Every process on the way is killed in turn, again and again, while the files are sent; the broker's
log is wiped by that each time. The ledger refuses some kinds of lines meanwhile, so that every fact
with one of them is parked. Then the dead letters are put back, every file is sent once more, and
the recount from the ledger is compared with the tallies.
"""

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from deploy.embedded.secrets import ensure_secrets
from simulation.year.play import MISSED, Wish, play
from tests.embedded_stack import Stack

pytestmark = pytest.mark.integration

YEAR = 2024
VICTIMS = ("intake", "indicators", "broker", "postgres", "caddy")
"""Everything that a line passes on its way."""
PAUSE_SECONDS = 3.0
"""How long the parts that live get to work before the next one is killed."""


REFUSED_KINDS = ("flat-visit", "pregnancy-interview", "jidokan-consultation")
"""What the ledger will not take at first: some 24,000 of the year's lines, in dozens of facts."""
AT_LEAST_PARKED = 36
"""The facts that hold them: a file each month of each kind, and no file is less than one fact."""
REFUSAL = f"""
    CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'not now' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER refuse_some BEFORE INSERT ON ledger_entry FOR EACH ROW
        WHEN (NEW.kind IN {REFUSED_KINDS}) EXECUTE FUNCTION refuse_some();
"""


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
    await _in_the_indicators(stack, REFUSAL)
    kills: list[str] = []
    killing = asyncio.create_task(_kill_in_turn(stack, kills))
    try:
        assert await play(stack.environment, wish, console) == MISSED
    finally:
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
    assert set(kills) == set(VICTIMS)

    parked = await _parked_in_the_end(stack)
    console.print(f"保留 / parked: {parked}")
    assert parked >= AT_LEAST_PARKED
    assert _put_back(stack) == (0, parked), "what has failed fails again, and stays"
    await _in_the_indicators(stack, "DROP TRIGGER refuse_some ON ledger_entry")
    assert _put_back(stack) == (parked, 0)
    assert _put_back(stack) == (0, 0)
    assert stack.kasane("indicators", "verify", "--fiscal-year", str(YEAR)).returncode == 0

    before = _table(stack)
    assert await play(stack.environment, wish, console) == 0, "the same files once more"
    assert _table(stack) == before, "and nothing of them counts twice"
    assert _put_back(stack) == (0, 0)
    killed = stack.pid("broker")
    stack.kill("broker")
    stack.wait_until_ready_again("broker", killed)
    assert stack.kasane("indicators", "verify", "--fiscal-year", str(YEAR)).returncode == 0
    assert _table(stack) == before


async def _in_the_indicators(stack: Stack, statement: str) -> None:
    url = ensure_secrets(stack.layout).database_url(stack.layout, "indicators")
    connection = await asyncpg.connect(url, server_settings={"search_path": "indicators"})
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _parked_in_the_end(stack: Stack) -> int:
    """How many facts the indicators have parked once all that was told has come to them."""
    async for attempt in AsyncRetrying(stop=stop_after_delay(300), wait=wait_fixed(2)):
        with attempt:
            backlog = {part["name"]: part["backlog"] for part in stack.status()["parts"]}
            assert backlog["intake"]["outbox"] == backlog["indicators"]["consumer_lag"] == 0
    return int(backlog["indicators"]["dead_letters"])


def _put_back(stack: Stack) -> tuple[int, int]:
    """Put the indicators' dead letters back: how many were taken in, how many stay."""
    said = stack.kasane("replay-dead-letters", "indicators").stdout
    found = re.search(r"returned (\d+), .*still parked (\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


def _table(stack: Stack) -> object:
    said = stack.kasane("indicators", "table", "--fiscal-year", str(YEAR), "--format", "json")
    return json.loads(said.stdout)
