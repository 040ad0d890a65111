"""The figures that a year shall have: a file with the columns of the plan's table."""

import csv
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from contracts.catalogue import ActivityKind, activity_kinds

PLAN_R6 = files("simulation") / "data" / "indicators-r6.csv"
"""The plan's last table: what the ward published for 令和6年度."""

NEEDED = ("indicator_id", "r6_value", "r6_sub_value")


class TableError(ValueError):
    """The table cannot be played. The message says which row and why."""


@dataclass(frozen=True)
class Figure:
    """One row: what shall come out, and by which kind of activity it is reported."""

    indicator_id: str
    value: int
    sub_value: int | None
    kind: ActivityKind


def read_table(path: Path | None = None) -> tuple[Figure, ...]:
    """The figures of a table; the plan's own without a path. Raises TableError, OSError."""
    text = path.read_text("utf-8-sig") if path else PLAN_R6.read_text("utf-8-sig")
    rows = csv.DictReader(text.splitlines())
    if missing := [name for name in NEEDED if name not in (rows.fieldnames or ())]:
        raise TableError(f"columns are missing: {', '.join(missing)}")
    kinds = {kind.indicator_id: kind for kind in activity_kinds().values()}
    found = [_figure(number, row, kinds) for number, row in enumerate(rows, start=2)]
    if len({figure.indicator_id for figure in found}) != len(found):
        raise TableError("an indicator stands in two rows")
    return tuple(found)


def _figure(number: int, row: dict[str, str], kinds: dict[str, ActivityKind]) -> Figure:
    kind = kinds.get(row["indicator_id"])
    if kind is None:
        raise TableError(f"row {number}: no such indicator: {row['indicator_id']}")
    value = _count(number, row["r6_value"])
    sub = _count(number, row["r6_sub_value"]) if row["r6_sub_value"] else None
    if sub is not None and not (kind.flags and sub <= value):
        raise TableError(f"row {number}: the うち figure is none, or more than the whole")
    return Figure(kind.indicator_id, value, sub if sub or not kind.flags else 0, kind)


def _count(number: int, text: str) -> int:
    try:
        count = int(text.replace(",", ""))
    except ValueError:
        raise TableError(f"row {number}: not a number: {text!r}") from None
    if count < 0:
        raise TableError(f"row {number}: a figure is not negative: {text}")
    return count
