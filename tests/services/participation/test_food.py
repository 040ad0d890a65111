"""The food network: stock never below zero, dates kept, what was recalled is never handed over."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from contracts.policies import days
from services.participation.food import Asking, Offered, allocate, keeps, order
from tests.services.participation.conftest import told
from tests.services.participation.hand import YESTERDAY, Hand

FAR = today() + timedelta(days=90)


async def a_lot(hand: Hand, quantity: int = 10, **more: Any) -> dict[str, Any]:
    lot = {
        "category": "rice",
        "item": "見本の米",
        "quantity": quantity,
        "best_before": FAR,
        "received_on": YESTERDAY,
    }
    return await hand.write("/food-lots", **lot | more)


async def a_group(hand: Hand, code: str, households: int = 10) -> dict[str, Any]:
    return await hand.write(
        "/groups", code=code, name=f"見本食堂 {code}", purposes=["pantry"], households=households
    )


async def a_pantry(hand: Hand, on: date = YESTERDAY) -> str:
    opened = await hand.write("/pantries", on=on, place="見本会館", daily_area="六郷")
    return f"/pantries/{opened['pantry_id']}"


async def counted(context: Context, kind: str) -> list[dict[str, Any]]:
    return [f for f in await told(context) if f.get("kind") == kind]


async def sums(context: Context) -> list[tuple[int, int]]:
    """Of every lot what is there, and the sum of its moves."""
    async with context.database.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT on_hand, (SELECT coalesce(sum(quantity), 0) FROM stock_move m"
                " WHERE m.lot_id = l.lot_id) AS moved FROM food_lot l ORDER BY lot_id"
            )
        )
        return [(row.on_hand, row.moved) for row in rows]


async def test_the_donors_of_a_food_drive_count_and_a_correction_keeps_the_old_number(
    hand: Hand, context: Context
) -> None:
    drive = await hand.write("/food-drives", on=YESTERDAY, place="区役所", donors=30)
    assert await counted(context, "food-drive-donor") == []
    await hand.write(
        "/reporting-ways",
        scope="kind",
        code="food-drive-donor",
        way="records",
        from_on="2024-04-01",
        unreported=True,
    )
    at = f"/food-drives/{drive['drive_id']}"
    await hand.write(f"{at}/correction", version=1, donors=33, reason="counted-again")
    await hand.write(f"{at}/withdrawal", reason="entered-twice")
    said = await counted(context, "food-drive-donor")
    assert [(f["quantity"], f["revision"], f["withdrawn"]) for f in said] == [
        (30, 2, False),
        (33, 3, False),
        (33, 4, True),
    ]
    assert await hand.refused(f"{at}/withdrawal", reason="other") == (
        409,
        "already-withdrawn",
        None,
    )


async def test_a_group_is_told_to_be_counted_by_its_code_when_it_is_handed_food(
    hand: Hand, context: Context
) -> None:
    await hand.write(
        "/reporting-ways",
        scope="kind",
        code="food-pantry-group",
        way="records",
        from_on=YESTERDAY,
        unreported=True,
    )
    lot, group, at = await a_lot(hand), await a_group(hand, "shokudo-1"), await a_pantry(hand)
    lines = [{"lot_id": lot["lot_id"], "quantity": 4}]
    body = {"group_id": group["group_id"], "households": 8, "lines": lines}
    made = await hand.write(f"{at}/hand-overs", **body)
    assert made["lines"][0]["quantity"] == 4
    assert await hand.refused(f"{at}/hand-overs", **body) == (409, "group-served", "group_id")
    (fact,) = await counted(context, "food-pantry-group")
    assert (fact["group"], fact["quantity"], fact["basic_area"]) == ("shokudo-1", 1, "蒲田")
    back = await hand.write(f"/hand-overs/{made['hand_over_id']}/withdrawal", reason="wrong-place")
    assert back["hand_overs"][0]["withdrawn"]
    assert [f["withdrawn"] for f in await counted(context, "food-pantry-group")] == [False, True]
    assert await sums(context) == [(10, 10)]


async def test_food_past_its_date_is_neither_taken_in_nor_handed_over(
    hand: Hand, context: Context
) -> None:
    body = {
        "category": "rice",
        "item": "米",
        "quantity": 1,
        "received_on": YESTERDAY,
        "best_before": YESTERDAY + timedelta(days=6),
    }
    assert await hand.refused("/food-lots", **body) == (422, "food-past-date", "best_before")
    lot, group = await a_lot(hand), await a_group(hand, "shokudo-1")
    async with context.database.transaction() as session:
        await session.execute(text("UPDATE food_lot SET best_before = :on"), {"on": today()})
    at = await a_pantry(hand)
    lines = [{"lot_id": lot["lot_id"], "quantity": 1}]
    assert await hand.refused(
        f"{at}/hand-overs", group_id=group["group_id"], households=1, lines=lines
    ) == (409, "food-past-date", "lines.0.lot_id")
    (shown,) = (await hand.read("/food-lots"))["lots"]
    assert not shown["may_be_given"]


async def test_a_recalled_lot_names_who_has_some_of_it_and_is_never_given_again(
    hand: Hand, context: Context
) -> None:
    lot = await a_lot(hand)
    one, other = await a_group(hand, "shokudo-1"), await a_group(hand, "shokudo-2")
    at = await a_pantry(hand)
    lines = [{"lot_id": lot["lot_id"], "quantity": 3}]
    first = await hand.write(
        f"{at}/hand-overs", group_id=one["group_id"], households=1, lines=lines
    )
    recalled = await hand.write(f"/food-lots/{lot['lot_id']}/recall", reason="maker")
    assert [held["code"] for held in recalled["held_by"]] == ["shokudo-1"]
    assert (recalled["on_hand"], recalled["status"]) == (0, "recalled")
    assert await hand.refused(
        f"{at}/hand-overs", group_id=other["group_id"], households=1, lines=lines
    ) == (409, "food-recalled", "lines.0.lot_id")
    await hand.write(f"/hand-overs/{first['hand_over_id']}/withdrawal", reason="other")
    assert await sums(context) == [(0, 0)]
    assert (await hand.read(f"/food-lots/{lot['lot_id']}"))["held_by"] == []


async def test_more_than_is_there_is_refused_and_nothing_moves(
    hand: Hand, context: Context
) -> None:
    full, short = await a_lot(hand, 5), await a_lot(hand, 2)
    group, at = await a_group(hand, "shokudo-1"), await a_pantry(hand)
    lines = [
        {"lot_id": full["lot_id"], "quantity": 5},
        {"lot_id": short["lot_id"], "quantity": 3},
    ]
    assert await hand.refused(
        f"{at}/hand-overs", group_id=group["group_id"], households=1, lines=lines
    ) == (409, "stock-short", "lines.1.quantity")
    assert await sums(context) == [(5, 5), (2, 2)]
    assert await hand.refused(
        f"/food-lots/{short['lot_id']}/disposal", quantity=3, reason="damaged"
    ) == (409, "stock-short", "quantity")
    await hand.write(f"/food-lots/{short['lot_id']}/stocktaking", counted=1)
    assert await sums(context) == [(5, 5), (1, 1)]


async def test_stock_never_falls_below_zero_under_concurrent_requests(
    hand: Hand, context: Context
) -> None:
    """Twelve groups, each sent twice, want more than there is, of the same lots in any order."""
    lots = [(await a_lot(hand, 20))["lot_id"] for _ in range(3)]
    groups = [(await a_group(hand, f"shokudo-{n:02}"))["group_id"] for n in range(12)]
    at = await a_pantry(hand)

    async def take(place: int) -> int:
        turned = lots[place % 3 :] + lots[: place % 3]
        lines = [{"lot_id": lot, "quantity": 2 + place % 3} for lot in turned]
        body = {"group_id": groups[place], "households": 5, "lines": lines}
        return (await hand.send(f"{at}/hand-overs", body)).status_code

    async def spoil(place: int) -> int:
        body = {"quantity": 3, "reason": "damaged"}
        return (await hand.send(f"/food-lots/{lots[place % 3]}/disposal", body)).status_code

    tries: list[Callable[[], Awaitable[int]]] = []
    for place in range(12):
        tries += [lambda p=place: take(p), lambda p=place: take(p), lambda p=place: spoil(p)]  # type: ignore[misc]
    answers = await asyncio.gather(*(one() for one in tries))
    assert set(answers) <= {200, 201, 409}
    assert answers.count(201) >= 3
    found = await sums(context)
    assert all(on_hand == moved >= 0 for on_hand, moved in found)
    async with context.database.transaction() as session:
        served = await session.scalar(
            text("SELECT count(*) - count(DISTINCT group_id) FROM hand_over WHERE NOT withdrawn")
        )
    assert served == 0, "a group was served twice"


LOTS = st.lists(
    st.builds(
        Offered,
        st.integers(0, 40).map(lambda n: UUID(int=n)),
        st.integers(0, 60),
        st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    ),
    max_size=6,
    unique_by=lambda lot: lot.lot_id,
)
GROUPS = st.lists(
    st.builds(Asking, st.integers(0, 40).map(lambda n: UUID(int=n)), st.integers(0, 30)),
    max_size=6,
    unique_by=lambda group: group.group_id,
)


@given(LOTS, GROUPS, st.randoms())
def test_the_allocation_gives_all_there_is_by_households_whatever_the_order(
    lots: list[Offered], groups: list[Asking], chance: Any
) -> None:
    shares = allocate(lots, groups)
    households = sum(group.households for group in groups)
    for lot in lots:
        given_out = {s.group_id: s.quantity for s in shares if s.lot_id == lot.lot_id}
        assert sum(given_out.values()) == (lot.on_hand if households else 0)
        for group in groups:
            if households:
                fair = lot.on_hand * group.households / households
                assert abs(given_out.get(group.group_id, 0) - fair) < 1
    turned = list(lots), list(groups)
    chance.shuffle(turned[0])
    chance.shuffle(turned[1])
    assert sorted(allocate(*turned)) == sorted(shares)


@given(LOTS)
def test_what_must_be_eaten_first_goes_first(lots: list[Offered]) -> None:
    dates = [lot.best_before or date.max for lot in order(lots)]
    assert dates == sorted(dates)


def test_food_keeps_if_its_date_is_at_least_the_margin_away() -> None:
    assert keeps(None, today(), days(7))
    assert keeps(today() + timedelta(days=7), today(), days(7))
    assert not keeps(today() + timedelta(days=6), today(), days(7))


async def test_the_proposal_shares_out_what_may_be_given(hand: Hand) -> None:
    late, soon = await a_lot(hand, 9), await a_lot(hand, 4, best_before=FAR - timedelta(days=30))
    one, other = await a_group(hand, "shokudo-1", 20), await a_group(hand, "shokudo-2", 10)
    at = await a_pantry(hand)
    ids = [one["group_id"], other["group_id"]]
    proposal = await hand.read(f"{at}/proposal", groups=ids)
    given_out = {
        share["group_name"]: [(line["lot_id"], line["quantity"]) for line in share["lines"]]
        for share in proposal["shares"]
    }
    assert given_out == {
        "見本食堂 shokudo-1": [(soon["lot_id"], 3), (late["lot_id"], 6)],
        "見本食堂 shokudo-2": [(soon["lot_id"], 1), (late["lot_id"], 3)],
    }
