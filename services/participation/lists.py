"""Lists that programmes keep in a spreadsheet, read as bodies of the API: headings, words, codes.

A row is judged by the very model that the API judges a single record by. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from contracts.calendar import today
from contracts.catalogue import channels
from contracts.community import day_sheet_items, volunteer_skills
from contracts.written_dates import read_date

HEADINGS: dict[str, dict[str, str]] = {
    "volunteers": {
        "reference": "整理番号",
        "role": "区分",
        "name": "氏名",
        "kana": "フリガナ",
        "phone": "電話番号",
        "skills": "できること",
        "daily_areas": "圏域",
        "times": "曜日と時間",
        "insured_until": "保険の期限",
    },
    "donors": {
        "reference": "整理番号",
        "kind": "種別",
        "name": "名前",
        "contact": "連絡先",
    },
    "day-sheets": {
        "venue": "会場",
        "on": "日付",
        "opens_at": "開始時刻",
        "closes_at": "終了時刻",
        "remark": "備考",
    },
}
"""By list: the fields of a row and what they are called in the file."""

NEEDED = {
    "volunteers": ("reference", "name", "kana"),
    "donors": ("reference", "kind", "name"),
    "day-sheets": ("venue", "on"),
}
ROLES = {"ボランティア": "volunteer", "サポーター": "helper", "担い手": "helper"}
DONOR_KINDS = {"個人": "person", "商店": "shop", "企業": "company", "団体": "group"}

_BETWEEN = re.compile(r"[;,、・/\s]+")
_SPAN = re.compile(r"([月火水木金土日])曜?日?\s*(\d{1,2}:\d{2})\s*[-~〜ー]\s*(\d{1,2}:\d{2})")


def field_of(kind: str) -> Callable[[str], str]:
    """What a heading of a list names; an unknown heading stays as it is, an item of a day too."""
    known = {title: field for field, title in HEADINGS[kind].items()}

    def named(heading: str) -> str:
        plain = unicodedata.normalize("NFKC", heading).strip()
        return known.get(plain, plain)

    return named


def item_label(code: str) -> str:
    """What an item of day sheets is called; the code itself if nobody knows it."""
    items = (item for channel in channels(today()) for item in day_sheet_items(channel))
    return next((item.label for item in items if item.item == code), code)


def volunteer_body(cells: Mapping[str, str]) -> dict[str, Any]:
    codes = {label: code for code, label in volunteer_skills().items()}
    body: dict[str, Any] = dict(_filled(cells, "reference", "name", "kana", "phone"))
    if role := cells.get("role"):
        body["role"] = ROLES.get(role, role)
    if skills := cells.get("skills"):
        body["skills"] = [codes.get(one, one) for one in _several(skills, codes)]
    if areas := cells.get("daily_areas"):
        body["daily_areas"] = [one for one in _BETWEEN.split(areas) if one]
    if times := cells.get("times"):
        body["times"] = _times(times)
    if insured := cells.get("insured_until"):
        body["insured_until"] = _date(insured)
    return body


def donor_body(cells: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = dict(_filled(cells, "reference", "name", "contact"))
    kind = cells.get("kind", "")
    return body | {"kind": DONOR_KINDS.get(kind, kind)}


def sheet_body(cells: Mapping[str, str], channel: str) -> dict[str, Any]:
    """A day of a venue; its items by their labels or codes. Unknown headings are items too."""
    body: dict[str, Any] = dict(_filled(cells, "opens_at", "closes_at", "remark"))
    for name in ("opens_at", "closes_at"):
        if name in body:
            body[name] = _clock(str(body[name]))
    items = {item.label: item.item for item in day_sheet_items(channel)}
    others = {item.item for item in day_sheet_items(channel)}
    values: dict[str, Any] = {}
    for heading, cell in cells.items():
        if heading in HEADINGS["day-sheets"] or not cell:
            continue
        code = items.get(heading, heading)
        # A file of several programmes has columns of all of them; an empty one says nothing.
        values[code if code in others else heading] = _whole(cell)
    return body | {"on": _date(cells.get("on", "")), "values": values}


def _filled(cells: Mapping[str, str], *names: str) -> list[tuple[str, str]]:
    return [(name, cells[name]) for name in names if cells.get(name)]


def _several(text: str, known: Mapping[str, str]) -> list[str]:
    """Labels that may hold the very marks that stand between labels (傾聴・話し相手)."""
    found = [label for label in known if label in text]
    rest = text
    for label in found:
        rest = rest.replace(label, " ")
    return found + [one for one in _BETWEEN.split(rest) if one]


def _times(text: str) -> list[Any]:
    plain = unicodedata.normalize("NFKC", text)
    spans = [
        {"weekday": "月火水木金土日".index(day), "from": _clock(since), "to": _clock(until)}
        for day, since, until in _SPAN.findall(plain)
    ]
    # What was not understood goes on as it is, to be named as wrong.
    return spans if spans and not _SPAN.sub("", plain).strip(" ;,、。/") else [text]


def _clock(text: str) -> str:
    return text.zfill(5) if re.fullmatch(r"\d:\d{2}", text) else text


def _date(text: str) -> date | str:
    try:
        return read_date(text)
    except ValueError:
        return text


def _whole(text: str) -> int | str:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    return int(plain) if plain.isdecimal() and len(plain) < 10 else text
