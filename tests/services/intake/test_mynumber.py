"""個人番号 is refused wherever it stands, however it is written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.mynumber import fields_with_my_number, holds_my_number, is_my_number
from tests.services.intake.conftest import a_line, an_intake

NUMBER = "123456789018"
"""Made for this test: the digits 12345678901 and their check digit."""


@given(st.integers(min_value=0, max_value=10**11 - 1))
def test_one_check_digit_fits_and_the_nine_others_do_not(first: int) -> None:
    fitting = [last for last in range(10) if is_my_number(f"{first:011d}{last}")]
    assert len(fitting) == 1


@pytest.mark.parametrize("digits", ["123456789018", "987654321098", "000000000000"])
def test_the_check_digit_is_the_ordinances(digits: str) -> None:
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11
    assert is_my_number(digits) == (int(digits[-1]) == (11 - rest if rest > 1 else 0))


def test_other_lengths_are_none() -> None:
    assert not is_my_number(NUMBER[:-1])
    assert not is_my_number(NUMBER + "0")


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"番号は{NUMBER}です",
        "１２３４５６７８９０１８",
        "1234 5678 9018",
        "1234-5678-9018",
        "１２３４－５６７８－９０１８",
        "1234‐5678ー9018",
        "123456-789018",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "1234\u200b5678\u200b9018",
        "No.1234・5678・9018(本人)",
        "No123456789018",
        "電話 03-0000-0000 番号 1234 5678 9018",
        "１２３４\n５６７８\n９０１８",
        "١٢٣٤٥٦٧٨٩٠١٨",
    ],
)
def test_it_is_found_however_it_is_written(text: str) -> None:
    assert holds_my_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "123456789010",
        "1234567890187",
        "0123456789018",
        "090-1234-5678",
        "2026-11-23 12:30",
        "01890000-0000-7000-8000-123456789018",
        "3f9a123456789018c0ffee",
        "ref-a12345678-9018",
        "年収 1234567 円、家賃 89018 円",
        "",
    ],
)
def test_what_is_none_passes(text: str) -> None:
    assert not holds_my_number(text)


def test_every_place_in_a_body_is_looked_at() -> None:
    body = {
        "text": "何もない",
        "persons": [{"name": NUMBER}, {"name": "試験"}],
        "details": {"nested": {"deep": [0, f"x{NUMBER}"]}},
        "count": int(NUMBER),
        "real": float(NUMBER),
        NUMBER: True,
    }
    assert set(fields_with_my_number(body)) == {
        "persons.0.name",
        "details.nested.deep.1",
        "count",
        "real",
        "body",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": f"個人番号は{NUMBER}"}, "text"),
        ({"persons": [{"name": "試験", "address": "1234 5678 9018"}]}, "persons.0.address"),
        ({"visitor": {"name": "１２３４５６７８９０１８"}}, "visitor.name"),
        ({"details": {"life_now": NUMBER}}, "details.life_now"),
        ({"source_reference": NUMBER}, "source_reference"),
        ({"colour": NUMBER}, "colour"),
    ],
)
async def test_an_intake_that_holds_one_is_refused_and_nothing_is_stored(
    post: Any, count: Any, changes: dict[str, Any], field: str
) -> None:
    before = await count("intake"), await count("outbox"), await count("data_key")
    answer = await post("/intakes", an_intake(**changes))
    assert answer.status_code == 422
    assert answer.json()["code"] == "my-number-refused"
    assert answer.json()["field"] == field
    assert NUMBER not in answer.text
    assert (await count("intake"), await count("outbox"), await count("data_key")) == before


async def test_corrections_and_report_lines_pass_the_same_door(post: Any, count: Any) -> None:
    intake = (await post("/intakes", an_intake())).json()
    correction = await post(
        f"/intakes/{intake['intake_id']}/corrections", {"reason": "other", "text": NUMBER}
    )
    assert correction.json()["code"] == "my-number-refused"

    report = await post("/activity-reports", {"lines": [a_line(line_ref=NUMBER), a_line()]})
    assert report.json()["counts"] == {
        "received": 2,
        "accepted": 1,
        "already_reported": 0,
        "refused": 1,
    }
    assert report.json()["errors"][0]["code"] == "my-number-refused"
    assert await count("activity_line", f"line_ref = '{NUMBER}'") == 0
