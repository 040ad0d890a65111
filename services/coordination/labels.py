"""Japanese words for codes: acts, fields, values, states, agencies. Data, in `data/labels.json`."""

import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from contracts import catalogue
from contracts.calendar import today, tokyo_date
from contracts.life import LIVES

DATA = files("services.coordination") / "data"


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads((DATA / "labels.json").read_text("utf-8"))
    return words


def _word(kind: str, code: str) -> str:
    """The word for a code; the code itself where there is none, so that nothing is hidden."""
    return str(_words()[kind].get(code, code))


def act(code: str) -> str:
    return _word("acts", code)


def field(act_code: str, name: str) -> str:
    """A field's label: the act's own, or the one that all acts share; `goals.0.text` of a row."""
    fields = _words()["fields"]
    if "." in name:
        rows, number, part = name.split(".", 2)
        return f"{field(act_code, rows)} {int(number) + 1}: {field(rows, part)}"
    return str(fields.get(f"{act_code}.{name}", fields.get(name, name)))


def choices(act_code: str, name: str) -> dict[str, str]:
    """The possible values of a field with their labels; empty where any value may stand."""
    values = _words()["values"]
    found: dict[str, str] = values.get(f"{act_code}.{name}", values.get(name, {}))
    return found


def suggestions(act_code: str, name: str) -> dict[str, str]:
    """Values to choose from where others are allowed too."""
    offered = _words()["suggestions"]
    found: dict[str, str] = offered.get(f"{act_code}.{name}", offered.get(name, {}))
    return found


def value(field_name: str, code: str, act_code: str = "") -> str:
    known = choices(act_code, field_name) or suggestions(act_code, field_name)
    return str(known.get(code, code))


def role(code: str) -> str:
    return _word("roles", code)


def team_role(code: str) -> str:
    return _word("team", code)


def office(code: str) -> str:
    """What an agency is in the ward's support."""
    return _word("offices", code)


def kind(code: str) -> str:
    return _word("kinds", code)


def plan_kind(code: str) -> str:
    return _word("plan_kinds", code)


def legal_basis(code: str) -> str:
    return _word("legal_basis", code)


def lack(code: str) -> str:
    """What a consent lacks, as `reach` names it: `recipient:sapota`."""
    kind_of, _, what = code.partition(":")
    if kind_of == "recipient":
        return f"共有先に{agency(what)}が含まれていません"
    if kind_of == "purpose":
        return f"利用目的に「{value('purposes', what)}」が含まれていません"
    if kind_of == "category":
        return f"共有する情報に「{value('categories', what)}」が含まれていません"
    return "情報共有の同意がありません"


def guard(kind_code: str) -> str:
    """What a flag on a person says."""
    return _word("guards", kind_code)


def looked(action: str) -> str:
    """What an entry of the audit trail tells: a look, or an act."""
    return act(action.removeprefix("act.")) if action.startswith("act.") else _word("looks", action)


def closure_reason(code: str) -> str:
    return value("reason", code, "evaluate_closure")


def state(kind_code: str, state_code: str) -> str:
    stage = LIVES[kind_code].get(state_code)
    return stage.label if stage else state_code


def cause(code: str) -> str:
    """What made a step: a piece of news, a child that moved, or a deadline that passed."""
    causes, policies = _words()["causes"], _words()["policies"]
    if code in causes:
        return str(causes[code])
    if code in policies:
        return f"期限到来: {policies[code]}"
    child, _, moved = code.partition(":")
    if moved and child in LIVES:
        return f"{kind(child)}: {state(child, moved)}"
    return code


def agency(code: str, on: date | datetime | None = None) -> str:
    """What an agency was called on the date of the thing that names it; today if none is given."""
    found = catalogue.agency(code, _day(on))
    return found.name if found else code


def channel(code: str, on: date | datetime | None = None) -> str:
    found = catalogue.channel(code, _day(on))
    return found.ward_programme if found else code


def divisions(channel: str, on: date) -> tuple[str, ...]:
    """The 所管課 of a channel, as they were called on a date."""
    found = catalogue.channel(channel, on)
    return found.divisions if found else ()


def _day(on: date | datetime | None) -> date:
    if on is None:
        return today()
    return tokyo_date(on) if isinstance(on, datetime) else on
