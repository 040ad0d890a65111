"""The lines of a year's reports, so that they add up to its figures: the same for the same seed."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from random import Random
from typing import Literal, NamedTuple

from contracts.venues import venues
from simulation.year.season import busyness, days_of, sizes, spread
from simulation.year.table import Figure

Detail = Literal["days", "visits"]
"""How fine the lines are: a part of a day at a place, or each counted person by themselves."""

PARTY = 5
"""Persons in one line of `days` at most: who came together, or within one part of the day."""

MOST_TIMES = 6
"""How often a group takes part in a year at most, where groups are counted and not their visits."""

PLACES = {
    "senior-station-visit": "senior-",
    "park-exercise-course": "park-",
    "hiroba-volunteer": "hiroba-",
}
"""The venues of a channel at which a kind happens, where not at all of them."""


class Line(NamedTuple):
    ref: str
    kind: str
    channel: str
    on: date
    quantity: int
    venue: str | None = None
    group: str | None = None
    flags: tuple[str, ...] = ()


def lines_of(figure: Figure, fiscal_year: int, seed: int, detail: Detail) -> Iterator[Line]:
    """The lines behind one figure, day by day."""
    random = Random(f"{seed}/{fiscal_year}/{figure.kind.kind}")  # noqa: S311 - a simulation
    numbers = count(1)
    for line in _merged(figure, fiscal_year, random, detail):
        yield line._replace(ref=f"{figure.kind.kind}/{fiscal_year}-{seed}/{next(numbers)}")


def _merged(figure: Figure, fiscal_year: int, random: Random, detail: Detail) -> Iterator[Line]:
    if figure.kind.needs_group:
        yield from sorted(_groups(figure, fiscal_year, random), key=lambda line: line.on)
        return
    sub = figure.sub_value or 0
    plain = _visits(figure, figure.value - sub, fiscal_year, random, detail, flagged=False)
    if not sub:
        yield from plain
        return
    flagged = _visits(figure, sub, fiscal_year, random, detail, flagged=True)
    yield from sorted([*plain, *flagged], key=lambda line: line.on)


def _visits(
    figure: Figure,
    total: int,
    fiscal_year: int,
    random: Random,
    detail: Detail,
    *,
    flagged: bool,
) -> Iterator[Line]:
    kind, where = figure.kind, _where(figure)
    places = [(on, venue) for on in days_of(fiscal_year) for venue in range(len(where))]
    large = sizes(len(where), random)
    busy = {on: busyness(on) for on in days_of(fiscal_year)}
    weights = [busy[on] * large[venue] for on, venue in places]
    turn = count()
    for (on, venue), there in zip(places, spread(total, weights, random), strict=True):
        for quantity in _parties(there, detail, random):
            number = next(turn)
            yield Line(
                "",
                kind.kind,
                kind.channels[number % len(kind.channels)],
                on,
                quantity,
                where[venue],
                flags=(kind.flags[number % len(kind.flags)],) if flagged else (),
            )


def _parties(persons: int, detail: Detail, random: Random) -> Iterator[int]:
    while persons > 0:
        some = 1 if detail == "visits" else min(persons, random.randint(1, PARTY))
        yield some
        persons -= some


def _groups(figure: Figure, fiscal_year: int, random: Random) -> Iterator[Line]:
    """Groups are counted once a year, however often they take part."""
    kind, where = figure.kind, _where(figure)
    days = days_of(fiscal_year)
    busy = [busyness(on) for on in days]
    for number in range(1, figure.value + 1):
        venue = random.choice(where)
        for on in random.choices(days, busy, k=random.randint(1, MOST_TIMES)):
            yield Line("", kind.kind, kind.channels[0], on, 1, venue, f"group-{number:04}")


def _where(figure: Figure) -> Sequence[str | None]:
    kind = figure.kind
    begins = PLACES.get(kind.kind, "")
    known = venues(kind.valid_to or date.max).values()
    return [
        venue.venue
        for venue in known
        if set(kind.channels) <= set(venue.channels) and venue.venue.startswith(begins)
    ] or [None]
