"""What an entry changes in the figures: pure sums over cells, in whatever order entries come.

A cell is a measure's figure for a fiscal year or one month of it, for the ward or one 基本圏域. An
entry without an area counts for the ward only. Distinct counts go through their members: a member
counts in a cell as long as at least one entry there names it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from contracts.calendar import fiscal_year
from services.indicators.entry import Entry
from services.indicators.measures import Counted, Measure, Measures

WHOLE_YEAR = 0
"""The month of a cell that holds the whole fiscal year."""

WHOLE_WARD = ""
"""The area of a cell that holds the whole ward."""


class Cell(NamedTuple):
    """Sorts in the order in which rows are locked."""

    measure_id: str
    measure_version: int
    fiscal_year: int
    basic_area: str
    month: int


class Member(NamedTuple):
    """One group, person or place in one cell of a distinct count."""

    cell: Cell
    key: str


class Amount(NamedTuple):
    value: int
    sub_value: int

    def plus(self, value: int, sub_value: int) -> "Amount":
        return Amount(self.value + value, self.sub_value + sub_value)


NOTHING = Amount(0, 0)

KeyT = TypeVar("KeyT", Cell, Member)


@dataclass
class _Alike:
    """Entries that no measure can tell apart: one of them, and how many come less how many go."""

    entry: Entry
    times: int = 0


class Changes:
    """The sum of what many entries change; what cancels out is left out.

    Entries that no measure can tell apart (the visits to a place on one day) are counted first and
    weighed once: a report of 500 lines has a handful of kinds of them.
    """

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._alike: dict[tuple[Hashable, ...], _Alike] = {}
        self._cells: dict[Cell, Amount] = defaultdict(lambda: NOTHING)
        self._members: dict[Member, Amount] = defaultdict(lambda: NOTHING)

    def replace(self, before: Entry | None, after: Entry | None) -> None:
        """An entry that said `before` says `after` now; None where it counts nowhere."""
        for entry, sign in ((before, -1), (after, 1)):
            if entry is not None and entry.on_date is not None and not entry.withdrawn:
                seen = (
                    entry.event_type,
                    entry.kind,
                    entry.agency,
                    entry.programme_no,
                    entry.basic_area,
                    entry.on_date.year,
                    entry.on_date.month,
                    entry.quantity,
                    entry.flags,
                    *self._measures.keys_of(entry),
                )
                alike = self._alike.get(seen)
                if alike is None:
                    alike = self._alike[seen] = _Alike(entry)
                alike.times += sign

    def _weigh(self) -> None:
        for alike in self._alike.values():
            for measure, adds in self._measures.of(alike.entry) if alike.times else ():
                self._add(measure, adds, alike.entry, alike.times)
        self._alike.clear()

    def _add(self, measure: Measure, adds: Counted, entry: Entry, times: int) -> None:
        for cell in cells(measure, entry):
            if adds.key is None:
                self.add(cell, times * adds.value, times * adds.sub_value)
            else:
                member = Member(cell, adds.key)
                self._members[member] = self._members[member].plus(
                    times, times if adds.sub_value else 0
                )

    def add(self, cell: Cell, value: int, sub_value: int) -> None:
        self._cells[cell] = self._cells[cell].plus(value, sub_value)

    def cells(self) -> list[tuple[Cell, Amount]]:
        self._weigh()
        return _left(self._cells)

    def members(self) -> list[tuple[Member, Amount]]:
        """Changes of how many entries name each member."""
        self._weigh()
        return _left(self._members)


def cells(measure: Measure, entry: Entry) -> Iterator[Cell]:
    """The two or four cells of a measure in which a dated entry counts."""
    if entry.on_date is None:
        return
    year = fiscal_year(entry.on_date)
    for area in (WHOLE_WARD, entry.basic_area) if entry.basic_area else (WHOLE_WARD,):
        for month in (WHOLE_YEAR, entry.on_date.month):
            yield Cell(measure.id, measure.version, year, area, month)


def appeared(before: int, after: int) -> int:
    """How a distinct count changes when a member's references do: by one, or not at all."""
    return int(after > 0) - int(before > 0)


def _left(amounts: dict[KeyT, Amount]) -> list[tuple[KeyT, Amount]]:
    return sorted((key, amount) for key, amount in amounts.items() if amount != NOTHING)
