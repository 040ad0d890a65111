"""Random walks through the food stock, several requests at a time: what must hold holds after each.

The database decides in what order requests that come together take place; whatever the order, no
lot is below zero or other than the sum of its moves, what was recalled stays away, and no group is
served twice.
"""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import text

from chassis.context import Context
from tests.services.participation.hand import Hand
from tests.services.participation.test_food import a_group, a_lot, a_pantry

ROUNDS, AT_ONCE = 4, 6

BROKEN = {
    "a lot is not the sum of its moves": (
        "SELECT count(*) FROM food_lot l WHERE on_hand <> (SELECT coalesce(sum(quantity), 0)"
        " FROM stock_move m WHERE m.lot_id = l.lot_id)"
    ),
    "a lot is below zero": "SELECT count(*) FROM food_lot WHERE on_hand < 0",
    "a recalled lot is in stock": (
        "SELECT count(*) FROM food_lot WHERE status = 'recalled' AND on_hand <> 0"
    ),
    "a group was served twice": (
        "SELECT count(*) - count(DISTINCT (pantry_id, group_id)) FROM hand_over WHERE NOT withdrawn"
    ),
    "a hand-over that was taken back still has food": (
        "SELECT count(*) FROM hand_over h WHERE withdrawn AND (SELECT coalesce(sum(quantity), 0)"
        " FROM stock_move m WHERE m.hand_over_id = h.hand_over_id AND kind IN ('out', 'returned'))"
        " <> 0"
    ),
}


@pytest.mark.parametrize("seed", range(3))
async def test_no_walk_breaks_the_stock(hand: Hand, context: Context, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a walk that can be walked again
    lots = [(await a_lot(hand, chance.randint(5, 15)))["lot_id"] for _ in range(3)]
    groups = [(await a_group(hand, f"shokudo-{n}"))["group_id"] for n in range(4)]
    pantries = [await a_pantry(hand) for _ in range(2)]
    given_out: list[str] = []

    def step() -> tuple[str, dict[str, Any]]:
        lot = chance.choice(lots)
        which = chance.choice(("give", "give", "give", "spoil", "count", "recall", "take-back"))
        if which == "take-back" and given_out:
            return f"/hand-overs/{chance.choice(given_out)}/withdrawal", {"reason": "other"}
        if which == "spoil":
            return f"/food-lots/{lot}/disposal", {"quantity": 3, "reason": "damaged"}
        if which == "count":
            return f"/food-lots/{lot}/stocktaking", {"counted": chance.randint(0, 12)}
        if which == "recall" and chance.random() < 0.3:
            return f"/food-lots/{lot}/recall", {"reason": "maker"}
        lines = [
            {"lot_id": one, "quantity": chance.randint(1, 5)}
            for one in chance.sample(lots, chance.randint(1, 3))
        ]
        body = {"group_id": chance.choice(groups), "households": 3, "lines": lines}
        return f"{chance.choice(pantries)}/hand-overs", body

    for _ in range(ROUNDS):
        answers = await asyncio.gather(*(hand.send(*step()) for _ in range(AT_ONCE)))
        assert {answer.status_code for answer in answers} <= {200, 201, 409, 422}
        given_out += [a.json()["hand_over_id"] for a in answers if a.status_code == 201]
        async with context.database.transaction() as session:
            for broken, query in BROKEN.items():
                assert await session.scalar(text(query)) == 0, f"{broken} (seed {seed})"
    assert given_out
