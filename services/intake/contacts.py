"""Addresses and telephone numbers as they are compared. What was written is what is stored."""

import re
import unicodedata

_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)(?=丁目|番|号)")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九]+(?=丁目|番|号)")
_SPACES = re.compile(r"\s+")
_DASHES = re.compile(r"[‐‑‒–—―−ー－]")
_NUMBER_WORDS = re.compile(r"丁目|番地の?|番|号室?")
_PREFIX = re.compile(r"^(東京都)?(大田区)?")
_NOT_DIGITS = re.compile(r"\D+")
SHORTEST_PHONE = 9
"""Digits below which a number says nothing about who answers it."""


def fold_address(address: str) -> str:
    """The key of an address: 「大田区馬込一丁目2番3号」 and 「馬込1-2-3」 have the same.

    Folds width, kanji numerals, 丁目/番地/番/号, dashes, ケ/ヶ/が and ノ/の; leaves out the ward.
    """
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", address)).casefold()
    plain = _TENS.sub(_tens, plain)
    plain = _KANJI_NUMBER.sub(lambda found: found[0].translate(_KANJI_DIGITS), plain)
    plain = _NUMBER_WORDS.sub("-", _DASHES.sub("-", plain))
    plain = re.sub(r"[ヶヵが](?=\w)", "ケ", plain).replace("ノ", "の")
    return re.sub(r"-{2,}", "-", _PREFIX.sub("", plain)).strip("-")


def _tens(found: re.Match[str]) -> str:
    tens, ones = (part.translate(_KANJI_DIGITS) for part in found.groups())
    return f"{tens or 1}{ones or 0}"


def fold_phone(phone: str) -> str:
    """The digits of a Japanese number, +81 as 0; empty if too short to tell people apart."""
    plain = unicodedata.normalize("NFKC", phone).strip()
    digits = _NOT_DIGITS.sub("", plain)
    if plain.startswith("+81"):
        digits = "0" + digits.removeprefix("81").removeprefix("0")
    return digits if len(digits) >= SHORTEST_PHONE else ""
