"""What is published only grows, and says nothing about a person."""

import json
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contracts.acts import AnyAct
from contracts.events import EVENT_TYPES
from contracts.message import private_fields, without_private
from tests.contracts.publish import SCHEMAS, schemas, shrinkage

FACTS = sorted(EVENT_TYPES.values(), key=lambda model: model.type)
ACTS = get_args(get_args(AnyAct)[0])

CODED = [
    "receipt_number",
    "came_from",
    "state",
    "reason",
    "outcome",
    "basic_area",
    "daily_area",
    "indicator_id",
    "result",
    "by",
]
"""Strings in facts that are identifiers or values of a list, by the name of their field."""


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_fact_and_act_is_published_as_it_is(name: str) -> None:
    committed = json.loads((SCHEMAS / name).read_text("utf-8"))
    assert committed == schemas()[name], "run `python -m tests.contracts.publish`"


def test_nothing_published_was_taken_away() -> None:
    published = {str(path.relative_to(SCHEMAS)) for path in SCHEMAS.rglob("*.json")}
    assert published == set(schemas())


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ({"properties": {"a": {"type": "string"}}}, ["b is gone"]),
        (
            {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["b"]},
            ["b became required"],
        ),
        (
            {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
            ["a changed its type"],
        ),
        ({"properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "c": {}}}, []),
    ],
)
def test_a_contract_that_shrinks_is_refused(new: dict[str, Any], complaint: list[str]) -> None:
    old = {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
    assert shrinkage(old, new) == complaint


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.type)
def test_a_fact_has_no_room_for_words_about_a_person(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()
    definitions = [schema, *schema.get("$defs", {}).values()]
    for definition in definitions:
        for name, field in definition.get("properties", {}).items():
            assert name in CODED or not _free_text(field), f"{model.__name__}.{name}"


def _free_text(field: dict[str, Any]) -> bool:
    parts = [field, *field.get("anyOf", ()), field.get("items", {})]
    return any(
        part.get("type") == "string" and not {"format", "pattern", "enum", "const"} & set(part)
        for part in parts
    )


@pytest.mark.parametrize("model", ACTS, ids=lambda model: model.__name__)
def test_an_act_travels_without_its_private_texts(model: type[Any]) -> None:
    texts = {name for name in model.model_fields if name in private_fields(model)}
    assert "note" in texts
    act = model.model_construct(**dict.fromkeys(texts, "山田 花子"))
    assert "山田" not in str(without_private(act))
