"""The ward's calendar: the date that counts is the date in Tokyo, the year is the fiscal year.

Sources: 地方自治法 208条 (fiscal year from 1 April), 地方自治法 4条の2 (days on which offices are
closed: Saturdays, Sundays, national holidays, 29 December to 3 January).
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import jpholiday

TOKYO = ZoneInfo("Asia/Tokyo")

REIWA_BEGAN = date(2019, 5, 1)
ERAS = (
    ("令和", REIWA_BEGAN),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 10, 23)),
)
"""The eras and their first days, the present one first (元号法 and the 政令 of each)."""
WEEKDAYS = "月火水木金土日"


def tokyo_date(at: datetime) -> date:
    """The date in Tokyo at an instant. Raises ValueError for a naive instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(TOKYO).date()


def today() -> date:
    return datetime.now(TOKYO).date()


def fiscal_year(on: date) -> int:
    """The 年度 of a date: 2024 for 2024-04-01 to 2025-03-31 (令和6年度)."""
    return on.year if on.month >= 4 else on.year - 1


def fiscal_year_label(year: int) -> str:
    """「令和6年度」. Raises ValueError before 令和元年度 (2019)."""
    if year < REIWA_BEGAN.year:
        raise ValueError("fiscal years are printed from 令和元年度 on")
    number = year - 2018
    return f"令和{'元' if number == 1 else number}年度"


def era_date(on: date) -> str:
    """「昭和57年8月10日」; the Gregorian date before 明治."""
    for era, began in ERAS:
        if on >= began:
            number = on.year - began.year + 1
            return f"{era}{'元' if number == 1 else number}年{on.month}月{on.day}日"
    return f"{on.year}年{on.month}月{on.day}日"


def wareki(on: date) -> str:
    """「令和8年11月23日(月)」, in the era of its day."""
    return f"{era_date(on)}({WEEKDAYS[on.weekday()]})"


def is_business_day(on: date) -> bool:
    """Whether the ward's offices are open."""
    year_end = (on.month, on.day) >= (12, 29) or (on.month, on.day) <= (1, 3)
    return on.weekday() < 5 and not year_end and not jpholiday.is_holiday(on)


def add_business_days(start: date, days: int) -> date:
    """The day that is `days` open days after `start` (before it, if negative)."""
    step = timedelta(days=1 if days >= 0 else -1)
    on = start
    for _ in range(abs(days)):
        on += step
        while not is_business_day(on):
            on += step
    return on


_open = lru_cache(maxsize=4096)(is_business_day)


def business_days_between(after: date, until: date) -> int:
    """How many open days lie after one date, up to and with the other; negative before it."""
    if until < after:
        return -business_days_between(until, after)
    return sum(_open(after + timedelta(days=step)) for step in range(1, (until - after).days + 1))


def add_months(start: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it has none (民法143条2項)."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    for day in range(start.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, min(start.day, 28))


def reaches_age_on(birth: date, age: int) -> date:
    """The day on which an age is reached in law: the day before the birthday.

    Somebody born on 29 February reaches it on 28 February in every year.
    Source: 年齢計算ニ関スル法律, 民法143条.
    """
    corresponding = add_months(birth, age * 12)
    if corresponding.day != birth.day:
        return corresponding
    return corresponding - timedelta(days=1)
