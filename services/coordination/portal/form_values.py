"""What a browser sends for an act, and the act that it means: each the inverse of the other.

Pure. The fields come from coordination; judging the values is the model's part.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from contracts.calendar import TOKYO
from services.coordination.portal import row_forms

Pairs = list[tuple[str, str]]
"""What a browser sends: names and values, in order, a name perhaps several times."""


BASED_ON = "based_on"
"""The 稿 that a form was made from; it goes along unseen."""

AGENCY_PART, ROLE_PART = ".agency", ".role"


class ChoiceLike(Protocol):
    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


class FieldLike(Protocol):
    """A field of an act, as coordination describes it."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def default(self) -> Any: ...
    @property
    def choices(self) -> Sequence[ChoiceLike]: ...
    @property
    def columns(self) -> Sequence["FieldLike"]: ...


def _rows(one: FieldLike, sent: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    made = []
    for row in range(row_forms.rows_sent(one.name, sent)):
        values = {
            column.name: sent.get(row_forms.path(one.name, row, column.name), ())
            for column in one.columns
        }
        found = {column.name: _decoded(column, values) for column in one.columns}
        made.append({name: value for name, value in found.items() if value is not None})
    return row_forms.decoded(one.name, one.columns, made)


def grouped(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def act_of(
    code: str, fields: Iterable[FieldLike], sent: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The act's JSON. What was left empty is left out; judging the rest is the model's part."""
    act: dict[str, Any] = {"act": code}
    for one in fields:
        value = _decoded(one, sent)
        if value is not None:
            act[one.name] = value
    return act


def _decoded(one: FieldLike, sent: Mapping[str, Sequence[str]]) -> Any:
    values = [value.strip() for value in sent.get(one.name, ())]
    values = [value for value in values if value]
    match one.type:
        case "choices" | "agencies" | "codes" | "datetimes":
            if not one.choices:
                values = [part for value in values for part in _listed(value)]
            return [_in_tokyo(v) for v in values] if one.type == "datetimes" else values
        case "dates":
            return values
        case "rows":
            return _rows(one, sent)
        case "roles":
            return _roles(one.name, sent)
        case "yes-no":
            if one.required:
                return values[0] == "true" if values else None
            return bool(values)
        case "datetime":
            return _in_tokyo(values[0]) if values else None
        case "text":
            # Browsers end the lines of a text area with CR LF.
            return values[0].replace("\r\n", "\n") if values else None
        case _:
            return values[0] if values else None


def _listed(text: str) -> list[str]:
    return [part for part in text.replace("、", ",").replace(" ", ",").split(",") if part]


def _roles(name: str, sent: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    agencies, roles = sent.get(name + AGENCY_PART, ()), sent.get(name + ROLE_PART, ())
    return [
        {"agency": agency, "role": role or "support"}
        for agency, role in zip(agencies, roles, strict=False)
        if agency
    ]


def _in_tokyo(text: str) -> str:
    """What a `datetime-local` control sends, as an instant; unreadable text stays what it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=TOKYO)).isoformat()


def encode(fields: Iterable[FieldLike], act: Mapping[str, Any]) -> Pairs:
    """What a browser would send for an act: the inverse of `act_of`."""
    pairs: Pairs = []
    for one in fields:
        value = act.get(one.name)
        if value is None:
            continue
        match one.type:
            case "choices" | "agencies" | "codes" | "datetimes":
                pairs += (
                    [(one.name, str(v)) for v in value]
                    if one.choices
                    else [(one.name, ", ".join(value))] * bool(value)
                )
            case "roles":
                for row in value:
                    pairs.append((one.name + AGENCY_PART, row["agency"]))
                    pairs.append((one.name + ROLE_PART, row["role"]))
            case "dates":
                pairs += [(one.name, str(on)) for on in value]
            case "rows":
                for number, row in enumerate(value):
                    pairs += [
                        (row_forms.path(one.name, number, name), text)
                        for name, text in encode(one.columns, row)
                    ]
            case "yes-no":
                if one.required or value:
                    pairs.append((one.name, "true" if value else "false"))
            case "datetime" if not one.choices:
                local = datetime.fromisoformat(str(value)).astimezone(TOKYO).replace(tzinfo=None)
                exact = local.second or local.microsecond
                pairs.append((one.name, local.isoformat(timespec="auto" if exact else "minutes")))
            case _:
                pairs.append((one.name, str(value)))
    return pairs
