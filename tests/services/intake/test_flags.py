"""Flags: 支援措置 hides where somebody lives, for a year; both kinds end by themselves."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.calendar import add_months, today
from services.intake import flags
from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, an_intake

Headers = dict[str, str]
ADDRESS, PHONE = "東京都大田区池上9-9-9", "090-0000-0909"
PROTECTED = {"kind": "address-protection", "reason": "元配偶者から逃れている"}


@pytest.fixture
def manager(tokens: Tokens) -> Headers:
    return tokens.person("manager", "manager", agency="fukushi-kanri")


@pytest.fixture
def sapota(tokens: Tokens) -> Headers:
    return tokens.person("sapota-1", "agency", agency="sapota")


async def somebody(post: Any, **more: Any) -> dict[str, Any]:
    person = {
        "name": f"見本 {uuid4().hex[:8]}",
        "kana": f"ミホン {uuid4().hex[:6]}",
        "address": ADDRESS,
        "postal_code": "146-0082",
        "phone": PHONE,
        "email": "mihon@example.jp",
        **more,
    }
    found: dict[str, Any] = (await post("/intakes", an_intake(persons=[person]))).json()
    return found


async def flagged(post: Any, intake: dict[str, Any], by: Headers, **flag: Any) -> dict[str, Any]:
    path = f"/persons/{intake['person_ids'][0]}/flags"
    answer = await post(path, {**PROTECTED, **flag}, as_=by)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def move(context: Any, flag: dict[str, Any], expires_on: date) -> None:
    """Let a flag be as old as its last day says."""
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE person_flag SET expires_on = CAST(:last AS date),"
                " starts_on = CAST(:last AS date) - 365"
                " WHERE flag_id = :flag"
            ),
            {"last": expires_on, "flag": flag["flag_id"]},
        )


async def test_under_protection_address_and_telephone_are_shown_nowhere(
    post: Any, http: Any, coordinator: Headers, manager: Headers, tokens: Tokens
) -> None:
    intake = await somebody(post)
    [person] = intake["person_ids"]
    await flagged(post, intake, coordinator)
    paths = [
        f"/persons/{person}",
        f"/households/{intake['household_id']}",
        f"/intakes/{intake['intake_id']}/household",
        f"/intakes/{intake['intake_id']}",
        f"/intakes?receipt_number={intake['receipt_number']}",
        f"/persons?ids={person}",
    ]
    for path in paths:
        for who in (coordinator, manager):
            answer = await http.get(BASE + path, headers=who)
            assert answer.status_code == 200, path
            assert ADDRESS not in answer.text, path
            assert PHONE not in answer.text, path
    sent_it = await http.get(f"{BASE}/intakes/{intake['intake_id']}", headers=tokens.frontline())
    assert ADDRESS not in sent_it.text, "not to the window that took it in either"
    seen = (await http.get(f"{BASE}/persons/{person}", headers=coordinator)).json()
    assert (seen["address_hidden"], seen["address"], seen["email"]) == (True, None, None)


async def test_nobody_is_found_by_a_protected_address_or_telephone(
    post: Any, coordinator: Headers
) -> None:
    address = f"東京都大田区久が原1-2-{uuid4().int % 900 + 100}"
    twin = {"address": address, "kana": f"ミホン {uuid4().hex[:8]}", "phone": None}
    intake = await somebody(post, **twin, birth_date="1990-04-02")
    found = await somebody(post, **twin, birth_date="1991-04-02")
    assert [one["intake_id"] for one in found["duplicate_candidates"]] == [intake["intake_id"]]
    await flagged(post, intake, coordinator)
    await flagged(post, found, coordinator)
    hidden = await somebody(post, **twin, birth_date="1992-04-02")
    assert hidden["duplicate_candidates"] == []


async def test_it_ends_by_itself_after_its_last_day(
    post: Any, http: Any, context: Any, coordinator: Headers
) -> None:
    intake = await somebody(post)
    flag = await flagged(post, intake, coordinator)
    person = f"{BASE}/persons/{intake['person_ids'][0]}"
    await move(context, flag, today())
    assert (await http.get(person, headers=coordinator)).json()["address"] is None
    await move(context, flag, today() - timedelta(days=1))
    seen = (await http.get(person, headers=coordinator)).json()
    assert (seen["address"], seen["flags"], seen["address_hidden"]) == (ADDRESS, [], False)
    over = await post(f"/flags/{flag['flag_id']}/renewals", {}, as_=coordinator)
    assert (over.status_code, over.json()["code"]) == (409, "flag-over")
    again = await flagged(post, intake, coordinator)
    assert again["expires_on"] == add_months(today(), 12).isoformat()


async def test_it_is_renewed_from_one_month_before_its_last_day_and_told(
    post: Any, context: Any, facts: Any, coordinator: Headers
) -> None:
    intake = await somebody(post)
    flag = await flagged(post, intake, coordinator)
    renewals = f"/flags/{flag['flag_id']}/renewals"
    early = await post(renewals, {}, as_=coordinator)
    assert (early.status_code, early.json()["code"]) == (409, "renewal-too-early")
    assert early.json()["renewable_from"] == flag["renewable_from"]
    last = add_months(today(), 1)
    await move(context, flag, last)
    renewed = await post(renewals, {}, as_=coordinator)
    assert renewed.json()["expires_on"] == add_months(last, 12).isoformat()
    told = [one for one in await facts(intake["intake_id"]) if "flagged" in one["type"]]
    assert [one["expires_on"] for one in told] == [
        flag["expires_on"],
        renewed.json()["expires_on"],
    ]
    assert {one["flag_id"] for one in told} == {flag["flag_id"]}
    assert "元配偶者" not in str(told)


async def test_a_flag_is_ended_with_a_reason_before_its_time(
    post: Any, http: Any, facts: Any, coordinator: Headers
) -> None:
    intake = await somebody(post)
    flag = await flagged(post, intake, coordinator, kind="staff-safety", reason="大型犬がいる")
    twice = await post(
        f"/persons/{intake['person_ids'][0]}/flags",
        {"kind": "staff-safety", "reason": "同じ"},
        as_=coordinator,
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "flag-stands")
    household = (await http.get(
        f"{BASE}/intakes/{intake['intake_id']}/household", headers=coordinator
    )).json()  # fmt: skip
    [shown] = household["members"][0]["flags"]
    assert (shown["label"], shown["reason"]) == ("訪問時の安全に注意", "大型犬がいる")
    end = f"/flags/{flag['flag_id']}/end"
    assert (await post(end, {}, as_=coordinator)).json()["field"] == "reason"
    done = await post(end, {"reason": "reason-gone"}, as_=coordinator)
    assert done.status_code == 200, done.text
    assert (await facts(intake["intake_id"]))[-1]["type"] == "kasane.person.flag-ended.v1"
    over = await post(end, {"reason": "reason-gone"}, as_=coordinator)
    assert over.json()["code"] == "flag-over"


async def test_a_protected_address_is_seen_for_a_reason_that_is_kept(
    post: Any, coordinator: Headers, sapota: Headers, count: Any
) -> None:
    intake = await somebody(post)
    [person] = intake["person_ids"]
    await flagged(post, intake, coordinator)
    path = f"/persons/{person}/address"
    assert (await post(path, {"need": "visit"}, as_=sapota)).status_code == 403
    assert (await post(path, {}, as_=coordinator)).status_code == 422
    seen = await post(path, {"need": "visit"}, as_=coordinator)
    assert (seen.json()["address"], seen.json()["phone"]) == (ADDRESS, PHONE)
    kept = f"action = 'person.address' AND subject_id = '{person}'"
    assert await count("audit", f"{kept} AND details->>'need' = 'visit'") == 1
    assert await count("audit", f"{kept} AND outcome = 'refused'") == 1


async def test_protection_is_set_by_the_wards_staff_alone(
    post: Any, coordinator: Headers, sapota: Headers
) -> None:
    intake = await somebody(post)
    path = f"/persons/{intake['person_ids'][0]}/flags"
    assert (await post(path, PROTECTED, as_=sapota)).status_code == 403
    safety = {"kind": "staff-safety", "reason": "声を荒げることがある"}
    assert (await post(path, safety, as_=sapota)).status_code == 201
    ahead = {**PROTECTED, "starts_on": (today() + timedelta(days=1)).isoformat()}
    assert (await post(path, ahead, as_=coordinator)).json()["field"] == "starts_on"
    assert (await post(f"/persons/{uuid4()}/flags", PROTECTED, as_=coordinator)).status_code == 404


async def test_who_saw_a_persons_record_is_answered_for_any_time(
    post: Any, http: Any, coordinator: Headers, manager: Headers, sapota: Headers
) -> None:
    intake = await somebody(post)
    person = f"{BASE}/persons/{intake['person_ids'][0]}"
    await http.get(person, headers=sapota)
    shown = (await http.get(f"{person}/looks", headers=manager)).json()["items"]
    assert [(one["actor"], one["action"], one["outcome"]) for one in shown] == [
        ("sapota-1", "person.read", "allowed")
    ]
    later = {"since": "2999-01-01T00:00:00Z"}
    assert (await http.get(f"{person}/looks", headers=manager, params=later)).json()["items"] == []
    assert (await http.get(f"{person}/looks", headers=sapota)).status_code == 403


def test_a_year_and_a_month_by_the_calendar() -> None:
    assert flags.last_day("address-protection", date(2028, 2, 29)) == date(2029, 2, 28)
    assert flags.renewable_from("address-protection", date(2027, 3, 31)) == date(2027, 2, 28)
    assert flags.last_day("staff-safety", date(2026, 11, 24)) == date(2027, 5, 24)
