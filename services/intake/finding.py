"""Finding people by name: what a person can be found under, and what a searcher's words ask for.

Only keyed digests of these terms are stored (`blind_index`). A name is found by its beginning and
by each of its parts, a reading likewise, however it is written: width, hiragana or katakana, small
kana, ー, spaces and 異体字 are folded away (`names`).
"""

import re
from collections.abc import Iterator

from services.intake.duplicates import Identity
from services.intake.names import fold_kana, fold_name

VERSION = 1
"""Of these rules; persons indexed by an older one are indexed again."""

SHORTEST, LONGEST = 2, 12
"""Folded characters of a beginning. One character alone would tell too much and find too many;
what two names share for longer than this they share for good."""

Term = tuple[str, str]
"""A kind, and a folded text."""

_KANJI = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""What no reading has in it."""


def findable(who: Identity) -> frozenset[Term]:
    """Everything a person can be found under. A name written in kana is a reading too."""
    name, kana = who.name or "", who.kana or ""
    readings = [written for written in (kana, name) if not _KANJI.search(written)]
    terms = set(_of("name", fold_name(name), [fold_name(part) for part in name.split()]))
    for written in readings:
        terms.update(_of("kana", fold_kana(written), [fold_kana(p) for p in written.split()]))
    return frozenset(terms)


def _of(kind: str, whole: str, parts: list[str]) -> Iterator[Term]:
    for length in range(SHORTEST, min(len(whole), LONGEST) + 1):
        yield f"{kind}-begins", whole[:length]
    for part in (*parts, whole):
        if part:
            yield f"{kind}-part", part


def asked(words: str) -> list[frozenset[Term]]:
    """What a searcher's words ask for: a person is meant who has one term of every set.

    Empty if the words hold nothing to search by.
    """
    whole = _either(words, begins=True)
    parts = [_either(part, begins=False) for part in words.split()]
    if not whole or len(parts) < 2:
        return [whole] if whole else []
    # 「見本 一」 begins a name; 「一郎 見本」 or 「ミホン 一郎」 are two parts of it in any order.
    return [whole | part for part in parts if part]


def _either(words: str, *, begins: bool) -> frozenset[Term]:
    terms: set[Term] = set()
    for kind, folded in (("name", fold_name(words)), ("kana", fold_kana(words))):
        if not folded or (kind == "kana" and _KANJI.search(words)):
            continue
        terms.add((f"{kind}-part", folded))
        if begins and len(folded) >= SHORTEST:
            terms.add((f"{kind}-begins", folded[:LONGEST]))
    return frozenset(terms)
