"""Every act goes through its HTML form and comes out as it went in."""

from datetime import date
from typing import Any

import pytest

from contracts import catalogue
from contracts.acts import Act
from contracts.calendar import today
from contracts.events import new_id
from services.coordination import views
from services.coordination.consent_forms import form_in_force
from services.coordination.forms import ACTS, MODELS, fields_of
from services.coordination.portal.form_values import Pairs, act_of, encode
from services.coordination.portal.forms import MORE_ROWS, Control, Given, controls, errors_by_field

TODAY = date(2026, 11, 23)
PERSON = new_id()
AGENCIES = catalogue.agencies(TODAY)


def a_value(field: views.Field) -> Any:
    """An answer that a form with this field can give, as JSON has it."""
    last = [choice.value for choice in field.choices][-2:]
    match field.type:
        case "choices" | "agencies" | "codes":
            return last or ["one-code", "another-code"]
        case "roles":
            return [{"agency": last[0], "role": "watch"}, {"agency": last[1], "role": "lead"}]
        case "yes-no":
            return True
        case "date":
            return "2026-11-23"
        case "datetime":
            return "2026-12-01T04:30:00Z"
        case "datetimes":
            return ["2026-12-01T04:30:00Z", "2026-12-02T04:30:00Z"]
        case "uuid":
            return str(PERSON)
        case "dates":
            return ["2026-11-23", "2027-02-01"]
        case "number":
            return 2
        case "rows":
            return [{one.name: a_value(one) for one in field.columns}] * 2
        case "text":
            return "一行目\n二行目 <b>&amp;"
        case _:
            return last[-1] if last else "a-code"


def filled(code: str) -> Act:
    """An act with every field filled in."""
    fields = fields_of(code, AGENCIES, [PERSON])
    return ACTS.validate_python({"act": code, **{f.name: a_value(f) for f in fields}})


def least(code: str) -> Act:
    """An act with nothing but what is required."""
    fields = fields_of(code, AGENCIES, [PERSON])
    return ACTS.validate_python({"act": code, **{f.name: a_value(f) for f in fields if f.required}})


def sent(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def answers(control: Control) -> Pairs:
    """What a browser sends for a control as it is shown."""
    if control.kind == "rows":
        return [
            pair
            for agency, role in control.rows
            for pair in ((f"{control.name}.agency", agency), (f"{control.name}.role", role))
        ]
    if control.kind == "cells":
        return [pair for row in control.cells for cell in row for pair in answers(cell)]
    if control.kind in ("checks", "radios", "check"):
        offered = {c.value for c in control.choices} | {"true"}
        return [(control.name, value) for value in control.values if value in offered]
    return [(control.name, control.value.replace("\n", "\r\n"))]


@pytest.mark.parametrize("code", sorted(MODELS))
def test_every_act_survives_its_form(code: str) -> None:
    fields = fields_of(code, AGENCIES, [PERSON])
    for act in (filled(code), least(code)):
        pairs = encode(fields, act.model_dump(mode="json"))
        assert ACTS.validate_python(act_of(code, fields, sent(pairs))) == act


@pytest.mark.parametrize("code", sorted(MODELS))
def test_a_form_shown_again_holds_what_was_sent(code: str) -> None:
    """Refused once, the form is sent again as it stands, and says the same."""
    fields = fields_of(code, AGENCIES, [PERSON])
    act = least(code).model_copy(update={"note": "一行目\n二行目"})
    values = sent(encode(fields, act.model_dump(mode="json")))
    shown = controls(fields, Given(sent=values))
    again = sent([pair for control in shown for pair in answers(control)])
    assert ACTS.validate_python(act_of(code, fields, again)) == act


@pytest.mark.parametrize("code", sorted(MODELS))
def test_every_field_is_asked_in_japanese(code: str) -> None:
    for control in controls(fields_of(code, AGENCIES, [PERSON]), Given()):
        assert not control.label.isascii(), control.name
        for choice in control.choices:
            assert choice.label
        needs_choices = control.kind in ("select", "radios", "checks", "rows")
        assert not needs_choices or control.choices


def test_a_new_form_suggests_the_defaults() -> None:
    shown = {c.name: c for c in controls(fields_of("record_consent", AGENCIES, [PERSON]), Given())}
    assert shown["purposes"].values == ("plan-making", "support")
    assert shown["given_by"].value == "self"
    assert shown["kinds"].values == ()
    assert shown["form_version"].value == form_in_force(today())


def test_a_time_typed_in_the_form_is_a_time_in_tokyo() -> None:
    fields = fields_of("schedule_meeting", AGENCIES, [])
    act = act_of("schedule_meeting", fields, {"starts_at": ["2026-12-01T13:30"]})
    assert act["starts_at"] == "2026-12-01T13:30:00+09:00"


def test_an_unreadable_time_goes_on_as_it_is_so_that_it_can_be_refused() -> None:
    fields = fields_of("schedule_meeting", AGENCIES, [])
    assert act_of("schedule_meeting", fields, {"starts_at": ["あした"]})["starts_at"] == "あした"


def test_an_unanswered_yes_or_no_is_no_answer_and_an_empty_box_is_no() -> None:
    assert "accepted" not in act_of("record_answer", fields_of("record_answer", {}, []), {})
    drafted = act_of("draft_plan", fields_of("draft_plan", AGENCIES, []), {})
    assert drafted["participation"] is False


def test_more_rows_can_be_asked_for_without_losing_any() -> None:
    fields = fields_of("draft_plan", AGENCIES, [])
    values = {"roles.agency": ["sapota", ""], "roles.role": ["lead", "support"]}
    (rows,) = [
        c.rows for c in controls(fields, Given(sent=values, more_rows=True)) if c.kind == "rows"
    ]
    assert rows[0] == ("sapota", "lead")
    assert len(rows) == 2 + MORE_ROWS


def test_errors_find_their_field_and_the_rest_is_told_on_top() -> None:
    placed, loose = errors_by_field(
        [
            {"field": "act.draft_plan.roles.0.agency", "ja": "機関がありません"},
            {"field": "act", "ja": "この種類は知られていません"},
        ],
        ["roles", "starts_on"],
    )
    assert placed == {"roles": "機関がありません"}
    assert loose == ["この種類は知られていません"]
