"""The form of a resource: its questions, what stands in them, and the JSON that they make. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts import catalogue
from services.coordination.portal.forms import Choice, Control

YES_NO = (Choice("true", "はい"),)
CAPACITY = (
    Choice("open", "受け入れ中"),
    Choice("asks-first", "事前に相談が必要"),
    Choice("waiting-list", "空き待ち"),
)
LANGUAGES = (
    Choice("ja", "日本語"),
    Choice("en", "英語"),
    Choice("zh", "中国語"),
    Choice("ko", "韓国語"),
    Choice("tl", "タガログ語"),
    Choice("vi", "ベトナム語"),
    Choice("ne", "ネパール語"),
)
OPENING_ROWS = 4
OPENING_PARTS = ("rule", "starts_on", "opens_at", "closes_at", "except_holidays")


@dataclass(frozen=True)
class Question:
    name: str
    label: str
    kind: str = "line"
    required: bool = False
    hint: str | None = None


QUESTIONS = (
    Question("name", "名称", required=True),
    Question("kana", "よみがな"),
    Question("organiser", "主催", required=True),
    Question("kinds", "種類", "checks", required=True),
    Question("description", "内容", "text"),
    Question("eligibility", "対象", "text", hint="だれのための場か"),
    Question("min_age", "年齢の下限", "number"),
    Question("max_age", "年齢の上限", "number"),
    Question("daily_area", "日常生活圏域", "select"),
    Question("place", "場所"),
    Question(
        "confidential_location",
        "場所は非公開(シェルターなど)",
        "check",
        hint="公開の画面・カレンダー・書き出しに、場所も圏域も出ません",
    ),
    Question("access", "行き方", "text"),
    Question("schedule_note", "開催の補足", "text"),
    Question("capacity", "定員", "number", hint="この仕組みを通して受け入れられる人数"),
    Question("capacity_status", "受け入れ", "select", required=True),
    Question("fee_yen", "料金(円)", "number", hint="無料は 0"),
    Question("cost", "費用の補足"),
    Question("languages", "言語", "checks"),
    Question("features", "特徴と、歓迎される得意なこと", "checks"),
    Question("website", "ホームページ", hint="https:// から始まるもの"),
    Question("public_contact", "公開の問い合わせ先"),
    Question("contact", "連絡先(非公開)", hint="受け入れの調整に使います。公開されません"),
)
NUMBERS = ("min_age", "max_age", "capacity", "fee_yen")
MAYBE = ("daily_area", "place", "contact")


def controls(values: Mapping[str, Any], errors: Mapping[str, str]) -> list[Control]:
    """The questions with what stands in them and what is wrong with it."""
    choices = {
        "kinds": tuple(Choice(*pair) for pair in catalogue.resource_kinds().items()),
        "features": tuple(
            Choice(one.feature, one.label) for one in catalogue.resource_features().values()
        ),
        "languages": LANGUAGES,
        "capacity_status": CAPACITY,
        "daily_area": tuple(Choice(a.daily_area, a.daily_area) for a in catalogue.areas()),
    }
    return [
        Control(
            name=one.name,
            label=one.label,
            kind=one.kind,
            required=one.required,
            choices=choices.get(one.name, YES_NO if one.kind == "check" else ()),
            values=_shown(values.get(one.name)),
            error=errors.get(one.name),
            hint=one.hint,
        )
        for one in QUESTIONS
    ]


def _shown(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true",) if value else ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def opening_rows(openings: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The openings as they stand in the form, and empty rows for more."""
    rows = [
        {
            **{name: str(one.get(name) or "") for name in OPENING_PARTS},
            "opens_at": str(one.get("opens_at") or "")[:5],
            "closes_at": str(one.get("closes_at") or "")[:5],
            "except_holidays": "true" if one.get("except_holidays") else "",
            "kept": ",".join(map(str, one.get("except_on") or ())),
            "note": str(one.get("note") or ""),
        }
        for one in openings
    ]
    empty = dict.fromkeys((*OPENING_PARTS, "kept", "note"), "")
    return rows + [dict(empty) for _ in range(max(1, OPENING_ROWS - len(rows)))]


def body_of(sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the API takes; judging it is participation's part."""
    body: dict[str, Any] = {}
    for one in QUESTIONS:
        values = [value.strip().replace("\r\n", "\n") for value in sent.get(one.name, ())]
        values = [value for value in values if value]
        if one.kind == "checks":
            body[one.name] = values
        elif one.kind == "check":
            body[one.name] = bool(values)
        elif one.name in NUMBERS:
            body[one.name] = _number(values)
        else:
            body[one.name] = values[0] if values else (None if one.name in MAYBE else "")
    body["languages"] = body["languages"] or ["ja"]
    body["capacity_status"] = body["capacity_status"] or "open"
    return body | {"openings": openings_of(sent)}


def openings_of(sent: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The rows in which a day stands."""
    found = []
    number = 0
    while f"opening.{number}.rule" in sent:
        row = {
            name: (sent.get(f"opening.{number}.{name}") or [""])[0].strip()
            for name in (*OPENING_PARTS, "kept", "note")
        }
        number += 1
        if not (row["rule"] or row["starts_on"]):
            continue
        found.append(
            {
                "rule": row["rule"] or None,
                "starts_on": row["starts_on"] or None,
                "opens_at": row["opens_at"] or None,
                "closes_at": row["closes_at"] or None,
                "except_holidays": row["except_holidays"] == "true",
                "except_on": [day for day in row["kept"].split(",") if day],
                "note": row["note"],
            }
        )
    return found


def _number(values: list[str]) -> Any:
    if not values:
        return None
    return int(values[0]) if values[0].lstrip("-").isdecimal() else values[0]
