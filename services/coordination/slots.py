"""Dates for a meeting: which may be proposed, which is the best, and why. Pure.

A proposed date is one on which the ward is open. The best is found greedily by one comparison
after another, so that the reason can be read: all who must come can come; more can come without
effort; fewer cannot; it is announced early enough; it is earlier.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import jpholiday

from contracts import catalogue
from contracts.calendar import TOKYO, WEEKDAYS, add_business_days, is_business_day, tokyo_date

Answer = Literal["yes", "if-needed", "no"]

TIMES = (time(10), time(14))
"""What is suggested on a day: once in the morning, once in the afternoon."""

SUGGESTED_DAYS = 6

REASONS = {
    "everybody": "全機関が参加できます",
    "everybody-if-needed": "全機関が(調整すれば)参加できます",
    "most-yes": "無理なく参加できる機関が最も多い日時です",
    "fewest-no": "参加できない機関が最も少ない日時です",
    "quorum": "定足数を満たします",
    "no-quorum": "定足数に足りません",
    "notice": "通知期間(開催の10営業日前)を守れます",
    "short-notice": "通知期間が足りません",
    "earliest": "同じ条件の中で最も早い日時です",
    "chosen-by-hand": "主催者が選んだ日時です",
}
"""Why a date is good, as people read it."""


def why_closed(day: date) -> str | None:
    """Why the ward is closed on a day; None if it is open."""
    if reason := catalogue.closed_days().get(day):
        return reason
    if is_business_day(day):
        return None
    if name := jpholiday.is_holiday_name(day):
        return f"祝日({name})"
    if day.weekday() >= 5:
        return f"{WEEKDAYS[day.weekday()]}曜日"
    return "年末年始"


def suggestions(now: datetime, lead_days: int, count: int = SUGGESTED_DAYS) -> list[datetime]:
    """Dates that may be proposed: open days from the lead time on, at the usual times."""
    found: list[datetime] = []
    day = add_business_days(tokyo_date(now), lead_days)
    while len(found) < count * len(TIMES):
        day += timedelta(days=1)
        if why_closed(day) is None:
            found += [datetime.combine(day, at, TOKYO) for at in TIMES]
    return found


@dataclass(frozen=True)
class Rated:
    """A proposed date with its answers counted, and what speaks for or against it."""

    starts_at: datetime
    yes: int
    if_needed: int
    no: int
    unanswered: int
    quorate: bool
    announced: bool
    reasons: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, int, bool, datetime]:
        """The smaller, the better; every part of it is a reason."""
        cannot = self.no + self.unanswered
        return (not self.quorate, cannot, -self.yes, not self.announced, self.starts_at)


@dataclass(frozen=True)
class Need:
    """What a date must suit: who is invited, how many must come, from when on notice is kept."""

    agencies: frozenset[str]
    members: frozenset[str]
    """Those of them that count towards the quorum."""
    quorum: int
    announced_from: datetime


def rate(
    slots: Iterable[datetime], answers: Mapping[tuple[datetime, str], Answer], need: Need
) -> list[Rated]:
    """The dates, the best first, each with its reasons. The order of the input does not matter."""
    counted = sorted((_count(at, answers, need) for at in set(slots)), key=lambda one: one.rank)
    return [_with_reasons(one, number, counted) for number, one in enumerate(counted)]


def _count(at: datetime, answers: Mapping[tuple[datetime, str], Answer], need: Need) -> Rated:
    said = [answers.get((at, agency)) for agency in sorted(need.agencies)]
    yes, if_needed = said.count("yes"), said.count("if-needed")
    return Rated(
        starts_at=at,
        yes=yes,
        if_needed=if_needed,
        no=said.count("no"),
        unanswered=said.count(None),
        quorate=sum(answers.get((at, m)) in ("yes", "if-needed") for m in need.members)
        >= need.quorum,
        announced=at >= need.announced_from,
    )


def _with_reasons(one: Rated, number: int, all_: Sequence[Rated]) -> Rated:
    cannot = one.no + one.unanswered
    reasons: list[str] = []
    if not cannot:
        reasons.append("everybody" if not one.if_needed else "everybody-if-needed")
    elif number == 0 and all(cannot < other.no + other.unanswered for other in all_[1:]):
        reasons.append("fewest-no")
    if number == 0 and one.yes and all(one.yes > other.yes for other in all_[1:]):
        reasons.append("most-yes")
    reasons.append("quorum" if one.quorate else "no-quorum")
    reasons.append("notice" if one.announced else "short-notice")
    if number == 0 and any(one.rank[:4] == other.rank[:4] for other in all_[1:]):
        reasons.append("earliest")
    return Rated(**{**one.__dict__, "reasons": tuple(reasons)})
