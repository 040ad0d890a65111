"""Charts as plain geometry, which a template draws as SVG: readable without colour or scripts.

What is this year's is solid, what is last year's is hatched (a bar) or dashed with squares (a
line), the target is a dashed line with its own name on it. The table beside a chart says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 280
LEFT, TOP, BOTTOM = 8, 28, 28
"""Margins: the numbers stand above the bars, the months below."""
RIGHT_OF_LINES = 190
"""Where the names of the lines stand, at their ends."""
NAME_HEIGHT = 18
GROUP_FILLED = 0.8
"""Of each month's width."""
METER = 160
"""The width of a meter, which stands in a row of a table."""
TREND_HEIGHT = 40


@dataclass(frozen=True)
class Bar:
    """One bar, from its top left corner."""

    x: float
    y: float
    width: float
    height: float
    value: int


@dataclass(frozen=True)
class Group:
    """A month with this year's bar and last year's."""

    label: str
    middle: float
    now: Bar | None
    last: Bar | None


@dataclass(frozen=True)
class Chart:
    groups: tuple[Group, ...]
    target: float | None = None
    """The height at which the target's line is drawn, from the top."""
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    value: int


@dataclass(frozen=True)
class Course:
    """How a figure adds up over the months, beside last year's and on the way to its target."""

    labels: tuple[tuple[str, float], ...]
    now: tuple[Point, ...]
    last: tuple[Point, ...]
    target: float | None
    names: dict[str, float]
    """Where the name of each line (now, last, target) stands, none upon another."""
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = HEIGHT - BOTTOM
    ends: float = WIDTH - RIGHT_OF_LINES


@dataclass(frozen=True)
class Meter:
    """A figure as a bar in a table's row, last year's below it, and where the target is."""

    now: float
    last: float | None
    target: float | None
    width: int = METER


def bars(
    labels: Sequence[str],
    now: Sequence[int | None],
    last: Sequence[int | None] | None,
    target: int | None = None,
) -> Chart | None:
    """The bars of some months beside last year's; None where there is nothing above nought."""
    before = list(last or [None] * len(labels))
    most = _most(*now, *before, target)
    if most <= 0:
        return None
    step = (WIDTH - 2 * LEFT) / len(labels)
    wide = step * GROUP_FILLED / (2 if last else 1)

    def bar(value: int | None, x: float) -> Bar | None:
        if value is None:
            return None
        y = _height(value, most)
        return Bar(round(x, 1), y, round(wide, 1), round(HEIGHT - BOTTOM - y, 1), value)

    groups = []
    for place, label in enumerate(labels):
        x = LEFT + place * step + step * (1 - GROUP_FILLED) / 2
        groups.append(
            Group(
                label,
                round(LEFT + (place + 0.5) * step, 1),
                bar(now[place], x + (wide if last else 0)),
                bar(before[place], x) if last else None,
            )
        )
    return Chart(tuple(groups), _height(target, most) if target is not None else None)


def added_up(months: Sequence[int | None]) -> list[int | None]:
    """The sums from the first month on; None where a month has nothing to say."""
    total, found = 0, []
    for month in months:
        total += month or 0
        found.append(None if month is None else total)
    return found


def course(
    labels: Sequence[str],
    now: Sequence[int | None],
    last: Sequence[int | None] | None,
    target: int | None,
) -> Course | None:
    """Lines over the months, not yet drawn for months to come; None with nothing to draw."""
    most = _most(*now, *(last or ()), target)
    if most <= 0:
        return None
    step = (WIDTH - LEFT - RIGHT_OF_LINES) / len(labels)
    places = [round(LEFT + (place + 0.5) * step, 1) for place in range(len(labels))]

    def line(values: Sequence[int | None]) -> tuple[Point, ...]:
        told = zip(places, values, strict=True)
        return tuple(Point(x, _height(v, most), v) for x, v in told if v is not None)

    drawn = {"now": line(now), "last": line(last or [None] * len(labels))}
    aim = _height(target, most) if target is not None else None
    ends = {name: points[-1].y for name, points in drawn.items() if points}
    return Course(
        labels=tuple(zip(labels, places, strict=True)),
        now=drawn["now"],
        last=drawn["last"],
        target=aim,
        names=_apart(ends if aim is None else ends | {"target": aim}),
    )


def meter(now: int | None, last: int | None, target: int | None, most: int | None = None) -> Meter:
    """A figure's bars on the scale of the greatest of them, or of what a table has in common."""
    full = max(_most(now, last, target) if most is None else most, 1)

    def wide(value: int) -> float:
        return round(min(max(value, 0) / full, 1) * METER, 1)

    return Meter(
        wide(now or 0),
        None if last is None else wide(last),
        None if target is None else wide(target),
    )


def trend(values: Sequence[int | None]) -> tuple[Bar | None, ...]:
    """Some years as small columns, which stand in a row of a table."""
    most = max(_most(*values), 1)
    wide = METER / max(len(values), 1)

    def column(place: int, value: int | None) -> Bar | None:
        if value is None:
            return None
        tall = round(max(value, 0) / most * TREND_HEIGHT, 1)
        x = round(place * wide, 1)
        return Bar(x, round(TREND_HEIGHT - tall, 1), round(wide * 0.7, 1), tall, value)

    return tuple(column(place, value) for place, value in enumerate(values))


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Names from the top down, each at least a line below the one above, none below the ground."""
    placed: dict[str, float] = {}
    lowest = float(TOP)
    for place, (name, height) in enumerate(sorted(heights.items(), key=lambda one: one[1])):
        room = HEIGHT - BOTTOM - NAME_HEIGHT * (len(heights) - 1 - place)
        placed[name] = round(min(max(height, lowest), room), 1)
        lowest = placed[name] + NAME_HEIGHT
    return placed


def _most(*values: int | None) -> int:
    return max((value for value in values if value is not None), default=0)


def _height(value: int, most: int) -> float:
    """How far below the top a value stands."""
    return round(HEIGHT - BOTTOM - max(value, 0) / most * (HEIGHT - TOP - BOTTOM), 1)
