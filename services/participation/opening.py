"""When a place is open: recurrences of RFC 5545 with hours, and what they come to on the calendar.

An opening without hours is open that day, nobody said when; one without a rule takes place once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

import jpholiday
from dateutil.rrule import rrule, rrulestr
from icalendar import Calendar, Event, vRecur
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from chassis.problems import broken
from contracts.calendar import TOKYO, WEEKDAYS
from services.participation.recurrence_words import DAYS, rule_of

LOOK_AHEAD = timedelta(days=400)
"""So far openings are held against each other: a year and its edges."""
FIRST_WITHIN = timedelta(days=1830)
"""A recurrence that does not take place within five years of its start is a mistake."""
HOLIDAYS_AHEAD = timedelta(days=730)
"""So far a calendar feed names the holidays that are left out."""
MOST_OPENINGS = 20

Recurrence = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]{2,10}=[A-Z0-9,+-]{1,100})*$",
    ),
]


class Opening(BaseModel):
    """One recurrence with its hours (開催日時). Source of the rule: RFC 5545 section 3.3.10."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Recurrence | None = None
    """None: once, on `starts_on`."""
    starts_on: date
    opens_at: time | None = None
    closes_at: time | None = None
    except_on: tuple[date, ...] = Field((), max_length=400)
    except_holidays: bool = False
    """Closed on national holidays (祝日)."""
    note: str = Field("", max_length=200)

    @field_validator("rule", mode="before")
    @classmethod
    def _in_words(cls, said: object) -> object:
        """A recurrence may be written as people say it."""
        try:
            return rule_of(said) if isinstance(said, str) else said
        except ValueError:
            raise _broken_rule(field=None) from None

    @model_validator(mode="after")
    def _makes_sense(self) -> "Opening":
        if (self.opens_at is None) != (self.closes_at is None):
            raise broken(
                "hours-incomplete",
                ja="開始と終了の時刻は両方入力してください",
                en="An opening has both hours or neither",
                field="closes_at",
            )
        if self.opens_at is not None and self.closes_at is not None:
            if self.closes_at <= self.opens_at:
                raise broken(
                    "end-before-start",
                    ja="終了が開始より前です",
                    en="The end is not after the start",
                    field="closes_at",
                )
            if self.opens_at.tzinfo or self.closes_at.tzinfo:
                raise broken(
                    "hours-offset",
                    ja="時刻は日本時間で、時差を付けずに入力してください",
                    en="Hours are Tokyo's, without an offset",
                    field="opens_at",
                )
        try:
            first = next(iter(self._dates(until=self.starts_on + FIRST_WITHIN)), None)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _broken_rule() from error
        if first is None:
            raise broken(
                "recurrence-empty",
                ja="この繰り返しでは一度も開かれません",
                en="This recurrence never takes place",
                field="rule",
            )
        return self

    def on(self, first: date, last: date) -> Iterator[date]:
        """The days between two dates, both included, on which it takes place."""
        begin = max(first, self.starts_on)
        if self.rule is None:
            days: Iterable[date] = (self.starts_on,) if begin == self.starts_on else ()
        else:
            inside = self._dates().between(_noon(begin), _noon(last), inc=True)
            days = (at.date() for at in inside)
        for day in days:
            left_out = day in self.except_on or (self.except_holidays and jpholiday.is_holiday(day))
            if day <= last and not left_out:
                yield day

    def _dates(self, until: date | None = None) -> rrule:
        parsed = rrulestr(self.rule or "FREQ=DAILY;COUNT=1", dtstart=_noon(self.starts_on))
        if not isinstance(parsed, rrule):
            raise ValueError("one rule only")
        if until is None or self.rule is None or "COUNT=" in self.rule:
            return parsed
        # Without an end, a rule that fits no day (30 February) is looked for until the year 9999.
        own_end = getattr(parsed, "_until", None)
        return parsed.replace(until=min(_noon(until), own_end or _noon(until)))


