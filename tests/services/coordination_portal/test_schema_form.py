"""A channel's own JSON Schema becomes a form, and the form the body that the schema takes."""

import pytest

from contracts import catalogue
from contracts.calendar import today
from services.coordination.portal.schema_form import Section, Sheet, misplaced, wrong

SCHEMA = {
    "title": "相談受付",
    "type": "object",
    "required": ["received_on"],
    "properties": {
        "received_on": {"title": "受付日", "type": "string", "format": "date"},
        "urgent": {"title": "緊急", "type": "boolean", "default": False},
        "text": {
            "title": "内容",
            "anyOf": [{"type": "string", "maxLength": 10000}, {"type": "null"}],
        },
        "topics": {
            "title": "相談内容",
            "type": "array",
            "items": {
                "oneOf": [{"const": "care", "title": "介護"}, {"const": "food", "title": "食"}]
            },
        },
        "visitor": {"anyOf": [{"$ref": "#/$defs/Visitor"}, {"type": "null"}], "title": "来談者"},
        "persons": {"title": "世帯の人", "type": "array", "items": {"$ref": "#/$defs/Person"}},
    },
    "$defs": {
        "Visitor": {"type": "object", "properties": {"name": {"title": "氏名", "type": "string"}}},
        "Person": {
            "type": "object",
            "properties": {
                "name": {"title": "氏名", "type": "string"},
                "age": {"title": "年齢", "type": "integer"},
                "relation": {
                    "title": "続柄",
                    "default": "unknown",
                    "oneOf": [
                        {"const": "unknown", "title": "不明"},
                        {"const": "head", "title": "世帯主"},
                    ],
                },
            },
        },
    },
}


def names(section: Section) -> list[str]:
    return [c.name for c in section.controls] + [n for s in section.sections for n in names(s)]


def test_every_question_of_a_schema_is_asked() -> None:
    section = Sheet(SCHEMA, {}, rows=2).section()
    assert names(section) == [
        "received_on", "urgent", "text", "topics", "visitor.name",
        "persons.0.name", "persons.0.age", "persons.0.relation",
        "persons.1.name", "persons.1.age", "persons.1.relation",
    ]  # fmt: skip
    assert {c.name: c.kind for c in section.controls} == {
        "received_on": "date", "urgent": "check", "text": "text", "topics": "checks",
    }  # fmt: skip
    assert [s.title for s in section.sections] == ["来談者", "世帯の人 1", "世帯の人 2"]


def test_the_body_is_typed_and_leaves_out_what_is_empty() -> None:
    sent = {
        "received_on": ["2026-11-20"],
        "urgent": ["true"],
        "text": ["一行\r\n二行"],
        "topics": ["care", "food"],
        "persons.0.name": ["見本 一郎"],
        "persons.0.age": ["36"],
        "persons.0.relation": ["head"],
        "persons.1.name": [""],
        "persons.1.relation": ["unknown"],
    }
    assert Sheet(SCHEMA, sent, rows=2).body() == {
        "received_on": "2026-11-20",
        "urgent": True,
        "text": "一行\n二行",
        "topics": ["care", "food"],
        "persons": [{"name": "見本 一郎", "age": 36, "relation": "head"}],
    }


def test_what_is_no_number_goes_on_as_it_is_so_that_it_can_be_refused() -> None:
    sent = {"persons.0.age": ["三十"]}
    assert Sheet(SCHEMA, sent).body() == {"persons": [{"age": "三十"}]}


def test_errors_stand_at_their_question_and_the_rest_on_top() -> None:
    errors = {"persons.0.name": "長すぎます", "channel": "知られていません"}
    section = Sheet(SCHEMA, {}, errors).section()
    assert [(c.name, c.label) for c in wrong(section)] == [("persons.0.name", "世帯の人 1 氏名")]
    assert misplaced(errors, section) == ["知られていません"]


@pytest.mark.parametrize("channel", sorted(catalogue.channels(today())))
def test_every_channels_own_fields_have_a_question_in_japanese(channel: str) -> None:
    schema = catalogue.channel_schema(channel)
    section = Sheet(schema, {}).section()
    assert [c.name for c in section.controls] == list(schema["properties"])
    assert not [c.name for c in section.controls if c.label.isascii()]
    assert not [
        c.name for c in section.controls if c.kind in ("select", "checks") and not c.choices
    ]
