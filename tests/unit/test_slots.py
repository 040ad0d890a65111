"""Which dates may be proposed for a meeting, which is the best, and why (日程調整)."""

import random
from datetime import date, datetime, timedelta

import pytest

from contracts import catalogue
from contracts.calendar import TOKYO, tokyo_date
from services.coordination.slots import REASONS, Answer, Need, rate, suggestions, why_closed

FIRST, SECOND, THIRD = (datetime(2026, 12, day, 10, tzinfo=TOKYO) for day in (8, 9, 10))
AGENCIES = frozenset({"jobota", "sapota", "houkatsu", "iryo"})
NEED = Need(AGENCIES, AGENCIES, quorum=2, announced_from=FIRST)


def said(
    yes: dict[datetime, str], if_needed: dict[datetime, str] | None = None
) -> dict[tuple[datetime, str], Answer]:
    """Answers of all agencies: those named can, the others cannot."""
    found: dict[tuple[datetime, str], Answer] = {
        (at, agency): "no" for at in (FIRST, SECOND, THIRD) for agency in AGENCIES
    }
    for at, names in (if_needed or {}).items():
        found |= {(at, agency): "if-needed" for agency in names.split()}
    for at, names in yes.items():
        found |= {(at, agency): "yes" for agency in names.split()}
    return found


def test_the_date_on_which_everybody_can_come_is_the_best() -> None:
    answers = said({FIRST: "jobota sapota", SECOND: " ".join(AGENCIES)})
    best, second, _ = rate([THIRD, SECOND, FIRST], answers, NEED)
    assert best.starts_at == SECOND
    assert best.reasons == ("everybody", "most-yes", "quorum", "notice")
    assert (second.starts_at, second.no) == (FIRST, 2)


def test_a_date_without_a_quorum_is_worse_than_any_with_one() -> None:
    counted = frozenset({"jobota", "sapota"})
    need = Need(AGENCIES, counted, quorum=2, announced_from=FIRST)
    answers = said({FIRST: "jobota houkatsu iryo", SECOND: "jobota sapota"})
    best, *_ = rate([FIRST, SECOND], answers, need)
    assert best.starts_at == SECOND
    assert "no-quorum" in rate([FIRST], answers, need)[0].reasons


def test_coming_without_effort_counts_more_than_coming_if_needed() -> None:
    answers = said({FIRST: "jobota", SECOND: "jobota sapota"}, {FIRST: "sapota"})
    best, *_ = rate([FIRST, SECOND], answers, NEED)
    assert best.starts_at == SECOND
    assert "most-yes" in best.reasons


def test_of_equal_dates_the_one_that_keeps_the_notice_and_then_the_earlier_is_taken() -> None:
    everybody = " ".join(AGENCIES)
    answers = said({FIRST: everybody, SECOND: everybody, THIRD: everybody})
    late = Need(AGENCIES, AGENCIES, quorum=2, announced_from=SECOND)
    best, second, third = rate([FIRST, SECOND, THIRD], answers, late)
    assert [one.starts_at for one in (best, second, third)] == [SECOND, THIRD, FIRST]
    assert "earliest" in best.reasons
    assert "short-notice" in third.reasons


def test_who_has_not_answered_cannot_be_counted_on() -> None:
    answers: dict[tuple[datetime, str], Answer] = {(FIRST, "jobota"): "yes"}
    [only] = rate([FIRST], answers, NEED)
    assert (only.yes, only.unanswered, only.quorate) == (1, 3, False)


@pytest.mark.parametrize("seed", range(20))
def test_the_same_answers_give_the_same_choice_in_whatever_order_they_came(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same order again
    slots = [FIRST + timedelta(days=n) for n in range(6)]
    choices: list[Answer] = ["yes", "if-needed", "no"]
    answers = [((at, a), chance.choice(choices)) for at in slots for a in sorted(AGENCIES)]
    once = rate(slots, dict(answers), NEED)
    chance.shuffle(slots)
    chance.shuffle(answers)
    assert rate(slots, dict(answers), NEED) == once
    assert {code for one in once for code in one.reasons} <= set(REASONS)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 12, 5), "土曜日"),
        (date(2026, 12, 6), "日曜日"),
        (date(2026, 11, 23), "祝日(勤労感謝の日)"),
        (date(2026, 12, 30), "年末年始"),
        (date(2026, 12, 8), None),
    ],
)
def test_a_closed_day_says_why_it_is_closed(day: date, why: str | None) -> None:
    assert why_closed(day) == why


def test_the_wards_own_closed_days_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {date(2026, 12, 8): "庁舎の設備点検"}
    monkeypatch.setattr(catalogue, "closed_days", lambda: own)
    assert why_closed(date(2026, 12, 8)) == "庁舎の設備点検"


def test_suggestions_leave_out_closed_days_and_keep_the_notice() -> None:
    now = datetime(2026, 12, 14, 9, tzinfo=TOKYO)
    found = suggestions(now, 10)
    days = [tokyo_date(at) for at in found]
    assert not any(why_closed(day) for day in days)
    assert days[0] == date(2027, 1, 4), (
        "ten open days are to 28 December, then comes the year's end"
    )
    assert len(found) == 12
