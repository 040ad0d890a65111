"""How a period becomes an instant: by the calendar, or on the compressed clock."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import TOKYO, is_business_day
from contracts.policies import Period, Policy, business_days, days, months
from workflows.policies import after, before, end_of, in_sight, start_of

REAL = Policy()
SHORT = Policy(day_seconds=2.0)
FRIDAY = datetime(2026, 12, 25, 10, 30, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (days(7), datetime(2027, 1, 1, 10, 30, tzinfo=TOKYO)),
        (business_days(1), datetime(2026, 12, 28, 10, 30, tzinfo=TOKYO)),
        (business_days(2), datetime(2027, 1, 4, 10, 30, tzinfo=TOKYO)),
        (months(1), datetime(2027, 1, 25, 10, 30, tzinfo=TOKYO)),
        (months(14), datetime(2028, 2, 25, 10, 30, tzinfo=TOKYO)),
    ],
)
def test_a_period_ends_by_the_calendar_at_the_same_time_of_day(
    period: Period, expected: datetime
) -> None:
    assert after(REAL, period, FRIDAY) == expected
    assert after(REAL, period, FRIDAY.astimezone(UTC)) == expected


def test_a_month_after_the_last_day_of_january_is_the_last_of_february() -> None:
    start = datetime(2027, 1, 31, 9, 0, tzinfo=TOKYO)
    assert after(REAL, months(1), start) == datetime(2027, 2, 28, 9, 0, tzinfo=TOKYO)


def test_three_business_days_before_a_meeting_after_the_new_year() -> None:
    meeting = datetime(2027, 1, 5, 14, 0, tzinfo=TOKYO)
    assert before(REAL, "sheet_lead", meeting) == datetime(2026, 12, 25, 14, 0, tzinfo=TOKYO)


@pytest.mark.parametrize("period", [days(3), business_days(3)])
def test_on_the_compressed_clock_every_day_is_as_short(period: Period) -> None:
    assert (after(SHORT, period, FRIDAY) - FRIDAY).total_seconds() == 6
    assert (FRIDAY - before(SHORT, period, FRIDAY)).total_seconds() == 6


def test_a_month_of_the_compressed_clock_has_thirty_days() -> None:
    assert (after(SHORT, "monitoring_every", FRIDAY) - FRIDAY).total_seconds() == 180


def test_a_date_begins_and_ends_in_tokyo() -> None:
    on = date(2027, 1, 1)
    assert start_of(REAL, on, FRIDAY) == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert end_of(REAL, on, FRIDAY) == datetime(2027, 1, 1, 15, 0, tzinfo=UTC)
    assert (start_of(SHORT, on, FRIDAY) - FRIDAY).total_seconds() == 14


def test_ages_further_off_than_five_years_are_out_of_sight() -> None:
    assert in_sight(date(2031, 12, 25), FRIDAY)
    assert not in_sight(date(2031, 12, 26), FRIDAY)


def test_a_policy_field_of_several_periods_is_not_one() -> None:
    with pytest.raises(TypeError):
        after(REAL, "follow_ups", FRIDAY)
    with pytest.raises(AttributeError):
        after(REAL, "no_such_field", FRIDAY)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(1, 60),
    st.sampled_from(["days", "business-days", "months"]),
)
def test_business_days_end_on_one(naive: datetime, count: int, unit: str) -> None:
    start = naive.replace(tzinfo=TOKYO)
    period = Period.model_validate({"count": count, "unit": unit})
    end = after(REAL, period, start)
    assert end > start
    assert (end.hour, end.minute) == (start.hour, start.minute)
    if unit == "business-days":
        assert is_business_day(end.astimezone(TOKYO).date())
