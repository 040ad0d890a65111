"""How Japanese words are found: folded, and cut into characters and pairs of characters.

Words are not separated in Japanese, and a dictionary cuts 見守り differently inside a compound. A
pair of neighbouring characters is always there, in any locale of the database (decision 0022). How
things are spelt is a small table: 子ども, 子供 and こども are one word.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import jaconv

_BETWEEN = re.compile(r"[\s・,.、。()「」『』\-‐–—/]+")
"""What stands between words and is neither looked for nor found."""


def fold(text: str) -> str:
    """A text as it is compared: width, case, kana, spelling, nothing between the words."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    katakana: str = jaconv.hira2kata(plain)
    spelt = _spellings()
    return spelt[0].sub(lambda found: spelt[1][found[0]], katakana)


def search_key(*texts: str) -> str:
    """Texts folded for searching, a line each: no word is found across two of them."""
    return "\n".join(filter(None, map(fold, texts)))


def words(asked: str) -> list[str]:
    """The words of a question, folded; all of them have to be found."""
    return [word for part in asked.split() if (word := fold(part))]


def grams(key: str) -> list[str]:
    """Every character and every pair of neighbouring characters of a search key, once."""
    found: set[str] = set()
    for line in key.split("\n"):
        found.update(line)
        found.update(pairs(line))
    return sorted(found)


def pairs(word: str) -> Iterable[str]:
    return (word[place : place + 2] for place in range(len(word) - 1))


def wanted(word: str) -> list[str]:
    """The grams that a place has to have for a word to be in it."""
    return sorted(set(pairs(word))) if len(word) > 1 else [word]


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    text = (files("services.participation") / "data" / "spellings.csv").read_text("utf-8")
    table = {
        jaconv.hira2kata(row["written"]): str(jaconv.hira2kata(row["means"]))
        for row in csv.DictReader(text.splitlines())
    }
    longest_first = sorted(table, key=lambda written: (-len(written), written))
    return re.compile("|".join(map(re.escape, longest_first))), table
