"""個人番号 is refused at every door: it may not be kept outside the uses its law names (番号法).

A string holds one if it has twelve digits, grouped as people write them, whose last is the right
check digit. One ordinary number of twelve digits in eleven is refused by chance; that is the
price of never storing one. Check digit: 番号法総務省令 (平成26年総務省令第85号) 5条.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from chassis.problems import Problem, field_error

DIGITS = 12
_SEPARATOR = r"[\s\-‐‑‒–—―−ー・.,_/、:~]{1,3}"
_GROUPINGS = ((12,), (4, 4, 4), (6, 6), (3, 3, 3, 3), (4, 8), (8, 4), (1,) * 12)


def _pattern(grouping: tuple[int, ...]) -> re.Pattern[str]:
    # In groups it stands by itself; in one piece also behind letters (No123…).
    edge = r"\d" if len(grouping) == 1 else r"[0-9A-Za-z]"
    groups = _SEPARATOR.join(rf"\d{{{size}}}" for size in grouping)
    return re.compile(rf"(?<!{edge})(?=({groups})(?!{edge}))")


_PATTERNS = tuple(_pattern(grouping) for grouping in _GROUPINGS)
_MACHINE_MADE = re.compile(
    r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b(?=[0-9]*[a-f])[0-9a-f]{16,}\b"
)
"""UUIDs and hashes: twelve digits in a row happen in them, and nobody writes a number so."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_NOT_DIGITS = re.compile(r"\D+")


def is_my_number(digits: str) -> bool:
    """Whether twelve digits end in the right check digit."""
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return False
    weighed = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:-1]), start=1)
    )
    rest = weighed % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def holds_my_number(text: str) -> bool:
    """Whether a text holds something that can only be taken for a 個人番号."""
    if len(text) < DIGITS:
        return False
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if sum(map(str.isdecimal, plain)) < DIGITS:
        return False
    plain = _MACHINE_MADE.sub(" ", _ascii_digits(plain))
    return any(
        is_my_number(_NOT_DIGITS.sub("", found[1]))
        for pattern in _PATTERNS
        for found in pattern.finditer(plain)
    )


def fields_with_my_number(body: Any) -> Iterator[str]:
    """The dotted paths of everything in a JSON value that holds one, keys of objects included."""
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            if any(holds_my_number(str(key)) for key in value):
                yield path or "body"
            waiting += [(f"{path}.{key}" if path else str(key), at) for key, at in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{place}", at) for place, at in enumerate(value)]
        elif _holds(value):
            yield path or "body"


def _holds(value: Any) -> bool:
    if isinstance(value, str):
        return holds_my_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # 0-leading numbers lose their zeros in JSON; they are written out again.
    return 1e9 <= value < 1e12 and value == int(value) and is_my_number(f"{int(value):012d}")


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def refuse_my_number(body: Any, *, within: str = "") -> None:
    """Raise Problem 422 `my-number-refused` naming the fields of a JSON body that hold one.

    `within` is the field of the request that the body stands in.
    """
    found = sorted(set(fields_with_my_number(body)))
    if not found:
        return
    ja, en = "個人番号は登録できません", "An individual number (個人番号) is never stored here"
    named = [f"{within}.{field}" if within else field for field in found]
    raise Problem(
        422,
        "my-number-refused",
        ja=ja,
        en=en,
        field=named[0],
        errors=[field_error(field, "my-number-refused", ja=ja, en=en) for field in named],
    )
