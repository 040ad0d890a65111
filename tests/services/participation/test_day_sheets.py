"""Venues and their day sheets: one a day, corrected with the old figures kept, counted one way."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.context import Context
from contracts.calendar import today
from services.participation.day_sheet import unusual
from services.participation.work import Way, way_on
from tests.services.participation.conftest import BASE, keyed, told
from tests.services.participation.hand import YESTERDAY, Hand

HIROBA: dict[str, Any] = {
    "code": "hiroba-mihon",
    "name": "見本ひろば",
    "channel": "kosodate-hiroba",
    "daily_area": "馬込",
    "weekdays": [0, 1, 2, 3, 4, 5, 6],
    "opened_on": "2024-04-01",
    "from_on": "2024-04-01",
    "unreported": True,
}
SHEET = {"adults": 12, "children": 15, "volunteers": 2, "consultations": 3}


async def figures(context: Context) -> list[tuple[str, int, int, bool]]:
    """What was told to be counted: kind, quantity, revision, withdrawn."""
    return [
        (fact["kind"], fact["quantity"], fact["revision"], fact["withdrawn"])
        for fact in await told(context)
        if fact["type"] == "kasane.community-work.recorded.v1"
    ]


async def test_a_day_sheet_counts_its_items_by_kind_once(hand: Hand, context: Context) -> None:
    venue = await hand.write("/venues", **HIROBA)
    at = f"/venues/{venue['venue_id']}/day-sheets"
    body = {"on": YESTERDAY.isoformat(), "values": SHEET}
    first = await hand.send(at, body, "the-same-key")
    again = await hand.send(at, body, "the-same-key")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert await figures(context) == [
        ("hiroba-visit", 27, 1, False),
        ("hiroba-volunteer", 2, 1, False),
    ]
    fact = next(f for f in await told(context) if f["type"].startswith("kasane.community-work"))
    assert (fact["venue"], fact["basic_area"], fact["programme_no"]) == ("hiroba-mihon", "大森", 12)


async def test_a_correction_keeps_who_when_why_and_the_old_figure(
    hand: Hand, context: Context
) -> None:
    venue = await hand.write("/venues", **HIROBA)
    sheet = await hand.write(
        f"/venues/{venue['venue_id']}/day-sheets", on=YESTERDAY, values=SHEET, remark="雨"
    )
    at = f"/day-sheets/{sheet['sheet_id']}/correction"
    change = {"values": SHEET | {"children": 51}, "remark": "雨", "reason": "typing-error"}
    corrected = await hand.write(at, version=1, **change)
    (revision,) = corrected["revisions"]
    assert revision["before"]["values"]["children"] == 15
    assert (revision["changed_by"], revision["reason"]) == ("shakyo-1", "typing-error")
    assert (await figures(context))[2:] == [("hiroba-visit", 63, 2, False)]
    assert await hand.refused(at, version=1, **change) == (412, "version-changed", None)
    assert await hand.refused(at, version=2, **change) == (422, "nothing-changed", "values")


async def test_a_withdrawn_sheet_counts_nowhere_and_frees_its_day(
    hand: Hand, context: Context
) -> None:
    venue = await hand.write("/venues", **HIROBA)
    at = f"/venues/{venue['venue_id']}/day-sheets"
    sheet = await hand.write(at, on=YESTERDAY, values=SHEET)
    assert await hand.refused(at, on=YESTERDAY, values=SHEET) == (409, "day-sheet-exists", "on")
    gone = await hand.write(f"/day-sheets/{sheet['sheet_id']}/withdrawal", reason="wrong-day")
    assert (gone["withdrawn"], gone["counted"]) == (True, False)
    assert sorted((await figures(context))[2:]) == [
        ("hiroba-visit", 27, 2, True),
        ("hiroba-volunteer", 2, 2, True),
    ]
    await hand.write(at, on=YESTERDAY, values=SHEET)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"values": {"riders": 1}}, (422, "item-unknown", "values.riders")),
        ({"opens_at": "15:00", "closes_at": "10:00"}, (422, "end-before-start", "closes_at")),
        ({"on": (today() + timedelta(days=1)).isoformat()}, (422, "date-in-future", "on")),
        ({"on": "2024-03-31"}, (422, "on-closed-day", "on")),
        ({"values": {}}, (422, "invalid", "values")),
        ({"values": {"adults": -1}}, (422, "invalid", "values.adults")),
        ({"values": {"adults": "many"}}, (422, "invalid", "values.adults")),
        ({"remark": "123456789018"}, (422, "my-number-refused", "remark")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_sheet_that_cannot_be_is_refused_with_the_field(
    hand: Hand, context: Context, wrong: dict[str, Any], said: tuple[int, str, str]
) -> None:
    venue = await hand.write("/venues", **HIROBA)
    body = {"on": YESTERDAY.isoformat(), "values": SHEET} | wrong
    assert await hand.refused(f"/venues/{venue['venue_id']}/day-sheets", **body) == said
    assert await figures(context) == []


async def test_a_venue_is_counted_by_one_way_as_of_a_date(hand: Hand, context: Context) -> None:
    by_file = {k: v for k, v in HIROBA.items() if k not in ("from_on", "unreported")}
    venue = await hand.write("/venues", **by_file, way="file")
    at = f"/venues/{venue['venue_id']}/day-sheets"
    sheet = await hand.write(at, on=YESTERDAY, values=SHEET)
    assert (sheet["counted"], await figures(context)) == (False, [])
    switch = {"scope": "venue", "code": "hiroba-mihon", "way": "records", "from_on": YESTERDAY}
    assert await hand.refused("/reporting-ways", **switch) == (
        422,
        "past-needs-confirmation",
        "unreported",
    )
    switched = await hand.write("/reporting-ways", **switch, unreported=True)
    assert switched["recounted"] == 2
    assert sorted(await figures(context)) == [
        ("hiroba-visit", 27, 2, False),
        ("hiroba-volunteer", 2, 2, False),
    ]
    back = await hand.write("/reporting-ways", **switch | {"way": "file"})
    assert back["recounted"] == 2
    assert sorted((await figures(context))[2:]) == [
        ("hiroba-visit", 27, 3, True),
        ("hiroba-volunteer", 2, 3, True),
    ]
    said = [f for f in await told(context) if f["type"] == "kasane.reporting-way.set.v1"]
    assert [(f["way"], f["code"], f["channel"]) for f in said] == [
        ("records", "hiroba-mihon", "kosodate-hiroba"),
        ("file", "hiroba-mihon", "kosodate-hiroba"),
    ]


def test_the_way_in_force_is_the_last_one_said_before_the_day() -> None:
    day = today()
    said = [(day, "file"), (day - timedelta(days=5), "records")]
    assert way_on([], day) is Way.FILE
    assert way_on(said, day - timedelta(days=6)) is Way.FILE
    assert way_on(said, day - timedelta(days=1)) is Way.RECORDS
    assert way_on(said, day) is Way.FILE


async def test_the_last_sheet_is_a_hint_for_the_next_one(hand: Hand) -> None:
    venue = await hand.write("/venues", **HIROBA)
    at = f"/venues/{venue['venue_id']}"
    await hand.write(f"{at}/day-sheets", on=YESTERDAY - timedelta(days=2), values=SHEET)
    day = await hand.read(f"{at}/days/{YESTERDAY}")
    hints = {item["item"]: item["hint"] for item in day["items"]}
    assert (day["sheet"], hints["adults"], hints["families-first"]) == (None, 12, None)
    missing = (await hand.read("/day-sheets/missing", days=4))["missing"]
    assert [len(gap["days"]) for gap in missing] == [3]


def test_a_number_far_from_the_usual_one_is_pointed_out() -> None:
    usual = [{"adults": 20, "volunteers": 1}] * 5
    assert unusual({"adults": 61, "volunteers": 9}, usual) == ["adults"]
    assert unusual({"adults": 0}, usual) == ["adults"]
    assert unusual({"adults": 60}, usual) == []
    assert unusual({"adults": 600}, usual[:2]) == []


async def test_who_only_reads_cannot_write(client: httpx.AsyncClient, tokens: Any) -> None:
    reader = tokens.person("stat-1", "statistics")
    answer = await client.post(f"{BASE}/venues", json=HIROBA, headers=keyed(reader))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed-for-role")
