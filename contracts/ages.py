"""Who is to be turned to at which age, and what goes along when that changes (plan §6, §7(4)).

The rows stand in `contracts/data`, with the dates between which they hold.
"""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache

from contracts.catalogue import DATA, Validity
from contracts.message import Message


class AgeResponsibility(Validity):
    """Between which ages an agency is the one to turn to, and by which rule (plan §7(4), §8)."""

    agency: str
    from_age: int
    """In years, included."""
    to_age: int
    """In years, not included: the age at which it hands over."""
    basis: str


class HandoverPaper(Message):
    """One paper of the package that goes along when an age is reached (plan §6)."""

    item: str
    label: str
    category: str
    """What it is about, as consents name it (process A4)."""
    required: bool


def age_responsibilities(on: date) -> tuple[AgeResponsibility, ...]:
    """Who is to be turned to at which age, by the rows in force on a date."""
    return tuple(row for row in _responsibilities() if row.holds(on))


@cache
def handover_items() -> dict[str, HandoverPaper]:
    """The papers of a handover's package, by code."""
    papers = (
        HandoverPaper(**{**row, "required": row["required"] == "yes"})
        for row in _rows("handover_items.csv")
    )
    return {paper.item: paper for paper in papers}


@cache
def _responsibilities() -> tuple[AgeResponsibility, ...]:
    """An empty cell is an open end."""
    return tuple(
        AgeResponsibility.model_validate({name: cell or None for name, cell in row.items()})
        for row in _rows("age_responsibility.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((DATA / name).read_text("utf-8").splitlines())
