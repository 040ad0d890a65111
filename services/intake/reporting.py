"""What a programme counts by its own records is not reported a second time by file. Pure.

A venue whose day sheets are kept (participation), or a kind of activity that is recorded there, has
one way as of a date; a line for it on a day of the other way is refused with that reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contracts.community import day_sheet_items
from services.intake.faults import Fault
from services.intake.lines import ReportedLine


class Said(NamedTuple):
    """From a date on, a venue or a kind is counted by `file` or by `records`."""

    scope: str
    code: str
    from_on: date
    channel: str | None
    way: str


class Ways:
    """The ways in force, as of any date."""

    def __init__(self, said: Iterable[Said] = ()) -> None:
        self._said = sorted(said, key=lambda one: one.from_on)
        self._found: dict[tuple[str, date], dict[str, Said]] = {}

    def by_records(self, scope: str, on: date) -> Mapping[str, Said]:
        """The venues (or kinds) that are counted by records on a date, by their codes."""
        found = self._found.get((scope, on))
        if found is None:
            some = [one for one in self._said if one.scope == scope and one.from_on <= on]
            latest = {one.code: one for one in some}
            found = {code: one for code, one in latest.items() if one.way == "records"}
            self._found[scope, on] = found
        return found


def counted_elsewhere(line: ReportedLine, ways: Ways) -> Fault | None:
    """Why a line may not be reported; None if the file is the way for it."""
    if line.kind in ways.by_records("kind", line.on):
        return Fault("kind", "counted-by-records")
    if line.kind not in {item.kind for item in day_sheet_items(line.channel)}:
        return None
    venues = ways.by_records("venue", line.on)
    if line.venue in venues:
        return Fault("venue", "counted-by-day-sheets")
    # A line that names no venue may be about one of those.
    if line.venue is None and any(one.channel == line.channel for one in venues.values()):
        return Fault("venue", "venue-needed")
    return None


def without_counted_elsewhere(
    rows: Sequence[tuple[int, ReportedLine]], ways: Ways
) -> tuple[list[tuple[int, ReportedLine]], list[dict[str, Any]]]:
    """The rows that the file is the way for, and what is wrong with the others."""
    good: list[tuple[int, ReportedLine]] = []
    errors: list[dict[str, Any]] = []
    for row, line in rows:
        fault = counted_elsewhere(line, ways)
        if fault is None:
            good.append((row, line))
        else:
            errors.append({"row": row, **fault.told()})
    return good, errors
