"""The ward's programmes, channels, agencies, areas and kinds of activity, as of a date.

Divisions and agencies are renamed in mid-year (plan §8: 子ども家庭支援センター becomes
おおたこども家庭センター on 2026-08-01), so every row has the dates between which it holds.
The rows stand in `contracts/data`; this module only reads them.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from contracts.message import Message

DATA = files("contracts") / "data"

Row = TypeVar("Row")


class Validity(Message):
    """A row that holds between two dates, both included; an open end is None."""

    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return (self.valid_from or on) <= on <= (self.valid_to or on)


Dated = TypeVar("Dated", bound=Validity)


class Channel(Validity):
    """One of the 20 windows through which people come in, and what stands behind it."""

    channel: str
    programme_no: int
    statute_programme: str
    support_type: str
    ward_programme: str
    divisions: tuple[str, ...]
    note: str = ""


class Agency(Validity):
    """An organisation that can own a task, sit in a meeting or take a referral."""

    agency: str
    name: str
    role: str
    """ward · counsel · outreach · participation · partner · supervisor."""
    basic_area: str | None = None
    successor: str | None = None
    """The agency that takes over its work once this one no longer holds (廃止・統合の承継先)."""
    mail: str | None = None
    """Its office's mailbox, where invitations go; never a person's."""
    access: str = "portal"
    """portal · proxy (the 調整担当 records for it) · none (not registered: cannot be invited)."""


class Area(Message):
    """One of the 18 日常生活圏域 and the 基本圏域 (of 4) it belongs to."""

    basic_area: str
    daily_area: str


class ResourceFeature(Message):
    """Something about a place that a person may need, or a strength that is welcome there."""

    feature: str
    sort: str
    """access (getting there and taking part) · manner (how it is there) · role (what to do)."""
    label: str


class ActivityKind(Validity):
    """Something a programme reports by number, and the indicator it feeds.

    What cases tell by themselves is reported for the years before they did, and for no later one:
    such a kind ends on the day before.
    """

    kind: str
    indicator_id: str
    channels: tuple[str, ...]
    label: str
    unit: str
    flags: tuple[str, ...]
    flag_label: str | None
    needs_group: bool


@lru_cache(maxsize=1_024)
def channels(on: date) -> Mapping[str, Channel]:
    """The channels in force on a date, by code: always 20."""
    return {row.channel: row for row in _channels() if row.holds(on)}


def agencies(on: date) -> dict[str, Agency]:
    """The agencies in force on a date, by code."""
    return {row.agency: row for row in _agencies() if row.holds(on)}


def agency(code: str, on: date) -> Agency | None:
    """An agency as it was on a date; as it was nearest to the date where it did not hold then.

    None for a code that never was.
    """
    return _nearest([row for row in _agencies() if row.agency == code], on)


def channel(code: str, on: date) -> Channel | None:
    """A channel as it was on a date, or nearest to it. None for a code that never was."""
    return _nearest([row for row in _channels() if row.channel == code], on)


def agency_in_charge(code: str, on: date) -> str:
    """Who does an agency's work on a date: itself, or whoever took over from it.

    A code without a successor is answered with itself: work is never left with nobody.
    """
    passed = {code}
    while (found := agency(code, on)) is not None and not found.holds(on):
        if found.successor is None or found.successor in passed or _comes(found, on):
            return code
        code = found.successor
        passed.add(code)
    return code


def predecessors(code: str, on: date) -> tuple[str, ...]:
    """The agencies that are no more and whose work is this one's on a date."""
    gone = {row.agency for row in _agencies()} - set(agencies(on))
    return tuple(sorted(one for one in gone if agency_in_charge(one, on) == code))


def days_of_change() -> tuple[date, ...]:
    """The days on which an agency or a channel begins to be, or to be called, something else."""
    rows: list[Validity] = [*_agencies(), *_channels()]
    begins = {row.valid_from for row in rows if row.valid_from}
    ends = {date.fromordinal(row.valid_to.toordinal() + 1) for row in rows if row.valid_to}
    return tuple(sorted(begins | ends))


@cache
def areas() -> tuple[Area, ...]:
    return tuple(read_rows("areas.csv", lambda row: Area(**row)))


def basic_area_of(daily_area: str) -> str | None:
    """The 基本圏域 of a 日常生活圏域; None if there is no such area."""
    return _basic_areas().get(daily_area)


@cache
def _basic_areas() -> dict[str, str]:
    return {area.daily_area: area.basic_area for area in areas()}


@cache
def neighbours() -> dict[str, frozenset[str]]:
    """The 日常生活圏域 that touch each one: the directory's map without a map."""
    found: dict[str, set[str]] = {area.daily_area: set() for area in areas()}
    for one, other in read_rows("area_neighbours.csv", lambda r: (r["daily_area"], r["neighbour"])):
        found[one].add(other)
        found[other].add(one)
    return {area: frozenset(beside) for area, beside in found.items()}


