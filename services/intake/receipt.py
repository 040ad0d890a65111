"""Receipt numbers: `R8-大森-00123`, readable by telephone, saying nothing about the person.

They count by fiscal year of the consultation and by 基本圏域; where the area is not known, by the
ward as a whole (大田).
"""

import re
import unicodedata
from datetime import date

from contracts.calendar import fiscal_year

WHOLE_WARD = "大田"
REIWA_OFFSET = 2018
"""令和1年 is 2019."""

_DASHES = re.compile(r"\s*[\-‐‑‒–—―−ー－]\s*")
_DOTS = re.compile(r"[・·･\s]")


def area_of_number(basic_area: str | None) -> str:
    """The area's part of a number: 「糀谷・羽田」 is read without its dot."""
    return _DOTS.sub("", basic_area) if basic_area else WHOLE_WARD


def receipt_number(received_on: date, basic_area: str | None, count: int) -> str:
    """The number of the `count`-th consultation of its fiscal year and area."""
    year = fiscal_year(received_on) - REIWA_OFFSET
    return f"R{year}-{area_of_number(basic_area)}-{count:05d}"


def as_receipt_number(written: str) -> str:
    """A number as somebody typed it, in the form in which it is stored."""
    plain = unicodedata.normalize("NFKC", written).strip().upper()
    year, *rest = _DASHES.split(plain)
    if len(rest) != 2 or not rest[1].isdecimal() or len(rest[1]) > 9:
        return plain
    return f"{year}-{_DOTS.sub('', rest[0])}-{int(rest[1]):05d}"
