"""Laying a task aside: until when that may be.

A task that is laid aside leaves the lists and comes back by itself. It never stays away past its
legal deadline or past the day on which it goes to a superior, and an overdue one cannot be laid
aside at all: nobody puts a deadline out of sight.
"""

from datetime import date, datetime
from enum import StrEnum

from contracts.calendar import add_business_days, add_months, tokyo_date
from contracts.policies import Period


class SnoozeReason(StrEnum):
    """Why nothing can be done just now."""

    REPLY = "waiting-for-reply"
    PERSON = "waiting-for-person"
    PAPERS = "waiting-for-papers"
    DATE = "waiting-for-date"
    OTHER = "other"


def latest_return(
    due_at: datetime | None, escalates_at: datetime | None, on: date, longest: Period
) -> date:
    """The last day on which a task laid aside on a day must be back; that day if it may not be.

    It is back when its day begins in Tokyo, and so still in time on the deadline itself.
    """
    ends = [tokyo_date(at) for at in (due_at, escalates_at) if at is not None]
    return max(on, min(ends, default=_after(on, longest)))


def _after(on: date, period: Period) -> date:
    if period.unit == "months":
        return add_months(on, period.count)
    if period.unit == "business-days":
        return add_business_days(on, period.count)
    return date.fromordinal(on.toordinal() + period.count)
