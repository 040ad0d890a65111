"""Supported activities, their sessions, and volunteers: counted once, never two at a time."""

import asyncio
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from contracts.events import new_id
from services.participation.volunteering import REASON_LABELS, WEIGHTS, Helper, Reason, Wanted, rank
from tests.services.participation.conftest import BASE, told
from tests.services.participation.hand import YESTERDAY, Hand

SOON = today() + timedelta(days=7)


async def an_activity(hand: Hand, **more: Any) -> dict[str, Any]:
    body = {
        "form": "activity",
        "name": "見本サロン",
        "daily_area": "六郷",
        "started_on": "2024-04-01",
    }
    return await hand.write("/activities", **body | more)


async def a_session(hand: Hand, activity: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"on": SOON, "starts_at": "10:00", "ends_at": "12:00", "volunteers_wanted": 1}
    return await hand.write(f"/activities/{activity['activity_id']}/sessions", **body | more)


async def a_volunteer(hand: Hand, number: int = 1, **more: Any) -> dict[str, Any]:
    body = {
        "name": f"架空 {number}号",
        "kana": f"カクウ {number}ゴウ",
        "phone": f"03-0000-{number:04}",
    }
    return await hand.write("/volunteers", **body | more)


async def counts_here(hand: Hand, *kinds: str) -> None:
    for kind in kinds:
        await hand.write(
            "/reporting-ways",
            scope="kind",
            code=kind,
            way="records",
            from_on="2024-04-01",
            unreported=True,
        )


async def test_each_time_of_support_counts_by_the_form_of_what_was_supported(
    hand: Hand, context: Context
) -> None:
    await counts_here(hand, "community-activity-support", "platform-support")
    salon = await an_activity(hand)
    platform = await an_activity(hand, form="platform", name="見本会議")
    body = {"on": YESTERDAY, "channel": "chiiki-coordinate", "how": "advice", "note": "会長に助言"}
    first = await hand.write(f"/activities/{salon['activity_id']}/supports", **body)
    await hand.write(f"/activities/{platform['activity_id']}/supports", **body)
    at = f"/supports/{first['support_id']}"
    await hand.write(
        f"{at}/correction",
        on=YESTERDAY - timedelta(days=1),
        channel="chiiki-coordinate-10",
        reason="wrong-day",
    )
    await hand.write(f"{at}/withdrawal", reason="entered-twice")
    said = [f for f in await told(context) if f["type"] == "kasane.community-work.recorded.v1"]
    assert [(f["kind"], f["programme_no"], f["revision"], f["withdrawn"]) for f in said] == [
        ("community-activity-support", 7, 1, False),
        ("platform-support", 7, 1, False),
        ("community-activity-support", 10, 2, False),
        ("community-activity-support", 10, 3, True),
    ]
    assert "会長" not in str(said)
    shown = await hand.read(f"/activities/{salon['activity_id']}")
    assert [(s["note"], s["withdrawn"]) for s in shown["supports"]] == [("会長に助言", True)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"channel": "jobota"}, (422, "value-unknown", "channel")),
        ({"on": SOON.isoformat()}, (422, "date-in-future", "on")),
        ({"on": "2024-03-31"}, (422, "end-before-start", "on")),
        ({"note": "123456789018"}, (422, "my-number-refused", "note")),
    ],
    ids=["channel", "future", "before", "my-number"],
)
async def test_support_that_cannot_be_is_refused(
    hand: Hand, wrong: dict[str, str], said: tuple[int, str, str]
) -> None:
    activity = await an_activity(hand)
    body = {"on": YESTERDAY.isoformat(), "channel": "chiiki-coordinate", "how": "advice"} | wrong
    assert await hand.refused(f"/activities/{activity['activity_id']}/supports", **body) == said


async def test_sessions_of_an_activity_do_not_overlap_and_end_after_they_begin(hand: Hand) -> None:
    activity = await an_activity(hand)
    await a_session(hand, activity)
    at = f"/activities/{activity['activity_id']}/sessions"
    hours = {"on": SOON, "starts_at": "11:30", "ends_at": "13:00"}
    assert await hand.refused(at, **hours) == (409, "hours-overlap", "starts_at")
    assert await hand.refused(at, **hours | {"ends_at": "11:00"}) == (
        422,
        "end-before-start",
        "ends_at",
    )
    await hand.write(at, **hours | {"starts_at": "12:00"})


async def test_a_volunteer_is_not_engaged_twice_at_a_time(hand: Hand) -> None:
    salon, sewing = await an_activity(hand), await an_activity(hand, name="手芸の会")
    volunteer = await a_volunteer(hand)
    one = await a_session(hand, salon)
    other = await a_session(hand, sewing, starts_at="11:00", ends_at="13:00")
    body = {"volunteer_id": volunteer["volunteer_id"]}
    await hand.write(f"/sessions/{one['session_id']}/engagements", **body)
    at = f"/sessions/{other['session_id']}/engagements"
    assert await hand.refused(at, **body) == (409, "hours-overlap", "volunteer_id")
    await hand.write(f"/sessions/{one['session_id']}/engagements", **body, status="called-off")
    assert (await hand.write(at, **body))["engaged"] == 1
    assert (await hand.write(at, **body, status="attended"))["engaged"] == 1
    shown = await hand.read(f"/sessions/{other['session_id']}")
    assert [(e["name"], e["status"]) for e in shown["engagements"]] == [("架空 1号", "attended")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "paused"}, "volunteer-not-active"),
        ({"status": "active", "insured_until": "2024-05-01"}, "insurance-ended"),
    ],
)
async def test_who_is_not_there_or_not_insured_is_not_engaged(
    hand: Hand, change: dict[str, str], code: str
) -> None:
    session = await a_session(hand, await an_activity(hand))
    volunteer = await a_volunteer(hand)
    await hand.write(f"/volunteers/{volunteer['volunteer_id']}/change", version=1, **change)
    assert await hand.refused(
        f"/sessions/{session['session_id']}/engagements", volunteer_id=volunteer["volunteer_id"]
    ) == (409, code, "volunteer_id")


