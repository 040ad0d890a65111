"""What the programmes of community building write down: day sheets, skills, kinds of food.

The rows stand in `contracts/data`; this module only reads them.
"""

import csv
from functools import cache

from contracts.catalogue import DATA
from contracts.message import Message


class DaySheetItem(Message):
    """One line of a day sheet (日報) of the venues of a channel."""

    item: str
    channel: str
    kind: str | None
    """The activity kind that its number is counted as; None for what only the venue looks at."""
    label: str
    unit: str


@cache
def day_sheet_items(channel: str) -> tuple[DaySheetItem, ...]:
    """What the venues of a channel write down each day; empty where a channel has no venues."""
    items = (
        DaySheetItem.model_validate(r | {"kind": r["kind"] or None})
        for r in _rows("day_sheet_items")
    )
    return tuple(item for item in items if item.channel == channel)


@cache
def volunteer_skills() -> dict[str, str]:
    """What volunteers can do, by code, with the labels of the screens."""
    return {row["skill"]: row["label"] for row in _rows("volunteer_skills")}


@cache
def food_categories() -> dict[str, str]:
    """The kinds of food that the food network takes, by code, with their labels."""
    return {row["category"]: row["label"] for row in _rows("food_categories")}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"{name}.csv").read_text("utf-8").splitlines()))