@cache
def steps_from(daily_area: str) -> dict[str, int]:
    """How many areas away each 日常生活圏域 is: 0 the area itself, 1 those that touch it …

    Empty if there is no such area.
    """
    beside = neighbours()
    reached = {daily_area: 0} if daily_area in beside else {}
    edge = list(reached)
    while edge:
        here = edge.pop(0)
        for area in sorted(beside[here] - set(reached)):
            reached[area] = reached[here] + 1
            edge.append(area)
    return reached


@cache
def activity_kinds() -> dict[str, ActivityKind]:
    return {
        kind.kind: kind
        for kind in read_rows(
            "activity_kinds.csv",
            lambda row: ActivityKind(
                kind=row["kind"],
                indicator_id=row["indicator_id"],
                channels=several(row["channels"]),
                label=row["label"],
                unit=row["unit"],
                flags=several(row["flags"]),
                flag_label=row["flag_label"] or None,
                needs_group=row["needs_group"] == "yes",
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            ),
        )
    }


@cache
def consultation_topics() -> dict[str, str]:
    """What a consultation may be about: the choices of 相談受付・申込票 (A票), by code."""
    return dict(read_rows("consultation_topics.csv", lambda row: (row["topic"], row["label"])))


@cache
def resource_kinds() -> dict[str, str]:
    """The kinds of places in the community that wishes and resources name, with their labels."""
    return dict(read_rows("resource_kinds.csv", lambda row: (row["kind"], row["label"])))


@cache
def resource_features() -> dict[str, ResourceFeature]:
    """What places offer and persons need or bring, by code."""
    read = read_rows("resource_features.csv", lambda row: ResourceFeature(**row))
    return {one.feature: one for one in read}


@cache
def community_themes() -> dict[str, str]:
    """What a community issue (地域課題) may be about, by code, with the labels of the screens."""
    return dict(read_rows("community_themes.csv", lambda row: (row["theme"], row["label"])))


@cache
def statutory_meetings() -> dict[str, str]:
    """Other meetings that a law knows and a household may sit in (process A11), by code."""
    return dict(read_rows("statutory_meetings.csv", lambda row: (row["meeting"], row["label"])))


@cache
def closed_days() -> dict[date, str]:
    """Days on which the ward is closed beside the calendar's own, and why."""
    return dict(
        read_rows("closed_days.csv", lambda row: (date.fromisoformat(row["day"]), row["reason"]))
    )


@cache
def channel_schema(channel: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a channel's own fields. Raises KeyError for no such channel."""
    schemas = json.loads((DATA / "channel_fields.json").read_text("utf-8"))
    schema: dict[str, Any] = schemas[channel]
    return schema


@cache
def _channels() -> tuple[Channel, ...]:
    return tuple(
        read_rows(
            "programmes.csv",
            lambda row: Channel(
                channel=row["channel"],
                programme_no=int(row["programme_no"]),
                statute_programme=row["statute_programme"],
                support_type=row["support_type"],
                ward_programme=row["ward_programme"],
                divisions=several(row["responsible_division"]),
                note=row["note"],
                **dates_of(row),
            ),
        )
    )


@cache
def _agencies() -> tuple[Agency, ...]:
    return tuple(
        read_rows(
            "agencies.csv",
            lambda row: Agency(
                agency=row["agency"],
                name=row["name"],
                role=row["role"],
                basic_area=row["basic_area"] or None,
                successor=row["successor"] or None,
                mail=row["mail"] or None,
                access=row["access"] or "portal",
                **dates_of(row),
            ),
        )
    )


def _nearest(rows: Sequence[Dated], on: date) -> Dated | None:
    """The row that holds, else the last one before the date, else the first one after it."""
    holding = next((row for row in rows if row.holds(on)), None)
    past = [row for row in rows if row.valid_to is not None and row.valid_to < on]
    return holding or max(past, key=_end, default=None) or min(rows, key=_begin, default=None)


def _end(row: Validity) -> date:
    return row.valid_to or date.max


def _begin(row: Validity) -> date:
    return row.valid_from or date.min


def _comes(row: Validity, on: date) -> bool:
    """Whether a row only begins to hold after a date."""
    return row.valid_from is not None and on < row.valid_from


def read_rows(name: str, make: Callable[[dict[str, str]], Row]) -> Iterator[Row]:
    """The rows of a file of the ward's data."""
    for row in csv.DictReader((DATA / name).read_text("utf-8").splitlines()):
        yield make(row)


def several(cell: str) -> tuple[str, ...]:
    """The parts of a cell that are set apart by semicolons."""
    return tuple(part for part in cell.split(";") if part)


def dates_of(row: dict[str, str]) -> dict[str, date | None]:
    """Between which dates a row holds."""
    return {
        name: date.fromisoformat(row[name]) if row[name] else None
        for name in ("valid_from", "valid_to")
    }
