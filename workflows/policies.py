"""Every duration of the workflows: how a period becomes an instant, and how long an activity may
take. No other module of this package makes a length of time.

On the real clock days and months keep the clock time at which they began, in Tokyo, and business
days are the days on which the ward's offices are open. On a compressed clock every day, open or
closed, lasts `day_seconds`, and a month has 30 of them.
"""

from datetime import date, datetime, timedelta

from temporalio.common import RetryPolicy

from contracts.calendar import TOKYO, add_business_days, add_months, tokyo_date
from contracts.policies import Period, Policy, end_of, start_of

ACTIVITY_TIMEOUT = timedelta(seconds=30)
"""One try of an activity: a transaction of some milliseconds, or a database that hangs."""

ACTIVITY_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=20),
)
"""Without an end: a service that is down holds a case up, and never loses a step of it."""

MENDING_PAUSE = timedelta(minutes=1)
"""Between two tries of a step that a service refused although nobody had asked for it: only a
mended service can take it, and there is nobody to tell."""

STICKY_TIMEOUT = timedelta(seconds=2)
"""How long a workflow task waits for the worker that has the workflow in memory."""

SHUTDOWN_GRACE = timedelta(seconds=10)
"""What runs may finish when the worker is told to stop."""

RESTART_PAUSE = timedelta(seconds=1)
"""Before a worker that failed is started again."""

HEALTH_PATIENCE = timedelta(seconds=2)
"""How long the health page waits for the Temporal server's answer."""

REMEMBERED_COMMANDS = 200
"""Command ids that a workflow knows as applied: far more than can be on their way at once."""

LOOK_AHEAD_MONTHS = 60
"""Ages that are reached later than this are beyond what a case lives."""

DAYS_A_MONTH = 30
"""Of a month on the compressed clock."""


def after(policy: Policy, period: str | Period, start: datetime) -> datetime:
    """The instant a period after `start`; a period may be named by its `Policy` field.

    Raises AttributeError for an unknown field.
    """
    return _shifted(policy, period, start, 1)


def before(policy: Policy, period: str | Period, end: datetime) -> datetime:
    """The instant a period before `end`."""
    return _shifted(policy, period, end, -1)


def notice(policy: Policy, starts_at: datetime | None, now: datetime) -> str | None:
    """`short-notice` for a meeting that is announced later than the ward's rule has it."""
    if starts_at is None:
        return None
    return "short-notice" if starts_at < after(policy, "invitation_lead", now) else None


def in_sight(on: date, now: datetime) -> bool:
    """Whether a date is near enough to be waited for by a case, on any clock."""
    return on <= add_months(tokyo_date(now), LOOK_AHEAD_MONTHS)


def _shifted(policy: Policy, period: str | Period, start: datetime, sign: int) -> datetime:
    length = period if isinstance(period, Period) else _named(policy, period)
    count = sign * length.count
    if policy.day_seconds is not None:
        days = count * DAYS_A_MONTH if length.unit == "months" else count
        return start + timedelta(days=days) * _shrinking(policy)
    local = start.astimezone(TOKYO)
    if length.unit == "months":
        on = add_months(local.date(), count)
    elif length.unit == "business-days":
        on = add_business_days(local.date(), count)
    else:
        on = local.date() + timedelta(days=count)
    return datetime.combine(on, local.timetz())


def _named(policy: Policy, field: str) -> Period:
    length = getattr(policy, field)
    if not isinstance(length, Period):
        raise TypeError(f"{field} is not one period")
    return length


def _shrinking(policy: Policy) -> float:
    return (policy.day_seconds or 0) / timedelta(days=1).total_seconds()


__all__ = [
    "ACTIVITY_RETRY",
    "ACTIVITY_TIMEOUT",
    "HEALTH_PATIENCE",
    "LOOK_AHEAD_MONTHS",
    "MENDING_PAUSE",
    "REMEMBERED_COMMANDS",
    "RESTART_PAUSE",
    "SHUTDOWN_GRACE",
    "STICKY_TIMEOUT",
    "Period",
    "Policy",
    "after",
    "before",
    "end_of",
    "in_sight",
    "notice",
    "start_of",
    "tokyo_date",
]
