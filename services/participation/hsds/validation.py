"""A service held against the schemas of HSDS 3.0, which stand beside this module."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SCHEMAS = files("services.participation.hsds") / "schema"
MOST_FAULTS = 20


def faults(service: Any) -> list[tuple[str, str]]:
    """What the schemas say against a service: (path, message), at most MOST_FAULTS."""
    found = []
    for fault in _validator().iter_errors(service):
        found.append((".".join(map(str, fault.absolute_path)) or "service", fault.message[:200]))
        if len(found) == MOST_FAULTS:
            break
    return found


@cache
def _validator() -> Draft202012Validator:
    schemas = {
        file.name: json.loads(file.read_text("utf-8"))
        for file in SCHEMAS.iterdir()
        if file.name.endswith(".json")
    }
    registry: Registry[Any] = Registry().with_resources(
        (name, DRAFT202012.create_resource(schema)) for name, schema in schemas.items()
    )
    # The formats (uuid, uri, date-time) are part of what the standard asks for.
    return Draft202012Validator(
        schemas["service.json"],
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
