"""Charts as plain geometry, which a template draws as SVG: readable without colour or scripts.

What is this year's is solid, what is last year's is hatched, the target is a dashed line, and every
bar of this year has its number. The table beside a chart says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 280
LEFT, TOP, BOTTOM = 8, 28, 28
"""Margins: the numbers stand above the bars, the months below."""
GROUP_FILLED = 0.8
"""Of each month's width."""


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
    """A month (or an area) with this year's bar and last year's."""

    label: str
    middle: float
    now: Bar | None
    last: Bar | None


@dataclass(frozen=True)
class Chart:
    groups: tuple[Group, ...]
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = HEIGHT - BOTTOM


def bars(
    labels: Sequence[str], now: Sequence[int | None], last: Sequence[int | None] | None
) -> Chart | None:
    """The bars of some months beside last year's; None where there is nothing above nought."""
    before = list(last or [None] * len(labels))
    most = max((value for value in (*now, *before) if value is not None), default=0)
    if most <= 0:
        return None
    step = (WIDTH - 2 * LEFT) / len(labels)
    wide = step * GROUP_FILLED / (2 if last else 1)

    def bar(value: int | None, x: float) -> Bar | None:
        if value is None:
            return None
        tall = max(value, 0) / most * (HEIGHT - TOP - BOTTOM)
        return Bar(
            round(x, 1), round(HEIGHT - BOTTOM - tall, 1), round(wide, 1), round(tall, 1), value
        )

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
    return Chart(tuple(groups))
