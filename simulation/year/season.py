"""When and where a year happens: weekdays and holidays, seasons, small and large places."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

import jpholiday

SEASON = {4: 0.8, 5: 0.95, 6: 1.1, 7: 1.1, 8: 0.85, 9: 1.0, 10: 1.15, 11: 1.15, 12: 0.9, 1: 0.85}
"""How busy a month is beside an ordinary one; those not named are ordinary."""

WEEKDAY = (1.0, 1.05, 1.1, 1.05, 1.0, 0.7, 0.25)
"""Monday to Sunday, where a place is open all week."""

HOLIDAY = 0.15
SLACK = 1e-9
"""What adding weights up may lose."""
NEW_YEAR = ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3))


def days_of(fiscal_year: int) -> list[date]:
    """1 April to 31 March."""
    first, last = date(fiscal_year, 4, 1), date(fiscal_year + 1, 3, 31)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def busyness(on: date) -> float:
    """How much happens on a day; nothing at the turn of the year."""
    if (on.month, on.day) in NEW_YEAR:
        return 0.0
    quiet = HOLIDAY if jpholiday.is_holiday(on) else 1.0
    return SEASON.get(on.month, 1.0) * WEEKDAY[on.weekday()] * quiet


def sizes(count: int, random: Random) -> list[float]:
    """How large places are beside each other: a few large ones, many small ones, none alike."""
    made = [random.uniform(0.7, 1.3) / (rank + 2) ** 0.6 for rank in range(count)]
    random.shuffle(made)
    return made


def spread(total: int, weights: Sequence[float], random: Random) -> Iterator[int]:
    """Whole numbers that add up to the total, near their weights; chance decides what is left over.

    Raises ValueError if there is something to spread and nowhere to put it.
    """
    whole = sum(weights)
    if total and not whole:
        raise ValueError("nothing happens anywhere")
    offset, before = random.random(), 0
    for reached in accumulate(weights):
        ends = reached >= whole * (1 - SLACK)
        upto = total if ends else min(total, int(total * reached / whole + offset))
        yield upto - before
        before = upto
