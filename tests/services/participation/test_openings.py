"""When places are open: recurrences, overlaps, calendars, feeds, and how people say them."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.events import new_id
from services.participation.opening import Opening, calendar_of, feed, overlap, said, weekdays
from services.participation.resource import ResourceFields
from services.participation.resource_sheet import OPENINGS, cells_of, fields_in

BEGIN = date(2026, 11, 1)


def opening(
    rule: str | None = "FREQ=WEEKLY;BYDAY=TU", hours: str = "10-12", **more: Any
) -> Opening:
    first, _, last = hours.partition("-")
    times = {"opens_at": time(int(first)), "closes_at": time(int(last))} if hours else {}
    return Opening.model_validate({"rule": rule, "starts_on": BEGIN, **times, **more})


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"opens_at": time(12), "closes_at": time(10)}, "end-before-start"),
        ({"opens_at": time(10), "closes_at": time(10)}, "end-before-start"),
        ({"opens_at": time(10), "closes_at": None}, "hours-incomplete"),
        ({"rule": "FREQ=WEEKLY;BYDAY=XX"}, "recurrence-broken"),
        ({"rule": "FREQ=WEEKLY;UNTIL=20200101"}, "recurrence-empty"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "recurrence-empty"),
        ({"rule": "FREQ=SECONDLY"}, "string_pattern_mismatch"),
        ({"rule": "every Tuesday"}, "recurrence-broken"),
    ],
)
def test_an_opening_that_makes_no_sense_is_refused_with_its_reason(
    wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        opening(**wrong) if "rule" not in wrong else opening(wrong["rule"])
    assert [error["type"] for error in refused.value.errors()] == [code]


@pytest.mark.parametrize(
    ("one", "other", "day"),
    [
        (opening(), opening(hours="11-13"), date(2026, 11, 3)),
        (opening(), opening("FREQ=MONTHLY;BYMONTHDAY=24", hours=""), date(2026, 11, 24)),
        (opening(), opening(hours="12-13"), None),
        (opening(), opening("FREQ=WEEKLY;BYDAY=WE"), None),
        (opening(), opening(None, starts_on=date(2026, 11, 10)), date(2026, 11, 10)),
    ],
)
def test_overlapping_hours_are_found_with_the_day(
    one: Opening, other: Opening, day: date | None
) -> None:
    found = overlap([one, other])
    assert (found[2] if found else None) == day
    if day:
        with pytest.raises(ValidationError, match="overlap"):
            ResourceFields(openings=[one, other])


def test_holidays_and_days_left_out_are_no_open_days() -> None:
    every = opening("FREQ=WEEKLY;BYDAY=MO,TU", except_holidays=True, except_on=["2026-11-10"])
    days = calendar_of([every], date(2026, 11, 2), date(2026, 11, 24))
    # 3 November (文化の日) and 23 November (勤労感謝の日) are holidays.
    assert [day.day for day in days] == [2, 9, 16, 17, 24]
    assert weekdays([every]) == ["MO", "TU"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "毎日"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "毎週火・木曜日"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "2週ごとの土曜日"),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", "毎月第2・第4火曜日"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "毎月最終金曜日"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "毎月15日"),
        (None, "2026年11月1日(日)"),
    ],
)
def test_an_opening_is_said_as_people_say_it(rule: str | None, words: str) -> None:
    assert said(opening(rule)) == f"{words} 10:00〜12:00"


RULES = st.one_of(
    st.none(),
    st.just("FREQ=DAILY"),
    st.sets(st.sampled_from(["MO", "WE", "SU"]), min_size=1).map(
        lambda days: f"FREQ=WEEKLY;BYDAY={','.join(sorted(days))}"
    ),
    st.integers(1, 4).map(lambda nth: f"FREQ=MONTHLY;BYDAY={nth}TU"),
    st.integers(1, 28).map(lambda day: f"FREQ=MONTHLY;BYMONTHDAY={day}"),
    st.just("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO;COUNT=3"),
)
OPENINGS_MADE = st.builds(
    Opening,
    rule=RULES,
    starts_on=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    opens_at=st.just(time(9, 30)),
    closes_at=st.times(time(10), time(20)).map(lambda at: at.replace(second=0, microsecond=0)),
    except_holidays=st.booleans(),
    except_on=st.lists(st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(OPENINGS_MADE, min_size=1, max_size=3))
def test_openings_in_cells_are_read_back_the_same(openings: list[Opening]) -> None:
    told = ResourceFields.model_construct(openings=openings).model_dump()
    told["openings"] = [one.model_dump(mode="json") for one in openings]
    cells = cells_of("", told)
    read = fields_in({name: cells[name] for name in OPENINGS})["openings"]
    assert [Opening.model_validate(one) for one in read] == openings


@settings(deadline=None, max_examples=40)
@given(OPENINGS_MADE)
def test_a_feed_says_the_same_days_as_the_calendar(one: Opening) -> None:
    key = new_id()
    fed = icalendar.Calendar.from_ical(
        feed([(key, "見本", "大森東", [one], datetime.now(UTC))]).decode()
    )
    (event,) = fed.walk("VEVENT")
    assert event["SUMMARY"] == "見本"
    assert UUID(event["UID"]) != key
    first = next(
        iter(
            one.model_copy(update={"except_holidays": False, "except_on": ()}).on(
                one.starts_on, date(2035, 1, 1)
            )
        )
    )
    assert event["DTSTART"].dt.date() == first
    assert (event["DTEND"].dt - event["DTSTART"].dt).total_seconds() > 0
