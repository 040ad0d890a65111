"""What may stand in a venue's day sheet, what it counts, and what looks unusual. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from contracts.community import day_sheet_items

LARGEST = 10_000
"""In one item of one day."""
UNUSUAL_FACTOR = 3
"""A number this many times the usual one (or none where there are usually many) is pointed out."""
USUAL_FROM = 10
"""Below this a number varies too much to be called unusual."""


def counted(channel: str, values: Mapping[str, int]) -> dict[str, int]:
    """The numbers for the figures: the items of each kind together."""
    sums: dict[str, int] = {}
    for item in day_sheet_items(channel):
        if item.kind is not None:
            sums[item.kind] = sums.get(item.kind, 0) + values.get(item.item, 0)
    return sums


def unusual(values: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> list[str]:
    """The items whose number is far from what the sheets before say: perhaps a slip of the key."""
    found = []
    for item, value in values.items():
        known = [sheet[item] for sheet in earlier if item in sheet]
        usual = median(known) if len(known) >= 3 else 0
        if usual >= USUAL_FROM and (value == 0 or value > UNUSUAL_FACTOR * usual):
            found.append(item)
    return found


def missing_days(
    weekdays: Sequence[int], written: set[date], since: date, until: date
) -> list[date]:
    """The days on which a venue was open and for which there is no sheet."""
    days = ((since + timedelta(days=step)) for step in range((until - since).days + 1))
    return [day for day in days if day.weekday() in weekdays and day not in written]
