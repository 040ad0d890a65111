"""Which places suit a wish: a ranking that anybody can check, with its reasons.

Careful matching to the person's needs is what the scheme asks for (process A8); the weights are
this project's own and only order the list, a person chooses. The same wish and the same directory
give the same ranking.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.message import Message
from contracts.steps import Candidate

ASSURANCE_LASTS = timedelta(days=182)
"""Half a year after somebody made sure of it a listing counts as stale. The directory's complaint
is old information passed on (peers B3); no source gives a figure."""

MOST_CANDIDATES = 20
"""As many as somebody reads through."""


class Reason(StrEnum):
    """Why a place is proposed."""

    KIND_MATCH = "kind-match"
    SAME_DAILY_AREA = "same-daily-area"
    SAME_BASIC_AREA = "same-basic-area"
    AGE_FITS = "age-fits"
    CAPACITY_OPEN = "capacity-open"
    ASKS_FIRST = "asks-first"
    RECENTLY_ASSURED = "recently-assured"


REASON_LABELS = {
    Reason.KIND_MATCH: "希望する種類に合う",
    Reason.SAME_DAILY_AREA: "同じ日常生活圏域にある",
    Reason.SAME_BASIC_AREA: "同じ基本圏域にある",
    Reason.AGE_FITS: "年齢の条件に合う",
    Reason.CAPACITY_OPEN: "受け入れの空きがある",
    Reason.ASKS_FIRST: "受け入れは相談による",
    Reason.RECENTLY_ASSURED: "最近、情報を確認した",
}

WEIGHTS = {
    Reason.KIND_MATCH: 100,
    Reason.SAME_DAILY_AREA: 40,
    Reason.SAME_BASIC_AREA: 20,
    Reason.CAPACITY_OPEN: 15,
    Reason.RECENTLY_ASSURED: 10,
    Reason.AGE_FITS: 5,
    Reason.ASKS_FIRST: 5,
}
"""A kind that was wished for outweighs everything else together; near comes before free."""


class Wish(Message):
    """What a person wishes for. Without kinds any place will do."""

    kinds: tuple[str, ...] = ()
    daily_area: str | None = None
    basic_area: str | None = None
    age: int | None = None
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
    assured_on: date | None = None


def rank(wish: Wish, offers: Iterable[Offer]) -> tuple[Candidate, ...]:
    """The places that suit the wish and can be asked, the best first."""
    found = [
        Candidate(
            resource_id=offer.resource_id,
            score=sum(WEIGHTS[reason] for reason in reasons),
            reasons=tuple(reasons),
        )
        for offer in offers
        if (reasons := why(wish, offer)) is not None
    ]
    found.sort(key=lambda candidate: (-candidate.score, candidate.resource_id))
    return tuple(found[:MOST_CANDIDATES])


def why(wish: Wish, offer: Offer) -> list[Reason] | None:
    """The reasons for a place, strongest first; None if it is no candidate at all."""
    wanted = not wish.kinds or not set(wish.kinds).isdisjoint(offer.kinds)
    if not wanted or not has_room(offer) or not _takes_age(wish, offer):
        return None
    near = wish.daily_area is not None and offer.daily_area == wish.daily_area
    around = wish.basic_area is not None and offer.basic_area == wish.basic_area
    limited = offer.min_age is not None or offer.max_age is not None
    holds = {
        Reason.KIND_MATCH: bool(wish.kinds),
        Reason.SAME_DAILY_AREA: near,
        Reason.SAME_BASIC_AREA: around and not near,
        Reason.CAPACITY_OPEN: offer.capacity_status == "open",
        Reason.ASKS_FIRST: offer.capacity_status == "asks-first",
        Reason.RECENTLY_ASSURED: not is_stale(offer.assured_on, wish.on),
        Reason.AGE_FITS: wish.age is not None and limited,
    }
    return sorted((r for r, true in holds.items() if true), key=lambda r: -WEIGHTS[r])


def has_room(offer: Offer) -> bool:
    """Whether the host can be asked at all."""
    free = offer.capacity is None or offer.held < offer.capacity
    return free and offer.capacity_status != "waiting-list"


def is_stale(assured_on: date | None, on: date) -> bool:
    """Whether a listing needs somebody to make sure of it again."""
    return assured_on is None or assured_on + ASSURANCE_LASTS < on


def _takes_age(wish: Wish, offer: Offer) -> bool:
    if wish.age is None:
        return True
    least = offer.min_age if offer.min_age is not None else wish.age
    most = offer.max_age if offer.max_age is not None else wish.age
    return least <= wish.age <= most
