"""Receipt numbers, and the ages at which support passes on: the pure rules."""

from datetime import date

import pytest

from services.intake.age import next_boundary
from services.intake.receipt import as_receipt_number, receipt_number


def test_a_number_names_fiscal_year_area_and_count() -> None:
    assert receipt_number(date(2026, 4, 1), "大森", 123) == "R8-大森-00123"
    assert receipt_number(date(2026, 3, 31), "大森", 123) == "R7-大森-00123"
    assert receipt_number(date(2026, 4, 1), "糀谷・羽田", 1) == "R8-糀谷羽田-00001"
    assert receipt_number(date(2026, 4, 1), None, 100_000) == "R8-大田-100000"


@pytest.mark.parametrize(
    "written",
    ["R8-大森-00123", "r8-大森-123", "Ｒ８−大森−１２３", " R8ー大森ー00123 ", "R8 - 大森 - 00123"],
)
def test_a_number_is_found_however_it_is_typed(written: str) -> None:
    assert as_receipt_number(written) == "R8-大森-00123"


def test_what_is_no_number_stays_itself() -> None:
    assert as_receipt_number("大森") == "大森"
    assert as_receipt_number("R8-大森-" + "9" * 20) == "R8-大森-" + "9" * 20


@pytest.mark.parametrize(
    ("birth", "on", "expected"),
    [
        (date(2008, 4, 2), date(2026, 4, 1), (18, date(2026, 4, 1))),
        (date(2008, 4, 2), date(2026, 4, 2), (40, date(2048, 4, 1))),
        (date(2008, 2, 29), date(2025, 1, 1), (18, date(2026, 2, 28))),
        (date(1961, 1, 1), date(2025, 12, 31), (65, date(2025, 12, 31))),
        (date(1961, 1, 1), date(2026, 1, 1), None),
    ],
)
def test_the_next_age_is_reached_the_day_before_the_birthday(
    birth: date, on: date, expected: object
) -> None:
    assert next_boundary(birth, on) == expected
