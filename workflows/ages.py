"""Which handovers a case has to expect, when it is told anew when ages are reached. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.awaited import AwaitedAge
from contracts.cases import CaseMemory
from contracts.steps import AgeBoundary


@dataclass(frozen=True)
class Expected:
    """The handovers after the telling, and what has to be told to whom."""

    kept: tuple[AwaitedAge, ...]
    """Those that go on, each with its day as it is known now."""
    moved: tuple[AwaitedAge, ...]
    """Of those, the ones whose day was corrected."""
    gone: tuple[AwaitedAge, ...]
    """Ages that, by a corrected birth date, are not reached on any day to come."""
    new: tuple[AgeBoundary, ...]


def reconciled(memory: CaseMemory, told: Iterable[AgeBoundary], today: date) -> Expected:
    """Hold what a case awaits against what intake says now.

    An age that was reached meanwhile goes on being handed over; it is not told any more.
    """
    known = {(boundary.person_id, boundary.age): boundary for boundary in told}
    kept, moved, gone = [], [], []
    for age in memory.awaited_ages:
        boundary = known.pop((age.person_id, age.age), None)
        if boundary is None and age.reached_on > today:
            gone.append(age)
            continue
        if boundary is not None and boundary.reached_on != age.reached_on:
            age = age.model_copy(update={"reached_on": boundary.reached_on})
            moved.append(age)
        kept.append(age)
    return Expected(tuple(kept), tuple(moved), tuple(gone), tuple(known.values()))
