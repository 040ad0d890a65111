"""Whether words would lead to somebody: those of the register of community issues must not.

A light rule that catches what people write without thinking; it is no proof of anonymity.
"""

import re
import unicodedata

_TELLING = (
    re.compile(r"(?<!\d)0\d{1,4}[-() ー]{0,2}\d{1,4}[-() ー]{0,2}\d{3,4}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"\d+\s*(?:番地|番\s*\d+\s*号|丁目\s*\d+\s*[-ー番])"),
    re.compile(r"(?<!\d)\d{1,3}[-ー]\d{1,3}[-ー]\d{1,4}(?!\d)"),
    re.compile(r"\d+\s*号室"),
)
"""Telephone numbers, mail addresses, house numbers, rooms."""


def identifies(text: str) -> bool:
    """Whether a text holds something by which one person or household could be found."""
    plain = unicodedata.normalize("NFKC", text)
    return any(pattern.search(plain) for pattern in _TELLING)
