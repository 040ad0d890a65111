"""Community work in the figures: the last word counts once, a withdrawn one nowhere."""

from typing import Any

import pytest
from sqlalchemy import text

from chassis.bus import Outcome, deliver
from chassis.db import Database
from contracts.catalogue import activity_kinds
from contracts.events import new_id
from contracts.events.participation import CommunityWorkRecorded
from services.indicators.events import events
from tests.services.indicators.facts import SOME_DAY, record_of

KINDS = {
    "community-activity-support": 7,
    "platform-support": 7,
    "flat-visit": 8,
    "park-exercise-course": 9,
    "senior-station-visit": 9,
    "center-activity": 11,
    "center-volunteer": 11,
    "hiroba-visit": 12,
    "hiroba-volunteer": 12,
    "food-drive-donor": 13,
    "food-pantry-group": 13,
}


def work(kind: str, quantity: int, **more: Any) -> CommunityWorkRecorded:
    told: dict[str, Any] = {
        "record_id": new_id(),
        "on": SOME_DAY,
        "kind": kind,
        "channel": activity_kinds()[kind].channels[0],
        "programme_no": KINDS[kind],
        "quantity": quantity,
        "group": "group-1" if kind == "food-pantry-group" else None,
    }
    return CommunityWorkRecorded.model_validate(told | more)


async def ward_figure(database: Database, measure: str) -> int:
    async with database.transaction() as session:
        value = await session.scalar(
            text(
                "SELECT value FROM tally WHERE measure_id = :id AND month = 0 AND basic_area = ''"
            ),
            {"id": measure},
        )
    return int(value or 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_records_of_a_programme_say_counts_for_its_indicator(
    database: Database, kind: str
) -> None:
    fact = work(kind, 1)
    for _ in range(2):
        await deliver(database, events, record_of(fact))
    assert await ward_figure(database, activity_kinds()[kind].indicator_id) == 1


async def test_the_last_word_counts_in_whatever_order_the_words_come(database: Database) -> None:
    first = work("hiroba-visit", 12)
    again = {"record_id": first.record_id}
    corrected, withdrawn, returned = (
        work("hiroba-visit", 15, revision=2, **again),
        work("hiroba-visit", 15, revision=3, withdrawn=True, **again),
        work("hiroba-visit", 15, revision=4, **again),
    )
    figures = []
    for fact in (corrected, first, withdrawn, returned):
        assert await deliver(database, events, record_of(fact)) is Outcome.APPLIED
        figures.append(await ward_figure(database, "2.12.hiroba-users"))
    assert figures == [15, 15, 0, 15]
