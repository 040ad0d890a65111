"""Who gives and who receives when a person reaches 18, 40 or 65, as the data propose it. Pure.

The ward decides: what is proposed may be named otherwise (plan §6 asks for rules of handing over).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from contracts import ages
from contracts.ages import AgeResponsibility


@dataclass(frozen=True)
class Sides:
    """引継ぎ元・引継ぎ先; None where the data know nobody."""

    giving: str | None
    receiving: str | None


def proposed_sides(age: int, on: date, team: Collection[str]) -> Sides:
    """Whose time ends at the age gives; whose begins, or goes on, receives. The team comes first.

    `on` is the day on which the age is reached: the rows in force on it count.
    """
    rows = ages.age_responsibilities(on)
    ending = [row for row in rows if row.to_age == age]
    going_on = [row for row in rows if row.from_age <= age < row.to_age]
    giving = _first(sorted(ending, key=lambda row: row.agency not in team))
    # Whoever knows the person already goes on; else whose task begins at this age.
    receiving = _first(
        sorted(going_on, key=lambda row: (row.agency not in team, row.from_age != age)),
        but=giving,
    )
    return Sides(giving, receiving)


def _first(rows: Iterable[AgeResponsibility], but: str | None = None) -> str | None:
    return next((row.agency for row in rows if row.agency != but), None)
