"""A row of a frontline file as a line of an activity report: its words, and which line it is.

A file may say 日付, 種別, 会場 in Japanese or by this API's own field names and codes, and dates in
every form an office writes. A row without a reference of its own is known by what it is about: day,
window, kind, place, group, and the how-many-th such row of the file it is (decision 0032).
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from chassis.auth import Principal
from chassis.mynumber import holds_my_number
from chassis.spreadsheet import ADDED, TableRow
from contracts import catalogue
from contracts.venues import venues
from contracts.written_dates import read_date
from services.intake.faults import Fault
from services.intake.fields import Reference
from services.intake.lines import ReportedLine, line_faults, shape_line
from services.intake.readable import storable

HEADINGS = {
    "line_ref": "整理番号",
    "channel": "窓口",
    "kind": "活動の種別",
    "date": "日付",
    "quantity": "数量",
    "venue": "会場",
    "group": "団体",
    "daily_area": "日常生活圏域",
    "flags": "うち区分",
}
"""The fields of a line, in the order of a file, and what they are called there."""

NEEDED = ("date", "kind", "quantity")

_ALIASES = {name: field for field, name in HEADINGS.items()} | {
    "種別": "kind",
    "実施日": "date",
    "人数": "quantity",
    "件数": "quantity",
    "回数": "quantity",
    "圏域": "daily_area",
    "区分": "flags",
}
_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)
_BETWEEN_FLAGS = re.compile(r"[;,、・\s]+")
LONGEST_NUMBER = 12
"""Digits; more are refused as text, not as a quantity."""
MOST_ALIKE = 10_000
"""Different rows of a file that are remembered; a file of visits has a few hundred."""
CONTENT = "content"
"""Whose numbering the references belong to that are made of a row's content."""


def field_of(heading: str) -> str:
    """The field that a heading names; an unknown heading stays as it is."""
    plain = unicodedata.normalize("NFKC", heading).strip()
    return _ALIASES.get(plain, plain)


def heading_fault(fields: Iterable[str]) -> str | None:
    """The code of what is wrong with a file's headings."""
    found = {field for field in fields if field not in ADDED}
    if found - set(HEADINGS):
        return "heading-unknown"
    return "heading-missing" if set(NEEDED) - found else None


class Judged(NamedTuple):
    """A row with its line, or with what is wrong with it."""

    row: TableRow
    line: ReportedLine | None
    faults: list[Fault]


class Judge:
    """Judges the rows of one file in their order; it remembers what came before in the file.

    Rows that say the same but for their reference (the visits to a place on one day) are judged
    once.
    """

    def __init__(
        self, sender: Principal, today: date, *, settled: frozenset[int], late: bool
    ) -> None:
        """`settled` are the fiscal years whose figures stand; `late` rows are meant for them."""
        self._sender, self._today = sender, today
        self._closed = frozenset() if late else settled
        self._references: set[str] = set()
        self._times: Counter[str] = Counter()
        self._good: dict[tuple[str, ...], ReportedLine] = {}

    def judge(self, row: TableRow) -> Judged:
        if row.problem is not None:
            return Judged(_readable(row), None, [Fault("", row.problem.value)])
        reference = row.cells.get("line_ref", "")
        about = tuple(cell for name, cell in row.cells.items() if name != "line_ref")
        alike = self._good.get(about)
        if alike is not None and self._fresh(reference):
            return Judged(row, self._named(alike, reference or None), [])
        judged = self._judge(row)
        if judged.line is None:
            return judged
        if len(self._good) == MOST_ALIKE:
            self._good.clear()
        self._good[about] = judged.line
        return Judged(row, self._named(judged.line, judged.line.line_ref), [])

    def _fresh(self, reference: str) -> bool:
        """Whether nothing is wrong with a reference."""
        if not reference:
            return True
        return (
            reference not in self._references
            and _is_reference(reference)
            and not holds_my_number(reference)
        )

    def _judge(self, row: TableRow) -> Judged:
        if faults := _unkeepable(row.cells):
            return Judged(_readable(row), None, faults)
        body = _body(row.cells, self._today)
        line = shape_line(body)
        if isinstance(line, list):
            return Judged(row, None, _told(line, body))
        faults = line_faults(line, self._sender, self._today, self._closed)
        if line.line_ref is not None and line.line_ref in self._references:
            faults.append(Fault("line_ref", "line-ref-twice"))
        if faults:
            return Judged(row, None, faults)
        return Judged(row, line, [])

    def _named(self, line: ReportedLine, reference: str | None) -> ReportedLine:
        """The line under its reference, or under one made of what it is about."""
        if reference is not None:
            self._references.add(reference)
            return line.model_copy(update={"line_ref": reference})
        about = "|".join(
            (
                line.channel,
                line.kind,
                line.on.isoformat(),
                line.venue or "",
                line.group or "",
                line.daily_area or "",
                ";".join(sorted(set(line.flags))),
            )
        )
        self._times[about] += 1
        digest = hashlib.sha256(f"{about}|{self._times[about]}".encode()).hexdigest()
        return line.model_copy(update={"line_ref": f"{CONTENT}/{digest[:40]}"})