async def test_no_more_volunteers_are_engaged_than_wanted_under_concurrent_requests(
    hand: Hand, context: Context
) -> None:
    """Eight volunteers for three places at two sessions that overlap, all at once."""
    salon, sewing = await an_activity(hand), await an_activity(hand, name="手芸の会")
    sessions = [
        (await a_session(hand, activity, volunteers_wanted=3))["session_id"]
        for activity in (salon, sewing)
    ]
    volunteers = [(await a_volunteer(hand, n))["volunteer_id"] for n in range(8)]
    answers = await asyncio.gather(
        *(
            hand.send(f"/sessions/{session}/engagements", {"volunteer_id": volunteer})
            for volunteer in volunteers
            for session in sessions
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    async with context.database.transaction() as db:
        rows = await db.execute(
            text(
                "SELECT engaged, (SELECT count(*) FROM engagement e WHERE e.session_id ="
                " s.session_id) AS listed FROM activity_session s"
            )
        )
        assert [(row.engaged, row.listed) for row in rows] == [(3, 3), (3, 3)]
        twice = await db.scalar(
            text("SELECT count(*) - count(DISTINCT volunteer_id) FROM engagement")
        )
    assert twice == 0


async def test_somebody_alike_is_pointed_out_and_never_merged(hand: Hand) -> None:
    first = await a_volunteer(hand)
    again = {"name": "架空 一号", "kana": "かくう1ごう", "phone": "03 0000 0001"}
    answer = await hand.send("/volunteers", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "possible-duplicate")
    assert answer.json()["candidates"] == [first["volunteer_id"]]
    await hand.write("/volunteers", **again, another=True)


async def test_names_of_volunteers_are_sealed_and_every_look_is_recorded(
    hand: Hand, client: httpx.AsyncClient, context: Context, tokens: Any
) -> None:
    await a_volunteer(hand)
    assert (await hand.read("/volunteers"))["volunteers"][0]["name"] == "架空 1号"
    reader = tokens.person("stat-1", "statistics")
    seen = (await client.get(f"{BASE}/volunteers", headers=reader)).json()["volunteers"]
    assert seen[0]["name"] is None
    async with context.database.transaction() as db:
        plain = await db.scalar(
            text("SELECT count(*) FROM volunteer v WHERE v::text LIKE '%架空%'")
        )
        looks = await db.scalar(text("SELECT count(*) FROM audit WHERE action = 'volunteer.read'"))
    assert (plain, looks) == (0, 1)


async def test_overlapping_times_of_a_volunteer_are_refused(hand: Hand) -> None:
    times = [
        {"weekday": 1, "from": "09:00", "to": "12:00"},
        {"weekday": 1, "from": "11:00", "to": "13:00"},
    ]
    body = {"name": "架空", "kana": "カクウ", "times": times}
    assert await hand.refused("/volunteers", **body) == (422, "hours-overlap", "times.1.from")
    times[1] = {"weekday": 2, "from": "11:00", "to": "10:00"}
    assert await hand.refused("/volunteers", **body) == (422, "end-before-start", "times.1.to")


WANTED = Wanted(date(2026, 6, 9), time(10), time(12), ("cooking", "driving"), "六郷")
HELPERS = st.builds(
    Helper,
    st.integers(0, 30).map(lambda n: UUID(int=n)),
    st.lists(st.sampled_from(["cooking", "driving", "music"]), unique=True),
    st.lists(st.sampled_from(["六郷", "馬込"]), unique=True),
    st.lists(st.sampled_from([(1, time(9), time(12)), (2, time(9), time(12))]), unique=True),
)


@given(st.lists(HELPERS, unique_by=lambda h: h.volunteer_id), st.randoms())
def test_the_order_of_the_register_does_not_matter(helpers: list[Helper], chance: Any) -> None:
    found = rank(WANTED, helpers)
    turned = list(helpers)
    chance.shuffle(turned)
    assert rank(WANTED, turned) == found
    by_id = {helper.volunteer_id: helper for helper in helpers}
    assert all(set(WANTED.skills) & set(by_id[one.volunteer_id].skills) for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_who_can_everything_nearby_at_that_time_comes_first() -> None:
    best = Helper(new_id(), WANTED.skills, ("六郷",), ((1, time(9), time(13)),))
    asked = Helper(new_id(), WANTED.skills)
    partly = Helper(new_id(), ("cooking",), ("六郷",))
    elsewhere = Helper(new_id(), WANTED.skills, ("馬込",))
    busy = Helper(new_id(), WANTED.skills, ("六郷",), ((1, time(11), time(13)),))
    uninsured = Helper(new_id(), WANTED.skills, insured_until=date(2026, 6, 8))
    found = rank(WANTED, [partly, asked, elsewhere, busy, uninsured, best])
    assert [one.volunteer_id for one in found] == [h.volunteer_id for h in (best, asked, partly)]
    assert found[0].reasons == (Reason.SKILLS, Reason.SAME_AREA, Reason.FREE_THEN)
    assert set(REASON_LABELS) == set(WEIGHTS) == set(Reason)
