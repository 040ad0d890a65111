"""How a listing ages: fresh, to be made sure of, stale. Rules, and no I/O.

The directories' complaint is old information passed on (peers B3); HSDS has `assured_date` for it.
"""

from datetime import date, timedelta

from contracts.calendar import add_business_days, add_months
from contracts.policies import Period, Policy

POLICY = Policy()


def check_due(assured_on: date, policy: Policy = POLICY) -> date:
    """The last day on which a listing counts as fresh."""
    return moved(assured_on, policy.resource_assurance_lasts)


def notice_from(due: date, policy: Policy = POLICY) -> date:
    """The first day on which a listing is among those to be made sure of."""
    return due - (moved(due, policy.resource_check_notice) - due)


def is_stale(check_due_on: date | None, on: date) -> bool:
    """Whether a listing needs somebody to make sure of it again."""
    return check_due_on is None or check_due_on < on


def moved(start: date, period: Period) -> date:
    """The day that is a period after a day."""
    match period.unit:
        case "months":
            return add_months(start, period.count)
        case "business-days":
            return add_business_days(start, period.count)
        case _:
            return start + timedelta(days=period.count)
