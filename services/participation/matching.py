"""Which places suit a wish: a ranking that anybody can check, with its reasons.

Careful matching to the person's needs is what the scheme asks for (process A8); the weights are
this project's own and only order the list, a person chooses. What cannot be (too young, too dear,
no place free, no language in common, never on the days wished for) leaves a place out; what nobody
has said of a place is no reason against it but a caution: to be asked. The same wish and the same
directory give the same ranking.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.catalogue import resource_features, steps_from
from contracts.message import Code, Message
from contracts.steps import Candidate
from services.participation.listing import is_stale

MOST_CANDIDATES = 20
"""As many as somebody reads through."""

NEAR_STEPS = 1
"""So many 日常生活圏域 away is still near: one that touches the person's own."""


class Reason(StrEnum):
    """Why a place is proposed."""

    MADE_FOR_IT = "made-for-it"
    KIND_MATCH = "kind-match"
    SAME_DAILY_AREA = "same-daily-area"
    NEXT_AREA = "next-area"
    SAME_BASIC_AREA = "same-basic-area"
    NEEDS_MET = "needs-met"
    STRENGTH_WELCOME = "strength-welcome"
    DAYS_FIT = "days-fit"
    AGE_FITS = "age-fits"
    AFFORDABLE = "affordable"
    CAPACITY_OPEN = "capacity-open"
    ASKS_FIRST = "asks-first"
    RECENTLY_ASSURED = "recently-assured"


REASON_LABELS = {
    Reason.MADE_FOR_IT: "この希望のために開拓した",
    Reason.KIND_MATCH: "希望する種類に合う",
    Reason.SAME_DAILY_AREA: "同じ日常生活圏域にある",
    Reason.NEXT_AREA: "隣の日常生活圏域にある",
    Reason.SAME_BASIC_AREA: "同じ基本圏域にある",
    Reason.NEEDS_MET: "必要な条件がそろっている",
    Reason.STRENGTH_WELCOME: "得意なことを生かせる",
    Reason.DAYS_FIT: "希望の曜日に開いている",
    Reason.AGE_FITS: "年齢の条件に合う",
    Reason.AFFORDABLE: "費用が希望の範囲である",
    Reason.CAPACITY_OPEN: "受け入れの空きがある",
    Reason.ASKS_FIRST: "受け入れは相談による",
    Reason.RECENTLY_ASSURED: "最近、情報を確認した",
}

WEIGHTS = {
    Reason.MADE_FOR_IT: 200,
    Reason.KIND_MATCH: 100,
    Reason.SAME_DAILY_AREA: 40,
    Reason.NEEDS_MET: 30,
    Reason.NEXT_AREA: 25,
    Reason.STRENGTH_WELCOME: 25,
    Reason.SAME_BASIC_AREA: 20,
    Reason.DAYS_FIT: 15,
    Reason.CAPACITY_OPEN: 15,
    Reason.RECENTLY_ASSURED: 10,
    Reason.AFFORDABLE: 10,
    Reason.AGE_FITS: 5,
    Reason.ASKS_FIRST: 5,
}
"""A place made for the wish, then a kind that was wished for; near comes before free."""


class Caution(StrEnum):
    """What is to be asked before a place is proposed to the person; `need.<feature>` besides."""

    STALE = "stale"
    DAYS_UNKNOWN = "days-unknown"
    COST_UNKNOWN = "cost-unknown"
    FAR = "far"


CAUTION_LABELS = {
    Caution.STALE: "情報が古い可能性がある",
    Caution.DAYS_UNKNOWN: "開催日が分からない",
    Caution.COST_UNKNOWN: "費用が分からない",
    Caution.FAR: "希望の地域から離れている",
}


class Wish(Message):
    """What a person wishes for. Without kinds any place will do.

    It stays in this service: no fact and no workflow has more of it than kinds and area.
    """

    kinds: tuple[Code, ...] = ()
    daily_area: str | None = None
    basic_area: str | None = None
    age: int | None = Field(None, ge=0, le=120)
    needs: tuple[Code, ...] = ()
    """Features of a place that the person cannot do without."""
    strengths: tuple[Code, ...] = ()
    """What the person likes to do or is good at: features of the sort `role`."""
    weekdays: tuple[str, ...] = ()
    """MO … SU; empty: any day."""
    languages: tuple[str, ...] = ()
    """Of which one has to be spoken there; empty: it does not matter."""
    most_yen: int | None = Field(None, ge=0)
    """What one visit may cost."""
    on: date


class Offer(Message):
    """What a listed place offers."""

    resource_id: UUID
    kinds: tuple[str, ...]
    daily_area: str | None = None
    basic_area: str | None = None
    min_age: int | None = None
    max_age: int | None = None
    capacity: int | None = None
    held: int = 0
    capacity_status: str = "open"
    check_due_on: date | None = None
    features: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ja",)
    fee_yen: int | None = None
    made_for_it: bool = False


