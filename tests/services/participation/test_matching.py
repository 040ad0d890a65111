"""The ranking of places for a wish: deterministic, with reasons."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import new_id
from services.participation.matching import (
    MOST_CANDIDATES,
    REASON_LABELS,
    WEIGHTS,
    Offer,
    Reason,
    Wish,
    has_room,
    rank,
    why,
)

ON = date(2026, 6, 10)
WISH = Wish(kinds=("ibasho",), daily_area="大森東", basic_area="大森", age=25, on=ON)


def offer(**more: object) -> Offer:
    told: dict[str, object] = {"resource_id": new_id(), "kinds": ("ibasho",)}
    return Offer.model_validate(told | more)


OFFERS = st.builds(
    Offer,
    resource_id=st.integers(0, 30).map(lambda n: UUID(int=n)),
    kinds=st.sampled_from([("ibasho",), ("salon",), ("ibasho", "salon")]),
    daily_area=st.sampled_from([None, "大森東", "六郷"]),
    basic_area=st.sampled_from([None, "大森", "蒲田"]),
    min_age=st.none() | st.integers(0, 40),
    max_age=st.none() | st.integers(20, 90),
    capacity=st.none() | st.integers(0, 3),
    held=st.integers(0, 3),
    capacity_status=st.sampled_from(["open", "waiting-list", "asks-first"]),
    check_due_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)


@given(st.lists(OFFERS, unique_by=lambda o: o.resource_id), st.randoms())
def test_the_order_of_the_directory_does_not_matter(offers: list[Offer], chance: object) -> None:
    shuffled = list(offers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = rank(WISH, offers)
    assert rank(WISH, shuffled) == found
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    by_id = {o.resource_id: o for o in offers}
    assert all(has_room(by_id[c.resource_id]) for c in found)
    assert len(found) <= MOST_CANDIDATES


def test_a_near_place_of_the_wished_kind_that_is_free_comes_first() -> None:
    near = offer(daily_area="大森東", basic_area="大森", check_due_on=ON)
    around = offer(daily_area="大森西", basic_area="大森", check_due_on=ON)
    stale = offer(daily_area="大森西", basic_area="大森", check_due_on=ON - timedelta(days=1))
    far = offer(daily_area="六郷", basic_area="蒲田", check_due_on=ON)
    found = rank(WISH, [far, stale, around, near])
    assert [c.resource_id for c in found] == [o.resource_id for o in (near, around, stale, far)]
    assert found[0].reasons == (
        "kind-match",
        "same-daily-area",
        "capacity-open",
        "recently-assured",
    )


@pytest.mark.parametrize(
    "unfit",
    [
        {"kinds": ("salon",)},
        {"capacity": 2, "held": 2},
        {"capacity_status": "waiting-list"},
        {"min_age": 26},
        {"max_age": 24},
    ],
)
def test_a_place_that_cannot_be_asked_is_no_candidate(unfit: dict[str, object]) -> None:
    assert why(WISH, offer(**unfit)) is None


def test_limits_of_age_speak_for_a_place_only_where_they_fit() -> None:
    assert Reason.AGE_FITS in (why(WISH, offer(min_age=15, max_age=39)) or [])
    assert Reason.AGE_FITS not in (why(WISH, offer()) or [])
    ageless = WISH.model_copy(update={"age": None})
    assert Reason.AGE_FITS not in (why(ageless, offer(min_age=60)) or [])


def test_a_wish_without_kinds_takes_any_place() -> None:
    assert why(Wish(on=ON), offer(kinds=("salon",), check_due_on=None)) == [Reason.CAPACITY_OPEN]


def test_the_wished_kind_outweighs_everything_else_together() -> None:
    others = [
        Reason.SAME_DAILY_AREA,
        Reason.CAPACITY_OPEN,
        Reason.RECENTLY_ASSURED,
        Reason.AGE_FITS,
    ]
    assert WEIGHTS[Reason.KIND_MATCH] > sum(WEIGHTS[reason] for reason in others)
    assert set(REASON_LABELS) == set(WEIGHTS) == set(Reason)
