"""A channel's own fields, held against the channel's JSON Schema (`contracts/data`)."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from contracts import catalogue
from services.intake.faults import Fault


def detail_faults(channel: str, details: dict[str, Any]) -> list[Fault]:
    """Which of the channel's own fields are wrong. Raises KeyError for no such channel."""
    faults = []
    for error in _validator(channel).iter_errors(details):
        if error.validator == "additionalProperties":
            faults.append(Fault("details", "field-unknown"))
        else:
            path = ".".join(str(part) for part in error.absolute_path)
            faults.append(Fault(f"details.{path}" if path else "details", "details-invalid"))
    return sorted(set(faults))


@cache
def _validator(channel: str) -> Draft202012Validator:
    schema = catalogue.channel_schema(channel)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
