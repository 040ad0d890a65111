"""A small fiscal year over the public API: exactly the table, however it is sent."""

import csv
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from simulation.year.play import Wish, play
from simulation.year.table import PLAN_R6
from tests.embedded_stack import Stack

pytestmark = pytest.mark.integration

YEAR = 2021
"""A fiscal year in which no other test of the stack does anything."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of some hundreds, with a few figures of nothing at all."""
    rows = list(csv.DictReader(PLAN_R6.read_text("utf-8-sig").splitlines()))
    random = Random(YEAR)  # noqa: S311 - a simulation
    path = tmp_path_factory.mktemp("year") / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            value = random.choice((0, 1, 9, 60))
            sub = {"r6_sub_value": str(value // 3)} if row["r6_sub_value"] else {}
            writer.writerow(row | {"r6_value": str(value)} | sub)
    return path


async def test_the_indicators_print_the_table_and_the_same_year_again_changes_nothing(
    stack: Stack, table: Path, tmp_path: Path
) -> None:
    console = Console(quiet=True)
    for seed, folder in ((1, "first"), (1, "again")):
        wish = Wish(table, YEAR, seed, "days", tmp_path / folder)
        assert await play(stack.environment, wish, console) == 0
