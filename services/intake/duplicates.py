"""Which persons may be the same: candidates with reasons, for people to judge.

Nothing is ever merged by the machine. Persons that share a search key (folded kana, birth date,
telephone, address) are opened and compared here; people with the same name only are no candidates.
"""

from collections.abc import Set
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from services.intake.contacts import fold_address, fold_phone
from services.intake.names import fold_kana, fold_name

NEARLY_THE_SAME = 84.0
"""Likeness of two readings, of 100, from which one slip of the pen explains the difference:
one kana of eight."""


class Reason(StrEnum):
    """Why two persons look alike."""

    KANA_SAME = "kana-same"
    KANA_SIMILAR = "kana-similar"
    NAME_SAME = "name-same"
    BIRTH_DATE_SAME = "birth-date-same"
    BIRTH_DATE_UNKNOWN = "birth-date-unknown"
    PHONE_SAME = "phone-same"
    ADDRESS_SAME = "address-same"


class Identity(BaseModel):
    """Who a person is. Kept sealed; opened only to be shown to who may see it, and compared."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    kana: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    address: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    email: str | None = None


def search_terms(person: Identity) -> dict[str, str]:
    """What a person can be found by: the folded terms by kind. They are stored only as digests."""
    terms = {
        "kana": fold_kana(person.kana or ""),
        "name": fold_name(person.name or ""),
        "birth": person.birth_date.isoformat() if person.birth_date else "",
        "phone": fold_phone(person.phone or ""),
        "address": fold_address(person.address or ""),
    }
    return {kind: term for kind, term in terms.items() if term}


def may_be_alike(shared: Set[str], *, birth_unknown: bool) -> bool:
    """Whether two persons are worth comparing, by the kinds of search key they share.

    Many people have the same name; that alone counts only while a birth date is unknown.
    """
    return birth_unknown or not shared <= {"kana", "name"}


def reasons_alike(one: Identity, other: Identity) -> tuple[Reason, ...]:
    """Why the two may be the same person; empty if nothing but chance speaks for it.

    A like name needs a second sign. An equal reading alone is enough only while a birth date is
    unknown; known birth dates that differ need the same telephone or address beside the name.
    """
    named = _name_reasons(one, other)
    ours, theirs = search_terms(one), search_terms(other)
    signs = [
        reason
        for kind, reason in (
            ("birth", Reason.BIRTH_DATE_SAME),
            ("phone", Reason.PHONE_SAME),
            ("address", Reason.ADDRESS_SAME),
        )
        if kind in ours and ours[kind] == theirs.get(kind)
    ]
    if named and signs:
        return (*named, *signs)
    birth_unknown = "birth" not in ours or "birth" not in theirs
    if birth_unknown and {Reason.KANA_SAME, Reason.NAME_SAME} & set(named):
        return (*named, Reason.BIRTH_DATE_UNKNOWN)
    if Reason.BIRTH_DATE_SAME in signs and len(signs) > 1 and not _both_named(one, other):
        return tuple(signs)
    return ()


def _name_reasons(one: Identity, other: Identity) -> list[Reason]:
    reasons = []
    ours, theirs = fold_kana(one.kana or ""), fold_kana(other.kana or "")
    if ours and ours == theirs:
        reasons.append(Reason.KANA_SAME)
    elif ours and theirs and fuzz.ratio(ours, theirs) >= NEARLY_THE_SAME:
        reasons.append(Reason.KANA_SIMILAR)
    name = fold_name(one.name or "")
    if name and name == fold_name(other.name or ""):
        reasons.append(Reason.NAME_SAME)
    return reasons


def _both_named(one: Identity, other: Identity) -> bool:
    return bool((one.name or one.kana) and (other.name or other.kana))
