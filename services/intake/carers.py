"""Who in a household may be a carer that nobody has noticed (plan §7: ヤングケアラー).

A pure rule over codes and ages; each prompt says its reasons, so that people can judge it. A
prompt accuses nobody and decides nothing: it asks the coordinator to look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.calendar import reaches_age_on

YOUNG, OLD = 18, 65
"""Under 18 a carer is a ヤングケアラー (the law, 子ども・若者育成支援推進法2条7項, reaches to young
adults too; the ward's prompt looks at minors). From 65 on, old care for old (老老介護)."""

Kind = Literal["young-carer", "carer", "key-person"]
CARES_FOR = "cares-for"
CARE_TOPICS = frozenset({"care", "health"})


@dataclass(frozen=True)
class Member:
    """What the rule knows of one person."""

    person_id: UUID
    birth_date: date | None
    relation: str
    """To the head of the household: 続柄."""
    carer: bool
    key_person: bool


@dataclass(frozen=True)
class Edge:
    """`person` is to `other` what `kind` says."""

    person_id: UUID
    other_person_id: UUID
    kind: str


@dataclass(frozen=True)
class Prompt:
    """Somebody to look at, and why: codes, in a fixed order."""

    person_id: UUID
    kind: Kind
    reasons: tuple[str, ...]


def prompts(
    members: Sequence[Member], edges: Iterable[Edge], topics: Iterable[str], on: date
) -> list[Prompt]:
    """Everybody to look at on a day, in the order of the members."""
    house = _House(members, tuple(edges), frozenset(topics), on)
    found = []
    for member in members:
        if reasons := house.young(member):
            found.append(Prompt(member.person_id, "young-carer", reasons))
        elif reasons := house.carer(member):
            found.append(Prompt(member.person_id, "carer", reasons))
        if reasons := house.key_person(member):
            found.append(Prompt(member.person_id, "key-person", reasons))
    return found


@dataclass(frozen=True)
class _House:
    members: Sequence[Member]
    edges: tuple[Edge, ...]
    topics: frozenset[str]
    on: date

    def reached(self, member: Member, age: int) -> bool | None:
        """None where the birth date is not known: nobody's age is guessed."""
        if member.birth_date is None:
            return None
        return reaches_age_on(member.birth_date, age) <= self.on

    def minor(self, member: Member) -> bool:
        return self.reached(member, YOUNG) is False

    def cared_for_by(self, member: Member) -> set[UUID]:
        mine = (e for e in self.edges if e.person_id == member.person_id)
        return {edge.other_person_id for edge in mine if edge.kind == CARES_FOR}

    def is_cared_for(self, member: Member) -> bool:
        return any(
            e.kind == CARES_FOR and e.other_person_id == member.person_id for e in self.edges
        )

    def caring(self, member: Member) -> list[str]:
        reasons = ["named-as-carer"] if member.carer else []
        return reasons + ["cares-for-somebody"] * bool(self.cared_for_by(member))

    def young(self, member: Member) -> tuple[str, ...]:
        if not self.minor(member):
            return ()
        reasons = self.caring(member)
        grown = [one for one in self.members if not self.minor(one)]
        if not reasons and self.topics & CARE_TOPICS and len(grown) == 1:
            # One grown-up, and illness or care is what they came about: who helps at home?
            reasons.append("only-grown-up-needs-help")
        return ("under-18", *reasons) if reasons else ()

    def carer(self, member: Member) -> tuple[str, ...]:
        reasons = self.caring(member)
        if not reasons:
            return ()
        wards = [one for one in self.members if one.person_id in self.cared_for_by(member)]
        ages = {self.minor(one) for one in wards}
        if ages == {True, False}:
            reasons.append("cares-for-young-and-old")
        if self.reached(member, OLD) and any(self.reached(one, OLD) for one in wards):
            reasons.append("old-cares-for-old")
        if self.is_cared_for(member):
            reasons.append("is-cared-for-too")
        return tuple(reasons)

    def key_person(self, member: Member) -> tuple[str, ...]:
        """A キーパーソン who may need support themselves."""
        if not member.key_person:
            return ()
        reasons = ["key-person-is-minor"] * self.minor(member)
        reasons += ["key-person-is-carer"] * bool(self.caring(member))
        reasons += ["key-person-is-cared-for"] * self.is_cared_for(member)
        reasons += ["key-person-is-old"] * bool(self.reached(member, OLD))
        return tuple(reasons)
