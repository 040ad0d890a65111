"""Resources in a spreadsheet: a row a resource, headings and values as people write them.

A column that is not there leaves its field as it is; an empty cell empties it. Several openings
stand in one cell, a line each. What is written by `cells_of` is read back the same.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from contracts.catalogue import resource_features, resource_kinds
from contracts.written_dates import read_date
from services.participation.opening import Opening, days_said
from services.participation.published import CAPACITY_LABELS
from services.participation.recurrence_words import ONCE, rule_of

YES, NO = "はい", "いいえ"

ID, ANOTHER = "ID", "別の資源"
"""Which resource a row corrects; and that a row is not the one that it is like."""

RULE, STARTS, HOURS, LEFT_OUT, HOLIDAYS = (
    "開催の繰り返し",
    "開始日",
    "時間",
    "休みの日",
    "祝日は休み",
)
OPENINGS = (RULE, STARTS, HOURS, LEFT_OUT, HOLIDAYS)

FIELDS: dict[str, str] = {
    "名称": "name",
    "よみがな": "kana",
    "主催": "organiser",
    "種類": "kinds",
    "内容": "description",
    "対象": "eligibility",
    "日常生活圏域": "daily_area",
    "基本圏域": "basic_area",
    "年齢の下限": "min_age",
    "年齢の上限": "max_age",
    "開催の補足": "schedule_note",
    "定員": "capacity",
    "受け入れ": "capacity_status",
    "料金(円)": "fee_yen",
    "費用の補足": "cost",
    "言語": "languages",
    "特徴": "features",
    "場所": "place",
    "場所は非公開": "confidential_location",
    "行き方": "access",
    "ホームページ": "website",
    "公開の問い合わせ先": "public_contact",
    "連絡先(非公開)": "contact",
}
"""Headings, and the fields below them."""

HEADING_OF = {field: heading for heading, field in FIELDS.items()} | {"openings": RULE}
HEADINGS = (ID, *FIELDS, *OPENINGS)


class CellError(ValueError):
    """What stands in a cell cannot be taken."""

    def __init__(self, heading: str, ja: str, en: str) -> None:
        super().__init__(ja)
        self.heading, self.ja, self.en = heading, ja, en


def heading(written: str) -> str:
    """A heading whatever the width of its characters: 「料金（円）」 is 「料金(円)」."""
    return unicodedata.normalize("NFKC", written).strip()


def fields_in(cells: Mapping[str, str]) -> dict[str, Any]:
    """What a row writes. Raises CellError for the first cell that cannot be read at all."""
    found = {
        field: _READ.get(field, _words)(head, cells[head])
        for head, field in FIELDS.items()
        if head in cells
    }
    if found.get("confidential_location") and not found.get("place"):
        # A secret place is not in a file that others may see: it stays as it is.
        found.pop("place", None)
    if RULE in cells or STARTS in cells:
        found["openings"] = _openings(cells)
    return found


def cells_of(resource_id: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """A row as `fields_in` reads it."""
    row = {head: _WRITE.get(field, _text)(fields.get(field)) for head, field in FIELDS.items()}
    openings = [Opening.model_validate(one) for one in fields["openings"]]
    return {ID: resource_id, **row, **_opening_cells(openings)}


# --- one cell ---------------------------------------------------------------------------------


def _words(_: str, cell: str) -> str:
    return cell


def _maybe(_: str, cell: str) -> str | None:
    return cell or None


def _number(head: str, cell: str) -> int | None:
    plain = unicodedata.normalize("NFKC", cell).replace(",", "").removesuffix("円").strip()
    plain = plain.removesuffix(".0")
    if not plain:
        return None
    if plain in ("無料", "なし") and head == "料金(円)":
        return 0
    if not re.fullmatch(r"-?\d{1,9}", plain):
        raise CellError(head, "数字で入力してください", "Not a whole number")
    return int(plain)


def _yes(head: str, cell: str) -> bool:
    answers = {YES: True, "○": True, "1": True, "": False, NO: False, "×": False, "0": False}
    if cell not in answers:
        raise CellError(head, f"「{YES}」か「{NO}」で入力してください", "Neither はい nor いいえ")
    return answers[cell]


def parts(cell: str) -> list[str]:
    return [part for part in re.split(r"[、,;\s]+", cell) if part]


def _codes(known: Callable[[], dict[str, str]]) -> Callable[[str, str], list[str]]:
    """Codes or their labels, in a row."""

    def read(head: str, cell: str) -> list[str]:
        labels = {label: code for code, label in known().items()}
        found = []
        for part in re.split(r"[、,;\n]+", cell):
            word = part.strip()
            if not word:
                continue
            code = labels.get(word, word)
            if code not in known():
                raise CellError(head, f"「{word[:20]}」は選べない値です", "Not one of the values")
            found.append(code)
        return list(dict.fromkeys(found))

    return read


def _labels(known: Callable[[], dict[str, str]]) -> Callable[[Any], str]:
    return lambda codes: "、".join(known().get(code, code) for code in codes or ())


def _features() -> dict[str, str]:
    return {code: feature.label for code, feature in resource_features().items()}


def _capacity(head: str, cell: str) -> str:
    found = _codes(lambda: CAPACITY_LABELS)(head, cell)
    return found[0] if found else "open"


def _languages(_: str, cell: str) -> list[str]:
    return parts(cell) or ["ja"]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_READ: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(("min_age", "max_age", "capacity", "fee_yen"), _number),
    **dict.fromkeys(("daily_area", "basic_area", "place", "contact"), _maybe),
    "kinds": _codes(resource_kinds),
    "features": _codes(_features),
    "capacity_status": _capacity,
    "confidential_location": _yes,
    "languages": _languages,
}
_WRITE: dict[str, Callable[[Any], str]] = {
    "kinds": _labels(resource_kinds),
    "features": _labels(_features),
    "capacity_status": lambda code: CAPACITY_LABELS[code],
    "confidential_location": lambda secret: YES if secret else NO,
    "languages": lambda codes: " ".join(codes),
}


# --- openings ---------------------------------------------------------------------------------


def _openings(cells: Mapping[str, str]) -> list[dict[str, Any]]:
    columns = {head: cells.get(head, "").split("\n") for head in OPENINGS}
    count = max(len(column) for column in columns.values())
    rows = []
    for place in range(count):
        row = {head: _at(column, place) for head, column in columns.items()}
        if not (row[RULE] or row[STARTS]):
            continue
        opens, closes = _hours(row[HOURS])
        rows.append(
            {
                "rule": _rule(row[RULE]),
                "starts_on": _date(STARTS, row[STARTS]),
                "opens_at": opens,
                "closes_at": closes,
                "except_on": [_date(LEFT_OUT, part) for part in parts(row[LEFT_OUT])],
                "except_holidays": _yes(HOLIDAYS, row[HOLIDAYS]),
            }
        )
    return rows


def _at(column: list[str], place: int) -> str:
    return column[place].strip() if place < len(column) else ""


def _date(head: str, cell: str) -> str:
    try:
        return read_date(cell).isoformat()
    except ValueError:
        raise CellError(head, "日付として読めません", "Not a date") from None


def _hours(cell: str) -> tuple[str | None, str | None]:
    """「10:00-12:00」, 「10時〜12時半」 is not read."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
    if not plain:
        return None, None
    found = re.fullmatch(r"(\d{1,2}):(\d{2})[~〜\-–—−](\d{1,2}):(\d{2})", plain)
    if found is None:
        raise CellError(HOURS, "「10:00-12:00」の形で入力してください", "Not like 10:00-12:00")
    hour, minute, until_hour, until_minute = found.groups()
    return f"{int(hour):02d}:{minute}", f"{int(until_hour):02d}:{until_minute}"


def _rule(cell: str) -> str | None:
    try:
        return rule_of(cell)
    except ValueError:
        raise CellError(
            RULE,
            "「毎週火・木」「毎月第2火」「毎月15日」か RFC 5545 の形で入力してください",
            "Not a recurrence that is understood",
        ) from None


def _opening_cells(openings: list[Opening]) -> dict[str, str]:
    """A line an opening in each of the five cells."""
    lines = {
        RULE: [_rule_said(one) for one in openings],
        STARTS: [one.starts_on.isoformat() for one in openings],
        HOURS: [
            f"{one.opens_at:%H:%M}-{one.closes_at:%H:%M}" if one.opens_at and one.closes_at else ""
            for one in openings
        ],
        LEFT_OUT: [" ".join(day.isoformat() for day in one.except_on) for one in openings],
        HOLIDAYS: [YES if one.except_holidays else NO for one in openings],
    }
    return {head: "\n".join(column) for head, column in lines.items()}


def _rule_said(opening: Opening) -> str:
    """The recurrence in words where the words mean exactly the rule."""
    if opening.rule is None:
        return ONCE
    words = days_said(opening)
    try:
        return words if rule_of(words) == opening.rule else opening.rule
    except ValueError:
        return opening.rule
