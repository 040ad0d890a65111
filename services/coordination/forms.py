"""The form of every act, read from its model: fields with Japanese labels, and a JSON Schema."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from contracts import ages, catalogue
from contracts.acts import Act, AgencyRole, AnyAct
from contracts.calendar import today
from contracts.message import Message, private_fields
from services.coordination import labels, views
from services.coordination.consent_forms import form_in_force, known_forms

ACTS: TypeAdapter[Act] = TypeAdapter(AnyAct)
"""Reads any act by its `act` code."""

MODELS: dict[str, type[Act]] = {
    str(model.model_fields["act"].default): model for model in get_args(get_args(AnyAct)[0])
}
"""Every act's model by its code."""

AGENCY_FIELDS = ("agency", "lead_agency", "chair", "giving", "receiving")
AGENCIES_FIELDS = ("attendees", "present", "recipients", "joint_with")
"""Fields of acts that name one agency, and several."""
_FORM = "form_version"
_STAFF = {"witnesses"}


def fields_of(
    act: str,
    agencies: dict[str, catalogue.Agency],
    persons: Sequence[UUID],
    staff: Mapping[str, str] | None = None,
) -> tuple[views.Field, ...]:
    """The fields of an act's form, the private note last. Raises KeyError for no such act."""
    model = MODELS[act]
    private = private_fields(model)
    names = [name for name in model.model_fields if name not in ("act", "note")] + ["note"]
    names = [name for name in names if not _superseded(model.model_fields[name])]
    return tuple(
        _field(act, name, model.model_fields[name], name in private, agencies, persons, staff or {})
        for name in names
    )


def _field(
    act: str,
    name: str,
    info: FieldInfo,
    private: bool,
    agencies: dict[str, catalogue.Agency],
    persons: Sequence[UUID],
    staff: Mapping[str, str],
) -> views.Field:
    kind = _type(name, info, private)
    offered = catalogued(act, name) or labels.choices(act, name) or labels.suggestions(act, name)
    choices = [views.Choice(value=code, label=label) for code, label in offered.items()]
    if kind in ("agency", "agencies", "roles"):
        choices = [views.Choice(value=code, label=row.name) for code, row in agencies.items()]
    if name == _FORM:
        choices = [views.Choice(value=one, label=one) for one in known_forms()]
    if name in _STAFF or name == "assignee":
        choices = [views.Choice(value=sub, label=named) for sub, named in staff.items()]
    if (act, name) == ("items", "item"):
        papers = ages.handover_items()
        choices = [views.Choice(value=code, label=paper.label) for code, paper in papers.items()]
    if kind == "person":
        choices = [views.Choice(value=str(person), label=str(person)) for person in persons]
    return views.Field(
        name=name,
        label=labels.field(act, name),
        type=kind,
        required=info.is_required(),
        private=private,
        default=form_in_force(today()) if name == _FORM else _default(info),
        choices=tuple(choices),
        min_items=next((mark.min_length for mark in info.metadata if _least(mark)), 0),
        columns=_columns(name, info, agencies, persons, staff) if kind == "rows" else (),
    )


def _columns(
    name: str,
    info: FieldInfo,
    agencies: dict[str, catalogue.Agency],
    persons: Sequence[UUID],
    staff: Mapping[str, str],
) -> tuple[views.Field, ...]:
    """The fields of each row of a list; their words stand under the list's name."""
    part = _bare(get_args(_bare(info.annotation))[0])
    private = private_fields(part)
    return tuple(
        _field(name, column, below, column in private, agencies, persons, staff)
        for column, below in part.model_fields.items()
    )


def _superseded(info: FieldInfo) -> bool:
    """Whether a field is asked of nobody: kept for those who still send it, or set by ourselves."""
    extra = info.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("deprecated") or extra.get("x-inner"))


def catalogued(act: str, name: str) -> dict[str, str]:
    """The catalogue's own values of a field with their labels; empty where it has none."""
    areas = catalogue.areas()
    known: dict[str, Callable[[], dict[str, str]]] = {
        "raise_community_issue.theme": catalogue.community_themes,
        "raise_community_issue.wanted_kinds": catalogue.resource_kinds,
        "raise_community_issue.basic_area": lambda: {a.basic_area: a.basic_area for a in areas},
        "raise_community_issue.daily_area": lambda: {a.daily_area: a.daily_area for a in areas},
        "record_statutory_meeting.meeting": catalogue.statutory_meetings,
        "decide_support.statutory_meeting": catalogue.statutory_meetings,
    }
    found = known.get(f"{act}.{name}")
    return found() if found else {}


def _least(mark: object) -> bool:
    return getattr(mark, "min_length", None) is not None


def _default(info: FieldInfo) -> Any:
    if info.default is PydanticUndefined:
        return None
    if isinstance(info.default, tuple):
        return [str(item) for item in info.default]
    return str(info.default) if isinstance(info.default, StrEnum) else info.default


def _type(name: str, info: FieldInfo, private: bool) -> Any:
    if private:
        return "text"
    if name in AGENCY_FIELDS:
        return "agency"
    if name in AGENCIES_FIELDS:
        return "agencies"
    if name in _STAFF:
        return "codes"
    if name == "assignee":
        return "choice"
    if name == "person_id":
        return "person"
    return _by_annotation(_bare(info.annotation))


def _bare(annotation: Any) -> Any:
    """The type without `| None` and without its marks."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not NoneType))
    return annotation


def _by_annotation(bare: Any) -> str:
    if get_origin(bare) is Literal or (isinstance(bare, type) and issubclass(bare, StrEnum)):
        return "choice"
    if get_origin(bare) is tuple:
        item = _bare(get_args(bare)[0])
        if item is AgencyRole:
            return "roles"
        if isinstance(item, type) and issubclass(item, Message):
            return "rows"
        if item is date:
            return "dates"
        if item is datetime or "Aware" in str(item):
            return "datetimes"
        return "choices" if isinstance(item, type) and issubclass(item, StrEnum) else "codes"
    simple: dict[Any, str] = {
        int: "number",
        bool: "yes-no",
        UUID: "uuid",
        date: "date",
        datetime: "datetime",
    }
    return simple.get(bare, "datetime" if "Aware" in str(bare) else "code")


@cache
def schema_of(act: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an act's body, with Japanese titles, nothing left to look up."""
    schema = MODELS[act].model_json_schema()
    defined = schema.pop("$defs", {})
    schema = dict(_inlined(schema, defined))
    schema["title"] = labels.act(act)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    private = private_fields(MODELS[act])
    for name, part in schema["properties"].items():
        part["title"] = labels.field(act, name)
        if name in private:
            part["x-private"] = True
        if known := labels.choices(act, name):
            part["x-labels"] = known
    schema["properties"]["act"]["title"] = labels.act(act)
    schema["required"] = sorted({"act", *schema.get("required", [])})
    return schema


def _inlined(part: Any, defined: dict[str, Any]) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            found = defined[part["$ref"].rpartition("/")[2]]
            return _inlined({**found, **{k: v for k, v in part.items() if k != "$ref"}}, defined)
        return {name: _inlined(value, defined) for name, value in part.items()}
    if isinstance(part, list):
        return [_inlined(item, defined) for item in part]
    return part