class Proposal(Message):
    """A place for a wish, why, and what is to be asked first."""

    resource_id: UUID
    score: int
    reasons: tuple[Reason, ...]
    cautions: tuple[Code, ...] = ()

    def candidate(self) -> Candidate:
        """As the workflow hears of it."""
        return Candidate(resource_id=self.resource_id, score=self.score, reasons=self.reasons)


def rank(wish: Wish, offers: Iterable[Offer]) -> tuple[Proposal, ...]:
    """The places that suit the wish and can be asked, the best first."""
    found = [proposal for offer in offers if (proposal := _weigh(wish, offer)) is not None]
    found.sort(key=lambda one: (-one.score, len(one.cautions), one.resource_id))
    return tuple(found[:MOST_CANDIDATES])


def _weigh(wish: Wish, offer: Offer) -> Proposal | None:
    reasons = why(wish, offer)
    if reasons is None:
        return None
    return Proposal(
        resource_id=offer.resource_id,
        score=sum(WEIGHTS[reason] for reason in reasons),
        reasons=tuple(reasons),
        cautions=tuple(cautions(wish, offer)),
    )


def why(wish: Wish, offer: Offer) -> list[Reason] | None:
    """The reasons for a place, strongest first; None if it is no candidate at all."""
    if not (has_room(offer) and _can_be(wish, offer)):
        return None
    near = wish.daily_area is not None and offer.daily_area == wish.daily_area
    beside = not near and _steps(wish, offer) == NEAR_STEPS
    around = wish.basic_area is not None and offer.basic_area == wish.basic_area
    holds = {
        Reason.MADE_FOR_IT: offer.made_for_it,
        Reason.KIND_MATCH: _wanted(wish, offer) and bool(wish.kinds),
        Reason.SAME_DAILY_AREA: near,
        Reason.NEXT_AREA: beside,
        Reason.SAME_BASIC_AREA: around and not near and not beside,
        Reason.NEEDS_MET: bool(wish.needs) and set(wish.needs) <= set(offer.features),
        Reason.STRENGTH_WELCOME: not set(wish.strengths).isdisjoint(offer.features),
        Reason.DAYS_FIT: not set(wish.weekdays).isdisjoint(offer.weekdays),
        Reason.AFFORDABLE: wish.most_yen is not None and offer.fee_yen is not None,
        Reason.CAPACITY_OPEN: offer.capacity_status == "open",
        Reason.ASKS_FIRST: offer.capacity_status == "asks-first",
        Reason.RECENTLY_ASSURED: not is_stale(offer.check_due_on, wish.on),
        Reason.AGE_FITS: wish.age is not None
        and (offer.min_age is not None or offer.max_age is not None),
    }
    return sorted((r for r, true in holds.items() if true), key=lambda r: -WEIGHTS[r])


def cautions(wish: Wish, offer: Offer) -> list[str]:
    """What nobody has said of a place, and the person needs to know."""
    steps = _steps(wish, offer)
    holds = {
        Caution.STALE: is_stale(offer.check_due_on, wish.on),
        Caution.FAR: steps is not None and steps > NEAR_STEPS,
        Caution.DAYS_UNKNOWN: bool(wish.weekdays) and not offer.weekdays,
        Caution.COST_UNKNOWN: wish.most_yen is not None and offer.fee_yen is None,
    }
    missing = [f"need.{need}" for need in wish.needs if need not in offer.features]
    return [*missing, *(str(caution) for caution, true in holds.items() if true)]


def caution_label(code: str) -> str:
    """「静かに過ごせる」かどうかの確認が必要."""
    if code.startswith("need."):
        feature = resource_features().get(code.removeprefix("need."))
        return f"「{feature.label if feature else code}」かどうかの確認が必要"
    return CAUTION_LABELS[Caution(code)]


def has_room(offer: Offer) -> bool:
    """Whether the host can be asked at all."""
    free = offer.capacity is None or offer.held < offer.capacity
    return free and offer.capacity_status != "waiting-list"


def _can_be(wish: Wish, offer: Offer) -> bool:
    return (
        (_wanted(wish, offer) or offer.made_for_it)
        and _takes_age(wish, offer)
        and not (wish.weekdays and offer.weekdays and _apart(wish.weekdays, offer.weekdays))
        and not (wish.languages and _apart(wish.languages, offer.languages))
        and not (
            wish.most_yen is not None
            and offer.fee_yen is not None
            and offer.fee_yen > wish.most_yen
        )
    )


def _wanted(wish: Wish, offer: Offer) -> bool:
    return not wish.kinds or not _apart(wish.kinds, offer.kinds)


def _apart(ones: Iterable[str], others: Iterable[str]) -> bool:
    return set(ones).isdisjoint(others)


def _steps(wish: Wish, offer: Offer) -> int | None:
    """How many areas lie between; None where one of the two is not known."""
    if wish.daily_area is None or offer.daily_area is None:
        return None
    return steps_from(wish.daily_area).get(offer.daily_area)


def _takes_age(wish: Wish, offer: Offer) -> bool:
    if wish.age is None:
        return True
    least = offer.min_age if offer.min_age is not None else wish.age
    most = offer.max_age if offer.max_age is not None else wish.age
    return least <= wish.age <= most
