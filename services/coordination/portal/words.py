"""How the portal says times and deadlines: the Japanese era, and open days of the ward's offices.

The date that counts is the one in Tokyo; days are counted as business days (地方自治法4条の2).
"""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.calendar import (
    TOKYO,
    business_days_between,
    era_date,
    fiscal_year_label,
    tokyo_date,
    wareki,
)

FAR_DAYS = 400
"""Beyond this many days a deadline is told in calendar days alone."""


@dataclass(frozen=True)
class Due:
    """A deadline in words. `overdue` also stands in the text, so that colour only underlines it."""

    on: str
    left: str
    overdue: bool


def moment(at: datetime) -> str:
    """「令和8年11月23日(月) 18:05」."""
    return f"{wareki(tokyo_date(at))} {at.astimezone(TOKYO):%H:%M}"


def day(on: date | datetime | str) -> str:
    """「令和8年11月23日(月)」, of a date, an instant or an ISO date."""
    if isinstance(on, str):
        on = datetime.fromisoformat(on) if "T" in on else date.fromisoformat(on)
    return wareki(tokyo_date(on) if isinstance(on, datetime) else on)


def born(on: str) -> str:
    """A birth date as papers have it: 「昭和57年8月10日」, of an ISO date."""
    return era_date(date.fromisoformat(on))


def instant(text: str) -> str:
    """An ISO instant as `moment` says it."""
    return moment(datetime.fromisoformat(text))


def due(at: datetime | None, now: datetime, *, overdue: bool = False) -> Due | None:
    """A deadline and what is left of it; None where there is none.

    What is due on a day may be done until its end (民法141条); `overdue` is the case's word.
    """
    if at is None:
        return None
    on, today = tokyo_date(at), tokyo_date(now)
    if overdue or on < today:
        if (today - on).days > FAR_DAYS:
            return Due(wareki(on), f"{(today - on).days}日超過", True)
        late = business_days_between(on, today)
        return Due(wareki(on), f"{late}営業日超過" if late > 0 else "期限超過", True)
    if on == today:
        return Due(wareki(on), "本日まで", False)
    if (on - today).days > FAR_DAYS:
        return Due(wareki(on), f"あと{(on - today).days}日", False)
    return Due(wareki(on), f"あと{business_days_between(today, on)}営業日", False)


def fiscal_years(current: int, first: int = 2019) -> list[tuple[int, str]]:
    """The fiscal years to choose from, the newest first."""
    return [(year, fiscal_year_label(year)) for year in range(current + 1, first - 1, -1)]