def _broken_rule(field: str | None = "rule") -> PydanticCustomError:
    return broken(
        "recurrence-broken",
        ja="繰り返しは「毎週火・木」「毎月第2火」「毎月15日」か RFC 5545 の形で入力してください",
        en="This is no recurrence, neither in words nor by RFC 5545",
        field=field,
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - dates only, no instant


def overlap(openings: Sequence[Opening]) -> tuple[int, int, date] | None:
    """The first two openings that are on at the same time, by place in the list, and the day."""
    taken: dict[date, list[tuple[int, Opening]]] = {}
    for number, opening in enumerate(openings):
        if len(openings) == 1:
            return None
        begin = min(one.starts_on for one in openings)
        for day in opening.on(max(opening.starts_on, begin), _horizon(openings)):
            for other, earlier in taken.setdefault(day, []):
                if _at_once(earlier, opening):
                    return other, number, day
            taken[day].append((number, opening))
    return None


def _horizon(openings: Sequence[Opening]) -> date:
    return max(one.starts_on for one in openings) + LOOK_AHEAD


def _at_once(one: Opening, other: Opening) -> bool:
    if not (one.opens_at and one.closes_at and other.opens_at and other.closes_at):
        return True
    return one.opens_at < other.closes_at and other.opens_at < one.closes_at


def weekdays(openings: Iterable[Opening]) -> list[str]:
    """The days of the week on which something takes place, MO first."""
    found: set[int] = set()
    for opening in openings:
        plain = opening.model_copy(update={"except_holidays": False})
        for day in plain.on(opening.starts_on, opening.starts_on + LOOK_AHEAD):
            found.add(day.weekday())
            if len(found) == len(DAYS):
                break
    return [DAYS[number] for number in sorted(found)]


def calendar_of(openings: Iterable[Opening], first: date, last: date) -> dict[date, list[Opening]]:
    """What takes place on each day between two dates, in the order of the hours."""
    found: dict[date, list[Opening]] = {}
    for opening in openings:
        for day in opening.on(first, last):
            found.setdefault(day, []).append(opening)
    for day in found:
        found[day].sort(key=lambda one: (one.opens_at or time.min, one.closes_at or time.max))
    return dict(sorted(found.items()))


def said(opening: Opening) -> str:
    """An opening as people say it: 「毎週火・木曜日 10:00〜12:00(祝日は休み)」."""
    hours = (
        f" {opening.opens_at:%H:%M}〜{opening.closes_at:%H:%M}"
        if opening.opens_at and opening.closes_at
        else ""
    )
    rest = "(祝日は休み)" if opening.except_holidays else ""
    note = f" {opening.note}" if opening.note else ""
    return f"{days_said(opening)}{hours}{rest}{note}"


def days_said(opening: Opening) -> str:
    """The days alone: 「毎月第2・第4火曜日」."""
    day = opening.starts_on
    if opening.rule is None:
        return f"{day.year}年{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"
    parts = dict(part.split("=", 1) for part in opening.rule.split(";"))
    every = int(parts.get("INTERVAL", "1"))
    said_days = _by_day(parts.get("BYDAY", ""))
    match parts["FREQ"]:
        case "DAILY":
            return "毎日" if every == 1 else f"{every}日ごと"
        case "WEEKLY":
            named = said_days or WEEKDAYS[day.weekday()]
            return f"{'毎週' if every == 1 else f'{every}週ごとの'}{named}曜日"
        case "MONTHLY":
            when = f"{said_days}曜日" if said_days else _month_days(parts, day)
            return f"{'毎月' if every == 1 else f'{every}か月ごとの'}{when}"
        case _:
            return f"{'毎年' if every == 1 else f'{every}年ごとの'}{day.month}月{day.day}日"


def _by_day(text: str) -> str:
    """「第2・第4火」 of `2TU,4TU`; a day is named once where the next one is the same."""
    names = []
    rows = [(part[:-2], WEEKDAYS[DAYS.index(part[-2:])]) for part in text.split(",") if part]
    for place, (ordinal, name) in enumerate(rows):
        nth = {"": "", "-1": "最終"}.get(ordinal, f"第{ordinal.lstrip('+')}")
        follows = place + 1 < len(rows) and ordinal and rows[place + 1][1] == name
        names.append(nth if follows else f"{nth}{name}")
    return "・".join(names)


def _month_days(parts: dict[str, str], day: date) -> str:
    days = parts.get("BYMONTHDAY", str(day.day)).split(",")
    return "・".join("末日" if one == "-1" else f"{one}日" for one in days)


def feed(places: Iterable[tuple[UUID, str, str | None, list[Opening], datetime]]) -> bytes:
    """An iCalendar feed (RFC 5545) of places: id, name, where, openings, when last changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//kasane//resources//JA")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "地域資源")
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    for resource_id, name, where, openings, changed in places:
        for number, opening in enumerate(openings):
            calendar.add_component(_event(resource_id, number, name, where, opening, changed))
    if calendar.subcomponents:
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(
    resource_id: UUID,
    number: int,
    name: str,
    where: str | None,
    opening: Opening,
    changed: datetime,
) -> Event:
    event = Event()
    event.add("uid", str(uuid5(resource_id, str(number))))
    event.add("summary", name)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    # RFC 5545 wants the first of a recurrence to be its start: the rule's own first day.
    first = next(iter(opening._dates())).date()
    hours = opening.opens_at and opening.closes_at
    begins: Any = _local(first, opening.opens_at) if opening.opens_at else first
    event.add("dtstart", begins)
    if hours and opening.closes_at:
        event.add("dtend", _local(first, opening.closes_at))
    if opening.rule:
        event.add("rrule", vRecur.from_ical(opening.rule))
    if left_out := _left_out(opening, first):
        event.add(
            "exdate",
            [_local(day, opening.opens_at) if opening.opens_at else day for day in left_out],
        )
    if where:
        event.add("location", where)
    if opening.note:
        event.add("description", opening.note)
    return event


def _left_out(opening: Opening, first: date) -> list[date]:
    whole = opening.model_copy(update={"except_on": (), "except_holidays": False})
    if not opening.except_holidays:
        return sorted(opening.except_on)
    ahead = max(first, datetime.now(TOKYO).date()) + HOLIDAYS_AHEAD
    holidays = (day for day in whole.on(first, ahead) if jpholiday.is_holiday(day))
    return sorted({*opening.except_on, *holidays})


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TOKYO)
