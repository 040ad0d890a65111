"""What guards a person: how long it stands, from when it may be renewed, what it hides.

支援措置 (address-protection) stands for a year, may be renewed from one month before its last day
on, and ends by itself; while it stands, address and telephone are shown nowhere.
"""

from datetime import date, timedelta

from contracts.calendar import add_months
from contracts.policies import Period, Policy

POLICY = Policy()
"""The ward's deadlines as they stand; intake knows no running case."""

STAFF_SAFETY, ADDRESS_PROTECTION = "staff-safety", "address-protection"
LASTS = {STAFF_SAFETY: POLICY.staff_safety, ADDRESS_PROTECTION: POLICY.address_protection}

HIDDEN = ("address", "postal_code", "phone", "email")
"""Fields of a person that say where they can be found."""


def last_day(kind: str, starts_on: date) -> date:
    """The last day of a flag. The first day does not count (民法140条)."""
    return _later(starts_on, LASTS[kind])


def renewable_from(kind: str, expires_on: date) -> date:
    """The day from which it may be renewed; a safety warning at any time."""
    if kind == STAFF_SAFETY:
        return date.min
    return add_months(expires_on, -POLICY.address_protection_renewal.count)


def renewed(kind: str, expires_on: date) -> date:
    """The last day after a renewal: it is counted from the day on which the old one ends."""
    return _later(expires_on, LASTS[kind])


def stands(starts_on: date, expires_on: date, ended: bool, on: date) -> bool:
    return not ended and starts_on <= on <= expires_on


def _later(on: date, period: Period) -> date:
    if period.unit == "months":
        return add_months(on, period.count)
    return on + timedelta(days=period.count)
