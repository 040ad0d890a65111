"""Intakes: accepted once, durably, with a number that can be read out on the telephone."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts import catalogue
from contracts.calendar import fiscal_year, today
from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, an_intake


async def test_an_intake_is_durable_while_temporal_and_the_broker_are_away(
    post: Any, facts: Any, count: Any
) -> None:
    answer = await post("/intakes", an_intake(urgent=True, referred_in=True))

    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "accepted"
    assert body["receipt_number"].startswith(f"R{fiscal_year(today()) - 2018}-大森-")
    [told] = await facts(body["intake_id"])
    assert told["type"] == "kasane.intake.accepted.v1"
    assert told["programme_no"] == 6
    assert told["basic_area"] == "大森"
    assert told["urgent"] is True
    assert told["referred_in"] is True
    assert told["person_ids"] == body["person_ids"]
    assert await count("person", f"intake_id = '{body['intake_id']}'") == 1


@pytest.mark.parametrize("channel", sorted(catalogue.channels(today())))
async def test_every_channel_takes_an_intake_with_its_own_fields(
    post: Any, http: Any, anyone: dict[str, str], channel: str
) -> None:
    schema = (await http.get(f"{BASE}/channels/{channel}/schema", headers=anyone)).json()
    details = {
        name: _sample(field)
        for name, field in schema["properties"]["details"]["properties"].items()
    }
    sent = await post("/intakes", an_intake(channel=channel, details=details))
    assert sent.status_code == 202, sent.text

    seen = await http.get(sent.json()["links"]["self"], headers=anyone)
    assert seen.json()["private"]["details"] == details


def _sample(field: dict[str, Any]) -> Any:
    if "oneOf" in field:
        return field["oneOf"][0]["const"]
    return {
        "integer": lambda: field["minimum"],
        "boolean": lambda: True,
        "array": lambda: [field["items"]["oneOf"][0]["const"]],
        "string": lambda: "2026-04-01" if field.get("format") == "date" else "自由記述",
    }[field["type"]]()


async def test_a_light_report_may_name_nobody(post: Any, facts: Any) -> None:
    answer = (await post("/intakes", an_intake(channel="chiiki-coordinate", persons=[]))).json()
    assert answer["household_id"] is None
    [told] = await facts(answer["intake_id"])
    assert told["person_ids"] == []


async def test_receipt_numbers_count_up_by_year_and_area_without_gaps(post: Any) -> None:
    async def number(**changes: Any) -> tuple[str, int]:
        answer = (await post("/intakes", an_intake(**changes))).json()
        head, _, count = answer["receipt_number"].rpartition("-")
        return head, int(count)

    old = {"received_on": "2022-03-31", "daily_area": "羽田"}
    first = await number(**old)
    refused = await post("/intakes", an_intake(**old, topics=["nothing-known"]))
    second = await number(**old)

    assert refused.status_code == 422
    assert first == ("R3-糀谷羽田", 1)
    assert second == ("R3-糀谷羽田", 2)
    assert await number(received_on="2022-04-01", daily_area=None) == ("R4-大田", 1)


async def test_the_same_key_and_body_gets_the_first_answer_again(post: Any, count: Any) -> None:
    key, body = str(uuid4()), an_intake()
    first = await post("/intakes", body, key=key)
    again = await post("/intakes", body, key=key)
    other = await post("/intakes", {**body, "urgent": True}, key=key)

    assert (again.status_code, again.json()) == (202, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    number = first.json()["receipt_number"]
    assert await count("outbox", f"body LIKE '%{number}%'") == 1


async def test_twenty_requests_at_once_with_one_key_have_one_effect(post: Any, count: Any) -> None:
    key, reference = str(uuid4()), f"SAP-{uuid4().hex[:8]}"
    body = an_intake(source_reference=reference)
    answers = await asyncio.gather(*(post("/intakes", body, key=key) for _ in range(20)))

    accepted = [answer.json() for answer in answers if answer.status_code == 202]
    others = {answer.json()["code"] for answer in answers if answer.status_code != 202}
    assert accepted
    assert all(answer == accepted[0] for answer in accepted)
    assert others <= {"key-in-progress"}
    assert await count("intake", f"source_reference = '{reference}'") == 1
    assert await count("outbox", f"subject = '{accepted[0]['intake_id']}'") == 1


async def test_a_senders_own_reference_is_taken_once_until_it_is_withdrawn(post: Any) -> None:
    reference = f"SAP-{uuid4().hex[:8]}"
    answers = await asyncio.gather(
        *(post("/intakes", an_intake(source_reference=reference)) for _ in range(5))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [202, 409, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["code"] == "source-reference-taken"
    assert refused["field"] == "source_reference"

    [first] = [answer.json() for answer in answers if answer.status_code == 202]
    await post(f"/intakes/{first['intake_id']}/withdrawal", {"reason": "entered-by-mistake"})
    assert (await post("/intakes", an_intake(source_reference=reference))).status_code == 202


async def test_a_channel_takes_only_from_those_who_may_send(
    post: Any, tokens: Tokens, count: Any
) -> None:
    body = an_intake()
    before = await count("intake")
    refusals = {
        "another channel": tokens.frontline("jobota"),
        "a manager": tokens.person("boss", "manager"),
        "an operator": tokens.person("ops", "operator"),
        "a service": tokens.bearer("coordination", kind="service"),
    }
    for who, headers in refusals.items():
        answer = await post("/intakes", body, as_=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "channel-not-allowed"), who
    assert await count("intake") == before
    assert await count("audit", "action = 'intake.send' AND outcome = 'refused'") >= 4

    for headers in (
        tokens.frontline("jobota", "sapota"),
        tokens.person("hanako", "coordinator"),
        tokens.person("jiro", "agency", agency="sapota"),
    ):
        assert (await post("/intakes", an_intake(), as_=headers)).status_code == 202


async def test_nobody_gets_in_without_a_token(http: Any) -> None:
    answer = await http.post(f"{BASE}/intakes", json=an_intake())
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")


async def test_names_addresses_and_texts_stay_out_of_the_outbox_and_of_plain_columns(
    post: Any, context: Any
) -> None:
    planted = {
        "name": "植込 珠緒",
        "kana": "ウエコミ タマオ",
        "address": "東京都大田区馬込九丁目99番",
        "phone": "090-9988-7766",
        "email": "uekomi@example.jp",
        "birth_date": "1971-02-03",
    }
    body = an_intake(
        text="植込さんの話",
        received_by="受付 植男",
        visitor={"name": "植込 母", "relation": "family"},
        details={"life_now": "植込の暮らし"},
        persons=[planted],
    )
    answer = (await post("/intakes", body)).json()
    await post(
        f"/intakes/{answer['intake_id']}/corrections",
        {"reason": "typing-error", "text": "植込さんの話(訂正)"},
    )
    telling = ("植", "ウエコミ", "うえこみ", "9988-7766", "09099887766", "uekomi", "1971-02-03")
    async with context.database.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        for table in list(tables):
            rows = await session.scalars(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608
            for row in rows:
                assert not [word for word in telling if word in row], table


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("no such channel", {"channel": "nowhere"}, "channel-unknown", "channel"),
    (
        "tomorrow",
        {"received_on": (today() + timedelta(days=1)).isoformat()},
        "date-in-future",
        "received_on",
    ),
    ("long ago", {"received_on": "2019-03-31"}, "date-too-early", "received_on"),
    ("no such area", {"daily_area": "銀座"}, "area-unknown", "daily_area"),
    ("no such basic area", {"daily_area": None, "basic_area": "港"}, "area-unknown", "basic_area"),
    ("areas that differ", {"basic_area": "蒲田"}, "area-mismatch", "basic_area"),
    ("no such topic", {"topics": ["withdrawal", "weather"]}, "topic-unknown", "topics.1"),
    ("main topic not chosen", {"main_topic": "care"}, "main-topic-not-chosen", "main_topic"),
    ("another channel's field", {"details": {"pregnancy_weeks": 8}}, "field-unknown", "details"),
    (
        "a field out of range",
        {"details": {"withdrawal_months": -1}},
        "details-invalid",
        "details.withdrawal_months",
    ),
    (
        "not born yet",
        {"persons": [{"birth_date": (today() + timedelta(days=1)).isoformat()}]},
        "birth-date-impossible",
        "persons.0.birth_date",
    ),
    ("a timestamp for a date", {"received_on": 1_790_000_000}, "invalid", "received_on"),
    ("no date", {"received_on": "2026-02-30"}, "invalid", "received_on"),
    ("yes for true", {"urgent": "yes"}, "invalid", "urgent"),
    ("a field we do not know", {"colour": "blue"}, "invalid", "colour"),
    ("too many persons", {"persons": [{}] * 21}, "invalid", "persons"),
    ("an empty name", {"persons": [{"name": "  "}]}, "invalid", "persons.0.name"),
    ("no postal code", {"persons": [{"postal_code": "12"}]}, "invalid", "persons.0.postal_code"),
    ("no number", {"persons": [{"phone": "でんわ"}]}, "invalid", "persons.0.phone"),
    (
        "known and unknown",
        {"persons": [{"birth_date": "1990-01-01", "birth_unknown": True}]},
        "invalid",
        "persons.0",
    ),
    ("a name as reference", {"source_reference": "試験 太郎"}, "invalid", "source_reference"),
]


@pytest.mark.parametrize(
    ("changes", "code", "field"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_is_wrong_is_refused_by_field_and_nothing_is_stored(
    post: Any, count: Any, changes: dict[str, Any], code: str, field: str
) -> None:
    tables = ("intake", "person", "outbox", "idempotency_key", "data_key", "receipt_counter")
    before = [await count(table) for table in tables]
    answer = await post("/intakes", an_intake(**changes))
    problem = answer.json()

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (problem["code"], problem["field"]) == (code, field)
    assert problem["title"]
    assert problem["title_en"]
    assert [await count(table) for table in tables] == before


async def test_a_missing_key_is_refused(http: Any, anyone: dict[str, str]) -> None:
    answer = await http.post(f"{BASE}/intakes", json=an_intake(), headers=anyone)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
