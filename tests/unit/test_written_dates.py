"""Dates and fiscal years, as offices write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.calendar import fiscal_year_label, wareki
from contracts.written_dates import read_date, read_fiscal_year

FIRST_OF_APRIL = date(2024, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2024-04-01",
        "2024/4/1",
        "2024.4.1",
        "2024年4月1日",
        "2024年4月1日(月)",
        "２０２４／４／１",
        "20240401",
        "2024/4/1 0:00",
        "2024-04-01T00:00:00",
        "令和6年4月1日",
        "令和６年４月１日（月）",
        "令6.4.1",
        "R6.4.1",
        "r6/04/01",
        "Ｒ６．４．１",
        "45383",
        " 2024/4/1 ",
    ],
)
def test_a_date_is_read_in_every_way_an_office_writes_it(text: str) -> None:
    assert read_date(text) == FIRST_OF_APRIL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4/1/2024",
        "4月1日",
        "2024-02-30",
        "令和1年4月30日",
        "平成31年5月1日",
        "R0.4.1",
        "2024-04-01 09:30",
        "12345",
        "あした",
        "2024-4",
        "1e5",
    ],
)
def test_what_is_no_date_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - date() has words of its own
        read_date(text)


@settings(deadline=None)
@given(st.dates(min_value=date(1954, 10, 4), max_value=date(2099, 12, 31)))
def test_what_the_calendar_prints_is_read_back(on: date) -> None:
    assert read_date(wareki(on)) == on
    assert read_date(on.isoformat()) == on
    assert read_date(str((on - date(1899, 12, 30)) // timedelta(days=1))) == on


def test_the_first_year_of_an_era_is_gannen() -> None:
    assert read_date("令和元年5月1日") == date(2019, 5, 1)
    assert read_date("S64.1.7") == date(1989, 1, 7)


@pytest.mark.parametrize("text", ["2024", "2024年度", "R6", "令和6", "令和6年度", "令６", "r6年度"])
def test_a_fiscal_year_is_read_in_every_way_an_office_writes_it(text: str) -> None:
    assert read_fiscal_year(text) == 2024


@settings(deadline=None)
@given(st.integers(min_value=2019, max_value=2099))
def test_a_printed_fiscal_year_is_read_back(year: int) -> None:
    assert read_fiscal_year(fiscal_year_label(year)) == year


def test_what_is_no_fiscal_year_is_refused() -> None:
    for text in ("", "24", "令和", "R6.4.1", "来年度"):
        with pytest.raises(ValueError, match="fiscal year"):
            read_fiscal_year(text)
