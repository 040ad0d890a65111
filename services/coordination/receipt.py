"""A receipt number as people type it or read it out, in any width: R8-大森-123, 大森-123, 00123."""

import re
import unicodedata
from dataclasses import dataclass

_DASHES = re.compile("[‐‑‒–—―−ーｰ－]")
_WHOLE = re.compile(r"(R\d+)-([^-]+)-(\d{1,5})")
_AREA_AND_COUNT = re.compile(r"([^-\d][^-]*)-(\d{1,5})")
_COUNT = re.compile(r"\d{1,5}")
COUNT_DIGITS = 5


@dataclass(frozen=True)
class ReceiptTerms:
    """What is searched for: numbers that begin so, or that are so, or that end so."""

    begins: str | None = None
    equals: str | None = None
    count: str | None = None
    """The running number alone, with its leading zeros."""
    area: str | None = None


def receipt_terms(typed: str) -> ReceiptTerms | None:
    """What was meant by what was typed; None if nothing was."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", _DASHES.sub("-", typed)))
    text = re.sub(r"\s+", "", text).upper().replace("令和", "R")
    if not text:
        return None
    if _COUNT.fullmatch(text):
        return ReceiptTerms(count=text.zfill(COUNT_DIGITS))
    if found := _WHOLE.fullmatch(text):
        era, area, count = found.groups()
        return ReceiptTerms(begins=text, equals=f"{era}-{area}-{count.zfill(COUNT_DIGITS)}")
    if found := _AREA_AND_COUNT.fullmatch(text):
        return ReceiptTerms(begins=text, area=found[1], count=found[2].zfill(COUNT_DIGITS))
    return ReceiptTerms(begins=text)
