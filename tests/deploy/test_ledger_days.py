"""Two ledgers compared by the hash of each day: a difference is found by its date."""

from pathlib import Path

import pytest

from deploy.ledger_days import DifferentDay, compare, read, write
from deploy.problem import ProblemError


def day(on: str, entries: int, hash: str) -> dict[str, object]:
    return {"on": on, "entries": entries, "hash": hash}


def test_what_was_written_is_read_back_and_equals_itself(tmp_path: Path) -> None:
    days = [day("2026-04-01", 2, "aa"), day("2026-04-02", 3, "bb")]
    write(tmp_path / "days.csv", 2026, days)
    assert read(tmp_path / "days.csv", 2026) == days
    assert compare(read(tmp_path / "days.csv", 2026), days) == []


def test_each_day_that_differs_is_named() -> None:
    there = [day("2026-04-01", 2, "aa"), day("2026-04-02", 3, "bb"), day("2026-04-03", 1, "cc")]
    here = [day("2026-04-01", 2, "aa"), day("2026-04-02", 3, "xx"), day("2026-04-04", 5, "dd")]
    assert compare(there, here) == [
        DifferentDay("2026-04-02", 3, 3),
        DifferentDay("2026-04-03", 1, None),
        DifferentDay("2026-04-04", None, 5),
    ]


@pytest.mark.parametrize("content", [None, "on;hash\n1;2\n", "fiscal_year,on\nx,y\n"])
def test_another_file_is_refused_with_a_word(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "other.csv"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(ProblemError, match="--days"):
        read(path, 2026)
