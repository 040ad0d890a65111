"""The venues at which programmes' activities are held, as of a date. Rows: `contracts/data`."""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from contracts.catalogue import Validity, dates_of, read_rows, several


class Venue(Validity):
    """A place where a programme's activities are held."""

    venue: str
    name: str
    channels: tuple[str, ...]
    """The channels that report activities there."""
    daily_area: str


@lru_cache(maxsize=1_024)
def venues(on: date) -> Mapping[str, Venue]:
    """The venues in use on a date, by code."""
    return {row.venue: row for row in _venues() if row.holds(on)}


@cache
def _venues() -> tuple[Venue, ...]:
    return tuple(
        read_rows(
            "venues.csv",
            lambda row: Venue(
                venue=row["venue"],
                name=row["name"],
                channels=several(row["channels"]),
                daily_area=row["daily_area"],
                **dates_of(row),
            ),
        )
    )
