"""The lines of an activity report: which can be counted, and what is wrong with the others."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import Field, StrictInt, ValidationError

from chassis.auth import Principal
from chassis.mynumber import fields_with_my_number
from contracts import catalogue
from contracts.calendar import fiscal_year
from contracts.message import Code
from contracts.venues import venues
from services.intake.access import may_send
from services.intake.consultation import date_fault
from services.intake.faults import WORDS, Fault
from services.intake.fields import Day, Reference, Sent
from services.intake.readable import unreadable

MOST_LINES = 5_000
"""Lines in one request."""
MOST_LINES_IN_EVENT = 500
LARGEST_QUANTITY = 100_000
"""In one line. The ward's largest yearly figure is about 400,000 for all venues together."""


class ReportedLine(Sent):
    """活動報告の1行: what was done, when, how much, where."""

    line_ref: Reference | None = Field(
        None, title="整理番号", description="The sender's own id; sent again it changes nothing"
    )
    channel: Code = Field(title="窓口")
    kind: Code = Field(title="活動の種別", description="GET /channels lists each channel's kinds")
    on: Day = Field(alias="date", title="日付", description="The Tokyo date of the activity")
    quantity: StrictInt = Field(title="数量", ge=0, le=LARGEST_QUANTITY)
    venue: Code | None = Field(None, title="会場の符号")
    group: Code | None = Field(None, title="団体の符号")
    daily_area: str | None = Field(None, title="日常生活圏域", max_length=40)
    flags: tuple[Code, ...] = Field((), title="うち区分", max_length=8)


def read_line(row: Any) -> ReportedLine | list[Fault]:
    """The line in a row, or what is wrong with the row's own form."""
    faults = list(unreadable(row))
    faults += [Fault(field, "my-number-refused") for field in fields_with_my_number(row)]
    return faults or shape_line(row)


def shape_line(row: Any) -> ReportedLine | list[Fault]:
    """The line in a row in which nothing stands that may not be kept."""
    try:
        return ReportedLine.model_validate(row)
    except ValidationError as error:
        return [
            _fault(".".join(str(part) for part in found["loc"]), found["type"])
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]


def _fault(field: str, kind: str) -> Fault:
    if kind == "missing":
        return Fault(field, "missing")
    if kind == "extra_forbidden":
        return Fault(field, "field-unknown")
    if field == "quantity":
        large = kind in ("less_than_equal", "int_parsing_size")
        return Fault(field, "quantity-too-large" if large else "quantity-invalid")
    return Fault(field or "row", kind if kind in WORDS else "invalid")


def line_faults(
    line: ReportedLine,
    principal: Principal,
    today: date,
    closed: frozenset[int] = frozenset(),
) -> list[Fault]:
    """What keeps a well-formed line from being counted; `closed` fiscal years take no new lines."""
    channels = catalogue.channels(line.on)
    if line.channel not in channels:
        return [Fault("channel", "channel-unknown")]
    if not may_send(principal, line.channel):
        return [Fault("channel", "channel-not-allowed")]
    found = [date_fault("date", line.on, today), *_kind_faults(line)]
    if fiscal_year(line.on) in closed:
        found.append(Fault("date", "fiscal-year-closed"))
    if line.daily_area is not None and catalogue.basic_area_of(line.daily_area) is None:
        found.append(Fault("daily_area", "area-unknown"))
    return [fault for fault in found if fault is not None]


def _kind_faults(line: ReportedLine) -> Iterator[Fault]:
    kind = catalogue.activity_kinds().get(line.kind)
    if kind is None:
        yield Fault("kind", "kind-unknown")
        return
    if not kind.holds(line.on):
        yield Fault("kind", "kind-ended")
    if line.channel not in kind.channels:
        yield Fault("kind", "kind-not-of-channel")
        return
    for place, flag in enumerate(line.flags):
        if flag not in kind.flags:
            yield Fault(f"flags.{place}", "flag-not-of-kind")
    if kind.needs_group and line.group is None:
        yield Fault("group", "group-missing")
    if line.venue is not None:
        venue = venues(line.on).get(line.venue)
        if venue is None:
            yield Fault("venue", "venue-unknown")
        elif line.channel not in venue.channels:
            yield Fault("venue", "venue-not-of-channel")


def sort_rows(
    rows: Sequence[Any],
    principal: Principal,
    today: date,
    closed: frozenset[int] = frozenset(),
) -> tuple[list[tuple[int, ReportedLine]], list[dict[str, Any]]]:
    """The good rows by number from 1, and what is wrong with the others: {row, field, …}."""
    good: list[tuple[int, ReportedLine]] = []
    errors: list[dict[str, Any]] = []
    seen: set[str] = set()
    for row, value in enumerate(rows, start=1):
        line = read_line(value)
        faults = line if isinstance(line, list) else line_faults(line, principal, today, closed)
        if isinstance(line, ReportedLine) and not faults:
            if line.line_ref is None or line.line_ref not in seen:
                if line.line_ref is not None:
                    seen.add(line.line_ref)
                good.append((row, line))
                continue
            faults = [Fault("line_ref", "line-ref-twice")]
        errors += [{"row": row, **fault.told()} for fault in faults]
    return good, errors
