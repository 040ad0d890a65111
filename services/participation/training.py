"""When a course is taken, what a certificate is called, and how long it holds: rules, no I/O."""

from collections.abc import Collection
from datetime import date

from contracts.calendar import add_months, fiscal_year_label

ENOUGH_PERCENT = 100
"""Share of a course's sessions that must be attended, in percent."""


def taken(sessions: Collection[object], attended: Collection[object]) -> bool:
    """Whether somebody was there often enough."""
    return bool(sessions) and len(attended) * 100 >= len(sessions) * ENOUGH_PERCENT


def certificate_number(fiscal_year: int, serial: int) -> str:
    """「令和8年度 第12号」."""
    return f"{fiscal_year_label(fiscal_year)} 第{serial}号"


def valid_until(issued_on: date, months: int | None) -> date | None:
    """The last day on which a certificate holds; None: for good."""
    return None if months is None else add_months(issued_on, months)
