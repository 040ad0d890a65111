"""Acts as HTML forms: from the fields of an act to controls, with what stands in them.

Pure. The fields come from coordination with their Japanese labels and choices, so a new act needs
nothing here; `form_values` turns what a control sends back into the act.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.coordination.portal import row_forms
from services.coordination.portal.form_values import (
    AGENCY_PART,
    BASED_ON,
    ROLE_PART,
    FieldLike,
    encode,
    grouped,
)

FIRST_ROWS, MORE_ROWS = 3, 3
MORE = "_more"
"""Pressed to get more rows; nothing is recorded."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Control:
    """One question of a form: how it is asked, what stands in it, and what was wrong with it."""

    name: str
    label: str
    kind: str
    """text line date dates moment number select radios checks check rows cells hidden"""
    required: bool
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    roles: tuple[Choice, ...] = ()
    cells: tuple[tuple["Control", ...], ...] = ()
    """Of a list of rows: the questions of each row."""
    error: str | None = None
    hint: str | None = None
    private: bool = False

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


ROLE_LABELS = (
    Choice("lead", "主担当"),
    Choice("support", "支援"),
    Choice("watch", "見守り"),
    Choice("advice", "助言"),
)
"""支援機関ごとの役割 (contracts.acts.plan.AgencyRole)."""

FEW = 5
"""So many choices stand open as radio buttons; more go into a list."""


@dataclass(frozen=True)
class Given:
    """What stands in a form when it is shown: sent before, or suggested."""

    sent: Mapping[str, Sequence[str]] | None = None
    suggested: Mapping[str, Any] = field(default_factory=dict)
    more_rows: bool = False


def controls(
    fields: Iterable[FieldLike],
    given: Given,
    errors: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    hints: Mapping[str, str] | None = None,
) -> list[Control]:
    """The controls of an act's form. `choices` adds or renames choices of a field by its name."""
    made = []
    for one in fields:
        offered = (choices or {}).get(one.name)
        control = _control(one, offered)
        made.append(
            replace(
                _filled(control, one, given),
                error=(errors or {}).get(one.name),
                hint=(hints or {}).get(one.name) or getattr(one, "hint", None),
            )
        )
    return made


def _control(one: FieldLike, offered: Sequence[Choice] | None) -> Control:
    if offered is None:
        offered = [Choice(str(c.value), c.label) for c in one.choices]
    return Control(
        name=one.name,
        label=one.label,
        kind=_kind(one, len(offered)),
        required=one.required,
        choices=tuple(offered),
        roles=ROLE_LABELS if one.type == "roles" else (),
        private=bool(getattr(one, "private", False)),
    )


def _kind(one: FieldLike, choices: int) -> str:
    match one.type:
        case "text" | "date" | "dates":
            return one.type
        case "rows":
            return "cells"
        case "number":
            return "hidden" if one.name == BASED_ON else "number"
        case "datetime":
            return "select" if choices else "moment"
        case "roles":
            return "rows"
        case "yes-no":
            return "radios" if one.required else "check"
        case "choices" | "agencies" | "codes" | "datetimes" if choices:
            return "checks"
        case "choice" | "agency" | "person" | "code" | "uuid" if choices:
            # A choice that may be left open needs a way back to "none", which radios lack.
            return "radios" if one.required and choices <= FEW else "select"
        case _:
            return "line"


def _filled(control: Control, one: FieldLike, given: Given) -> Control:
    if one.type == "yes-no" and control.kind == "radios":
        control = replace(control, choices=(Choice("true", "はい"), Choice("false", "いいえ")))
    if given.sent is not None:
        sent = given.sent
    else:
        value = given.suggested.get(one.name, one.default)
        sent = grouped(encode([one], {one.name: value}))
    if control.kind == "cells":
        shown = row_forms.rows_shown(one.name, sent, given.sent is not None, given.more_rows)
        return replace(control, cells=tuple(_cells(one, sent, row) for row in range(shown)))
    if control.kind != "rows":
        return replace(control, values=tuple(sent.get(one.name, ())))
    pairs = list(
        zip(
            sent.get(one.name + AGENCY_PART, ()),
            sent.get(one.name + ROLE_PART, ()),
            strict=False,
        )
    )
    wanted = len(pairs) + MORE_ROWS if given.more_rows else max(FIRST_ROWS, len(pairs))
    return replace(control, rows=tuple(pairs + [("", "support")] * (wanted - len(pairs))))


def _cells(one: FieldLike, sent: Mapping[str, Sequence[str]], row: int) -> tuple[Control, ...]:
    """The questions of one row, each under its path and with the row's number."""
    made = []
    for column in one.columns:
        name = row_forms.path(one.name, row, column.name)
        control = _control(column, None)
        # Of a row nothing can be demanded: it may be left out as a whole.
        kind = "select" if control.kind == "radios" else control.kind
        stands = grouped(encode([column], {column.name: column.default})).get(column.name, ())
        values = tuple(sent.get(name, () if row_forms.rows_sent(one.name, sent) > row else stands))
        label = f"{one.label}{row + 1} {column.label}"
        made.append(
            replace(control, name=name, label=label, kind=kind, required=False, values=values)
        )
    return tuple(made)


def errors_by_field(
    errors: Iterable[Mapping[str, Any]], names: Iterable[str]
) -> tuple[dict[str, str], list[str]]:
    """A problem's `errors` by the field they belong to, and those that belong to none."""
    known = set(names)
    placed: dict[str, str] = {}
    loose: list[str] = []
    for error in errors:
        parts = str(error.get("field", "")).split(".")
        said = str(error.get("ja") or "値の形が正しくありません")
        owner = next((part for part in parts if part in known), None)
        if owner is None:
            loose.append(said)
        else:
            placed.setdefault(owner, said)
    return placed, loose
