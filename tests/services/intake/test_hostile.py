"""What no honest sender writes is refused in good order: never a 5xx, never a row."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.services.intake.conftest import BASE, a_line, an_intake

UNKNOWN = UUID("0198a000-0000-7000-8000-000000000000")
DEEP = b'{"channel":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _with(value: bytes) -> bytes:
    return json.dumps(an_intake()).encode()[:-1] + b', "details": ' + value + b"}"


BODIES = {
    "nothing": b"",
    "not json": b"name=value",
    "not utf-8": b'{"channel": "\xff\xfe"}',
    "an abyss": DEEP,
    "an abyss in details": _with(b'{"life_now":' * 500 + b"1" + b"}" * 500),
    "lists in lists": _with(b"[" * 40 + b"]" * 40),
    "NUL": _with(b'{"life_now": "\\u0000"}'),
    "NUL in a key": _with(b'{"\\u0000": 1}'),
    "half a surrogate": _with(b'{"life_now": "\\ud83d"}'),
    "half a surrogate in a key": _with(b'{"\\udfff": 1}'),
    "NaN": _with(b'{"withdrawal_months": NaN}'),
    "infinity": _with(b'{"withdrawal_months": -Infinity}'),
    "1e400": _with(b'{"withdrawal_months": 1e400}'),
    "an endless integer": _with(b'{"withdrawal_months": ' + b"9" * 5_000 + b"}"),
    "a long integer": _with(b'{"withdrawal_months": ' + b"9" * 400 + b"}"),
    "a list": b"[]",
    "a null": b"null",
    "a string": b'"text"',
    "everything null": json.dumps(dict.fromkeys(an_intake())).encode(),
    "everything a list": json.dumps({key: [[]] for key in an_intake()}).encode(),
    "everything a number": json.dumps(dict.fromkeys(an_intake(), 1e308)).encode(),
    "years out of reach": json.dumps(an_intake(received_on="9999-12-31")).encode(),
    "year nought": json.dumps(an_intake(received_on="0000-01-01")).encode(),
    "other digits": json.dumps(an_intake(received_on="２０２６-04-01")).encode(),
    "a long text": json.dumps(an_intake(text="あ" * 10_001)).encode(),
    "persons of persons": json.dumps(an_intake(persons=[{"persons": []}])).encode(),
    "an emoji code": json.dumps(an_intake(channel="🌀")).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_hostile_intake_gets_a_4xx_and_leaves_nothing(
    post: Any, count: Any, body: bytes
) -> None:
    before = [await count(table) for table in ("intake", "outbox", "idempotency_key", "data_key")]
    answer = await post("/intakes", body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"]
    after = [await count(table) for table in ("intake", "outbox", "idempotency_key", "data_key")]
    assert after == before


VALUES: list[Any] = [
    None,
    "",
    "\0",
    "\ud83d",
    float("nan"),
    float("inf"),
    10**400,
    -(10**400),
    [],
    {},
    [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],
    "a" * 100_000,
    "'; DROP TABLE intake; --",
    "=cmd|' /C calc'!A0",
    "٣",
]


@pytest.mark.parametrize(
    "field", ["line_ref", "channel", "kind", "date", "quantity", "venue", "group", "flags"]
)
async def test_hostile_rows_are_refused_row_by_row(post: Any, count: Any, field: str) -> None:
    values = [value for value in VALUES if not (field == "flags" and value == [])]
    if field in ("line_ref", "venue", "group"):
        values = [value for value in values if value is not None]
    before = await count("activity_line")
    rows = [a_line(**{field: value}) for value in values]
    for row in rows:
        answer = await post("/activity-reports", {"lines": [row]})
        assert answer.status_code == 422, (field, answer.text)
    assert await count("activity_line") == before


@pytest.mark.parametrize(
    "path",
    [
        "/intakes/not-an-id",
        "/intakes/%00",
        "/intakes?receipt_number=%00",
        "/intakes?receipt_number=%ff",
        "/intakes?receipt_number=" + "9" * 39,
        "/intakes",
        "/persons?ids=%00",
        "/households/1",
        "/activity-reports/1",
        f"/activity-reports/{UNKNOWN}?after=99999999999999999999",
        f"/activity-reports/{UNKNOWN}?limit=NaN",
        "/channels?on=9999-99-99",
        "/channels/%00/schema",
        "/channels/../schema",
        "/duplicate-candidates?intake_id=x",
    ],
)
async def test_hostile_addresses_never_break_anything(
    http: Any, coordinator: dict[str, str], path: str
) -> None:
    answer = await http.get(BASE + path, headers=coordinator)
    assert answer.status_code < 500, answer.text


async def test_a_body_over_the_limit_is_not_read(post: Any) -> None:
    answer = await post("/intakes", an_intake(text="x" * 1_100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "ключ-ключ"])
async def test_a_strange_key_is_refused(
    http: Any, anyone: dict[str, str], count: Any, key: str
) -> None:
    before = await count("intake")
    headers = {**anyone, "Idempotency-Key": key.encode()}
    answer = await http.post(f"{BASE}/intakes", json=an_intake(), headers=headers)
    assert answer.status_code == 422
    assert await count("intake") == before
