"""Dates and fiscal years as people and spreadsheets write them, read into the calendar's own.

An office writes 2024-04-01, 2024/4/1, 令和6年4月1日(月), R6.4.1, 令６/４/１; a spreadsheet that was
never told that a column holds dates writes 45383. Eras: 元号法, 昭和64年 and 平成31年 ended on the
day before the next began (平成元年政令第1号, 平成31年政令第143号).
"""

import re
import unicodedata
from datetime import date, timedelta

from contracts.calendar import ERAS

_LAST_DAYS = (date(2100, 1, 1), *(began - timedelta(days=1) for _, began in ERAS))
_ERAS = {era: (began, last) for (era, began), last in zip(ERAS, _LAST_DAYS, strict=False)}
"""First and last day of each era; the present one is open."""

_SHORT = {era[0]: era for era in _ERAS} | dict(zip("RHSTM", _ERAS, strict=True))

_ERA_NAME = "|".join((*_ERAS, *_SHORT))
_TAIL = r"(?:\s*[(\[]?[月火水木金土日](?:曜日?)?[)\]]?)?(?:[T\s]\s*0?0:00(?::00(?:\.0+)?)?)?"
_MONTH_AND_DAY = r"\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?"
_GREGORIAN = re.compile(rf"(\d{{4}}){_MONTH_AND_DAY}{_TAIL}")
_IN_AN_ERA = re.compile(rf"({_ERA_NAME})\s*\.?\s*(\d{{1,2}}|元){_MONTH_AND_DAY}{_TAIL}")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-7]\d{4}")
_YEAR = re.compile(rf"(?:({_ERA_NAME})\s*\.?\s*(\d{{1,2}}|元)|(\d{{4}}))\s*(?:年度?)?")

_SERIAL_BEGINS = date(1899, 12, 30)
"""Day 0 of a spreadsheet's date numbers (ECMA-376 part 1, 18.17.4.1), right from 1900-03-01 on."""


def read_date(text: str) -> date:
    """The date that a cell says. Five digits from 20000 (1954) on are a spreadsheet's own number.

    Raises ValueError for anything that is no date, for a day that an era does not have, and for
    orders that could be read in two ways (4/1/2024).
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if found := _GREGORIAN.fullmatch(plain) or _EIGHT_DIGITS.fullmatch(plain):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _IN_AN_ERA.fullmatch(plain):
        on = date(_year_in_era(found[1], found[2]), int(found[3]), int(found[4]))
        first, last = _ERAS[_era(found[1])]
        if not first <= on <= last:
            raise ValueError("the era has no such day")
        return on
    if _SERIAL.fullmatch(plain):
        return _SERIAL_BEGINS + timedelta(days=int(plain))
    raise ValueError("not a date")


def read_fiscal_year(text: str) -> int:
    """The 年度 that a text says: 2024 for 2024, R6, 令和6, 令和6年度, 令６. Raises ValueError."""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if found is None:
        raise ValueError("not a fiscal year")
    return int(found[3]) if found[3] else _year_in_era(found[1], found[2])


def _era(name: str) -> str:
    return _SHORT.get(name, name)


def _year_in_era(name: str, number: str) -> int:
    first, _ = _ERAS[_era(name)]
    return first.year - 1 + (1 if number == "元" else int(number))
