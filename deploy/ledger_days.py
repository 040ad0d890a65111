"""The hash of each day of the ledger, kept in a file and compared: which days differ."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

from deploy.problem import ProblemError

COLUMNS = ("fiscal_year", "on", "entries", "hash")


class DifferentDay(NamedTuple):
    """A day that two ledgers tell differently; None: the ledger has nothing of it."""

    on: str
    there: int | None
    here: int | None
    """Entries. The same number may still be other entries."""


def write(path: Path, year: int, days: list[dict[str, Any]]) -> None:
    """Keep a year's days as CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows({"fiscal_year": year, **day} for day in days)


def read(path: Path, year: int) -> list[dict[str, Any]]:
    """The days of a year in a file. Raises ProblemError if it is no such file."""
    try:
        with path.open(encoding="utf-8", newline="") as kept:
            return [
                {"on": row["on"], "entries": int(row["entries"]), "hash": row["hash"]}
                for row in csv.DictReader(kept)
                if int(row["fiscal_year"]) == year
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProblemError(
            f"{path} は --days で書いたファイルではありません", f"{path} was not written by --days"
        ) from error


def compare(there: list[dict[str, Any]], here: list[dict[str, Any]]) -> list[DifferentDay]:
    """The days whose entries are not the same, in their order."""
    one, other = ({day["on"]: day for day in days} for days in (there, here))
    return [
        DifferentDay(
            on,
            one[on]["entries"] if on in one else None,
            other[on]["entries"] if on in other else None,
        )
        for on in sorted({*one, *other})
        if (on in one, on in other) != (True, True) or one[on]["hash"] != other[on]["hash"]
    ]
