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


def venue_name(code: str, on: date) -> str:
    """What a venue was called on a date; the code where nobody has told its name.

    Of a venue that was closed by then it is the last name, so that a year's table that is printed
    in April still names what was closed in autumn.
    """
    known = [row for row in _venues() if row.venue == code]
    begun = [row for row in known if (row.valid_from or on) <= on]
    last = max(begun or known, key=_begins, default=None)
    return last.name if last else code


def daily_area_of_venues() -> Mapping[str, str]:
    """The 日常生活圏域 in which each venue is or last was, by code."""
    return {row.venue: row.daily_area for row in sorted(_venues(), key=_begins)}


def _begins(row: Venue) -> date:
    return row.valid_from or date.min


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
