"""Which volunteers suit a session, and why: deterministic, with reasons that people can read."""

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Reason(StrEnum):
    SKILLS = "skills"
    SOME_SKILLS = "some-skills"
    SAME_AREA = "same-area"
    ANYWHERE = "anywhere"
    FREE_THEN = "free-then"
    TIMES_UNKNOWN = "times-unknown"


REASON_LABELS = {
    Reason.SKILLS: "求める技能がすべてある",
    Reason.SOME_SKILLS: "求める技能の一部がある",
    Reason.SAME_AREA: "活動できる圏域",
    Reason.ANYWHERE: "区内どこでも可",
    Reason.FREE_THEN: "活動できる曜日・時間",
    Reason.TIMES_UNKNOWN: "曜日・時間は要確認",
}
WEIGHTS = {
    Reason.SKILLS: 8,
    Reason.SOME_SKILLS: 3,
    Reason.SAME_AREA: 3,
    Reason.ANYWHERE: 2,
    Reason.FREE_THEN: 2,
    Reason.TIMES_UNKNOWN: 0,
}
MOST = 50


class Wanted(NamedTuple):
    """What a session asks for."""

    on: date
    starts_at: time
    ends_at: time
    skills: Sequence[str] = ()
    daily_area: str | None = None


class Helper(NamedTuple):
    """What is known of a volunteer; `times` are (weekday, from, to)."""

    volunteer_id: UUID
    skills: Sequence[str] = ()
    daily_areas: Sequence[str] = ()
    times: Sequence[tuple[int, time, time]] = ()
    insured_until: date | None = None


class Suits(NamedTuple):
    volunteer_id: UUID
    score: int
    reasons: tuple[Reason, ...]


def why(wanted: Wanted, helper: Helper) -> tuple[Reason, ...] | None:
    """What speaks for a volunteer; None if they cannot do it: no skill, another area or time."""
    found: list[Reason] = []
    if wanted.skills:
        shared = set(wanted.skills) & set(helper.skills)
        if not shared:
            return None
        found.append(Reason.SKILLS if shared == set(wanted.skills) else Reason.SOME_SKILLS)
    if not helper.daily_areas:
        found.append(Reason.ANYWHERE)
    elif wanted.daily_area is not None:
        if wanted.daily_area not in helper.daily_areas:
            return None
        found.append(Reason.SAME_AREA)
    if not helper.times:
        found.append(Reason.TIMES_UNKNOWN)
    elif any(
        day == wanted.on.weekday() and since <= wanted.starts_at and wanted.ends_at <= until
        for day, since, until in helper.times
    ):
        found.append(Reason.FREE_THEN)
    else:
        return None
    if helper.insured_until is not None and helper.insured_until < wanted.on:
        return None
    return tuple(found)


def rank(wanted: Wanted, helpers: Sequence[Helper]) -> list[Suits]:
    """The volunteers who can, the best first; equal ones in the order of their ids."""
    suits = [
        Suits(helper.volunteer_id, sum(WEIGHTS[reason] for reason in reasons), reasons)
        for helper in helpers
        if (reasons := why(wanted, helper)) is not None
    ]
    return sorted(suits, key=lambda one: (-one.score, one.volunteer_id))[:MOST]