def numbered_by(sender: Principal, line: ReportedLine) -> str:
    """Whose numbering a line's reference belongs to.

    A frontline system numbers its own lines. People of one window share a numbering, so that a file
    sent by two of them counts once; a reference made of the content is the same whoever sends it.
    """
    if (line.line_ref or "").startswith(f"{CONTENT}/"):
        return CONTENT
    return sender.sub if sender.kind == "frontline" else f"window:{line.channel}"


def _is_reference(text: str) -> bool:
    try:
        _REFERENCE.validate_python(text)
    except ValidationError:
        return False
    return True


def _told(faults: list[Fault], body: Mapping[str, object]) -> list[Fault]:
    """A window follows from the kind; where the kind is unknown, that is what is wrong."""
    unknown = "kind" in body and body["kind"] not in catalogue.activity_kinds()
    follows = Fault("channel", "missing")
    return [Fault("kind", "kind-unknown") if unknown and f == follows else f for f in faults]


def _body(cells: dict[str, str], today: date) -> dict[str, object]:
    """The line as the API takes it. What cannot be read stays as it is, to be named as wrong."""
    body: dict[str, object] = {
        field: cells[field] for field in HEADINGS if cells.get(field) and field != "flags"
    }
    on = _day(cells.get("date", ""))
    if on is not None:
        body["date"] = on.isoformat()
    _in_codes(body, on or today)
    body["quantity"] = _number(cells.get("quantity", ""))
    if body["quantity"] is None:
        del body["quantity"]
    if flags := cells.get("flags"):
        body["flags"] = _BETWEEN_FLAGS.split(flags.strip())
    return body


def _unkeepable(cells: dict[str, str]) -> list[Fault]:
    if not storable("".join(cells.values())):
        return [Fault(name, "text-not-storable") for name in cells if not storable(cells[name])]
    return [Fault(name, "my-number-refused") for name in cells if holds_my_number(cells[name])]


def _in_codes(body: dict[str, object], on: date) -> None:
    """Words that people write for a kind, a window, a place become its code."""
    kinds = catalogue.activity_kinds()
    if body.get("kind") not in kinds:
        _in_code(body, "kind", {kind.label: code for code, kind in kinds.items()})
    kind = kinds.get(str(body.get("kind")))
    channels = catalogue.channels(on)
    if kind is not None and body.get("channel") not in channels:
        own = [channels[code] for code in kind.channels if code in channels]
        if "channel" not in body and len(own) == 1:
            body["channel"] = own[0].channel
        _in_code(body, "channel", {c.ward_programme: c.channel for c in own})
    known = venues(on)
    if "venue" in body and body["venue"] not in known:
        _in_code(body, "venue", {venue.name: code for code, venue in known.items()})


def _in_code(body: dict[str, object], field: str, by_name: Mapping[str, str]) -> None:
    if code := by_name.get(str(body.get(field))):
        body[field] = code


@lru_cache(maxsize=4_096)
def _day(text: str) -> date | None:
    try:
        return read_date(text)
    except ValueError:
        return None


def _number(text: str) -> object:
    """The whole number in a cell; what is none stays text, and is refused as such."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        return int(text)
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if not plain:
        return None
    plain = re.sub("^[△▲−]", "-", plain)
    return int(plain) if re.fullmatch(rf"-?\d{{1,{LONGEST_NUMBER}}}", plain) else text


def _readable(row: TableRow) -> TableRow:
    """The row without any 個人番号, which is not even given back."""
    cells = {name: "" if holds_my_number(cell) else cell for name, cell in row.cells.items()}
    return row._replace(cells=cells)
