"""Deadlines are told in 和暦 and in days on which the offices are open."""

from datetime import UTC, datetime

from contracts.calendar import TOKYO
from services.coordination.portal import words

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=TOKYO)


def test_a_deadline_counts_open_days_only() -> None:
    told = words.due(datetime(2026, 11, 24, 17, 0, tzinfo=TOKYO), MONDAY)
    assert told == words.Due("令和8年11月24日(火)", "あと5営業日", False)  # 23rd: 勤労感謝の日


def test_a_passed_deadline_says_so_in_words() -> None:
    told = words.due(datetime(2026, 11, 11, 17, 0, tzinfo=TOKYO), MONDAY)
    assert told is not None
    assert (told.left, told.overdue) == ("3営業日超過", True)


def test_what_the_case_calls_overdue_is_told_so_whatever_the_calendar_says() -> None:
    told = words.due(datetime(2026, 11, 16, 8, 0, tzinfo=TOKYO), MONDAY, overdue=True)
    assert told is not None
    assert (told.left, told.overdue) == ("期限超過", True)


def test_a_deadline_of_today_is_not_overdue() -> None:
    told = words.due(datetime(2026, 11, 16, 8, 15, tzinfo=UTC), MONDAY)
    assert told is not None
    assert (told.left, told.overdue) == ("本日まで", False)


def test_no_deadline_is_none() -> None:
    assert words.due(None, MONDAY) is None


def test_a_time_is_told_in_tokyo() -> None:
    assert words.moment(datetime(2026, 3, 31, 15, 30, tzinfo=UTC)) == "令和8年4月1日(水) 00:30"
    assert words.day("2019-05-01") == "令和元年5月1日(水)"
    assert words.instant("2026-03-31T15:30:00Z") == "令和8年4月1日(水) 00:30"


def test_fiscal_years_are_offered_newest_first() -> None:
    years = words.fiscal_years(2026)
    assert years[0] == (2027, "令和9年度")
    assert years[-1] == (2019, "令和元年度")
