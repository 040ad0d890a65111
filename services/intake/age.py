"""The ages at which support passes to other programmes (plan §7(4): 18, 40, 65)."""

from datetime import date
from typing import Literal

from contracts.calendar import reaches_age_on

Age = Literal[18, 40, 65]
AGES: tuple[Age, ...] = (18, 40, 65)


def next_boundary(birth: date, on: date) -> tuple[Age, date] | None:
    """The next age that is reached on `on` or later, and when; None past the last one."""
    for age in AGES:
        reached = reaches_age_on(birth, age)
        if reached >= on:
            return age, reached
    return None
