"""A JSON Schema (2020-12) as an HTML form: for bodies that another service describes itself.

Pure. A question's name is its path (`persons.0.kana`); titles and choices come from the schema.
What is left empty is left out of the body; judging the rest is the other service's part.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.coordination.portal.forms import Choice, Control

Schema = Mapping[str, Any]

LONG_TEXT = 500
"""A text that may be longer than this gets several lines."""


@dataclass(frozen=True)
class Section:
    """Questions that belong together under a heading; `name` is their path."""

    name: str
    title: str
    controls: list[Control] = field(default_factory=list)
    sections: list["Section"] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A form to be drawn: the schema, what was sent before, what was wrong, and how many rows."""

    schema: Schema
    sent: Mapping[str, Sequence[str]]
    errors: Mapping[str, str] = field(default_factory=dict)
    rows: int = 1
    fresh: bool = False
    """Nothing was sent yet: the schema's own defaults are suggested."""
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """Choices of a question that its schema leaves open, by the question's name."""

    def section(self, skipped: frozenset[str] = frozenset()) -> Section:
        """The whole form, without the questions that the page itself settles."""
        return self._object(self.schema, "", str(self.schema.get("title", "")), skipped)

    def _object(
        self, schema: Schema, path: str, title: str, skipped: frozenset[str] = frozenset()
    ) -> Section:
        made = Section(path, title)
        required = set(schema.get("required", ()))
        for name, below in schema.get("properties", {}).items():
            if name in skipped:
                continue
            resolved = self._resolved(below)
            where = f"{path}.{name}" if path else name
            label = str(resolved.get("title", name))
            if "properties" in resolved:
                made.sections.append(self._object(resolved, where, label))
            elif (rows := self._rows(resolved)) is not None:
                for number in range(self.rows):
                    heading = f"{label} {number + 1}"
                    made.sections.append(self._object(rows, f"{where}.{number}", heading))
            else:
                made.controls.append(self._control(resolved, where, label, name in required))
        made.controls.sort(key=lambda control: not control.required)
        return made

    def _rows(self, schema: Schema) -> Schema | None:
        """What each row of a list looks like, where its rows are objects."""
        items = self._resolved(schema.get("items") or {})
        return items if schema.get("type") == "array" and "properties" in items else None

    def _control(self, schema: Schema, path: str, label: str, required: bool) -> Control:
        choices = tuple(self.choices.get(path.split(".")[-1], ())) or _choices(
            self._resolved(schema.get("items") or {}) or schema
        )
        kind = _kind(schema, bool(choices))
        default = schema.get("default")
        guessed = [str(default)] if isinstance(default, str) and self.fresh else []
        return Control(
            name=path,
            label=label,
            kind=kind,
            required=required,
            choices=choices,
            values=tuple(self.sent.get(path, guessed)),
            error=self.errors.get(path),
            hint=schema.get("x-hint"),
        )

    def _resolved(self, schema: Schema) -> Schema:
        """The schema behind a `$ref` or a "this or nothing"; its own title goes first."""
        if "$ref" in schema:
            target: Any = self.schema
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            return {**self._resolved(target), **{k: v for k, v in schema.items() if k != "$ref"}}
        options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if len(options) == 1:
            outer = {name: value for name, value in schema.items() if name != "anyOf"}
            return {**self._resolved(options[0]), **outer}
        return schema

    def body(self) -> dict[str, Any]:
        """The body that was sent: typed by the schema, nothing empty, no row without an answer."""
        found: dict[str, Any] = self._value(self.schema, "") or {}
        return found

    def _value(self, schema: Schema, path: str) -> Any:
        schema = self._resolved(schema)
        if "properties" in schema:
            below = {
                name: self._value(part, f"{path}.{name}" if path else name)
                for name, part in schema["properties"].items()
            }
            return {name: value for name, value in below.items() if value is not None} or None
        if (rows := self._rows(schema)) is not None:
            made = [self._value(rows, f"{path}.{number}") for number in range(self.rows)]
            return [row for row in made if row and set(row) - self._standing(rows)] or None
        values = [value for value in (v.strip() for v in self.sent.get(path, ())) if value]
        return _typed(schema, values)

    def _standing(self, schema: Schema) -> set[str]:
        """Questions of a row that always carry an answer: they alone make no row."""
        return {
            name
            for name, part in schema["properties"].items()
            if self._resolved(part).get("default") is not None
        }


def _typed(schema: Schema, values: list[str]) -> Any:
    if not values:
        return None
    match schema.get("type"):
        case "array":
            return values
        case "boolean":
            return values[0] == "true"
        case "integer" if re.fullmatch(r"-?[0-9]{1,18}", values[0]):
            return int(values[0])
        case "string":
            return values[0].replace("\r\n", "\n")
        case _:
            return values[0]


def _kind(schema: Schema, choices: bool) -> str:
    of = schema.get("type")
    if of == "array":
        return "checks" if choices else "line"
    if choices:
        return "select"
    if of == "boolean":
        return "check"
    if of == "integer":
        return "number"
    if schema.get("format") in ("date", "time"):
        return str(schema["format"])
    return "text" if schema.get("maxLength", 0) > LONG_TEXT else "line"


def _choices(schema: Schema) -> tuple[Choice, ...]:
    titled = [one for one in schema.get("oneOf", ()) if "const" in one]
    if titled:
        return tuple(Choice(str(o["const"]), str(o.get("title", o["const"]))) for o in titled)
    return tuple(Choice(str(value), str(value)) for value in schema.get("enum", ()))


def misplaced(errors: Mapping[str, str], section: Section) -> list[str]:
    """What is said about questions that the form does not ask."""
    asked = _names(section)
    return [said for name, said in errors.items() if name not in asked]


def _names(section: Section) -> set[str]:
    found = {control.name for control in section.controls}
    for below in section.sections:
        found |= _names(below)
    return found


def wrong(section: Section) -> list[Control]:
    """Every question with something wrong, with the heading it stands under."""
    found = [control for control in section.controls if control.error]
    for below in section.sections:
        found += [replace(one, label=f"{below.title} {one.label}") for one in wrong(below)]
    return found
