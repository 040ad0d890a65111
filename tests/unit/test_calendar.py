"""The ward's calendar: Tokyo dates, fiscal years, holidays, legal ages."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest

from contracts import calendar


def test_the_fiscal_year_begins_at_midnight_in_tokyo() -> None:
    half_past_midnight = datetime(2025, 3, 31, 15, 30, tzinfo=UTC)
    before = datetime(2025, 3, 31, 14, 59, tzinfo=UTC)
    assert calendar.fiscal_year(calendar.tokyo_date(half_past_midnight)) == 2025
    assert calendar.fiscal_year(calendar.tokyo_date(before)) == 2024


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.tokyo_date(datetime(2025, 4, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("year", "label"), [(2019, "令和元年度"), (2024, "令和6年度"), (2026, "令和8年度")]
)
def test_fiscal_years_are_printed_in_the_era(year: int, label: str) -> None:
    assert calendar.fiscal_year_label(year) == label


def test_the_first_year_of_an_era_is_gannen() -> None:
    assert calendar.wareki(date(2019, 5, 1)) == "令和元年5月1日(水)"
    assert calendar.wareki(date(2026, 11, 23)) == "令和8年11月23日(月)"


def test_older_dates_are_printed_in_the_era_of_their_day() -> None:
    assert calendar.wareki(date(2019, 4, 30)) == "平成31年4月30日(火)"
    assert calendar.wareki(date(1989, 1, 7)) == "昭和64年1月7日(土)"
    assert calendar.wareki(date(1989, 1, 8)) == "平成元年1月8日(日)"
    assert calendar.era_date(date(1926, 12, 25)) == "昭和元年12月25日"
    assert calendar.era_date(date(1912, 7, 29)) == "明治45年7月29日"
    assert calendar.era_date(date(1868, 10, 22)) == "1868年10月22日"


def test_holidays_agree_with_a_second_library_on_every_day() -> None:
    oracle = holidays.country_holidays("JP", years=range(2023, 2031))
    on = date(2023, 1, 1)
    while on < date(2031, 1, 1):
        closed = on.weekday() > 4 or on in oracle or (on.month, on.day) >= (12, 29)
        closed = closed or (on.month, on.day) <= (1, 3)
        assert calendar.is_business_day(on) is not closed, on
        on += timedelta(days=1)


def test_business_days_skip_the_turn_of_the_year() -> None:
    assert calendar.add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert calendar.add_business_days(date(2027, 1, 4), -1) == date(2026, 12, 28)
    assert calendar.add_business_days(date(2026, 9, 18), 3) == date(2026, 9, 28)


def test_months_end_on_the_last_day_where_there_is_no_such_day() -> None:
    assert calendar.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert calendar.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert calendar.add_months(date(2026, 12, 15), 12) == date(2027, 12, 15)


@pytest.mark.parametrize(
    ("birth", "age", "reached"),
    [
        (date(2008, 4, 1), 18, date(2026, 3, 31)),
        (date(2008, 2, 29), 18, date(2026, 2, 28)),
        (date(1961, 1, 1), 65, date(2025, 12, 31)),
        (date(2008, 3, 1), 18, date(2026, 2, 28)),
    ],
)
def test_an_age_is_reached_the_day_before_the_birthday(
    birth: date, age: int, reached: date
) -> None:
    assert calendar.reaches_age_on(birth, age) == reached
