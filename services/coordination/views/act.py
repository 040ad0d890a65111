"""What may be done next, as forms."""

from typing import Any, Literal
from uuid import UUID

import pydantic
from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Target(View):
    """A workflow of a case: `case` with the case's own id, or one of its children."""

    kind: Literal[
        "case",
        "meeting",
        "plan",
        "outreach",
        "referral",
        "placement",
        "handover",
        "errand",
        "transfer",
    ]
    id: UUID


class Staff(View):
    sub: str
    name: str | None = None


class Choice(View):
    value: str
    label: str


class Field(View):
    """One field of an act's form."""

    name: str
    label: str
    type: Literal[
        "text",
        "choice",
        "choices",
        "agency",
        "agencies",
        "roles",
        "person",
        "yes-no",
        "date",
        "datetime",
        "datetimes",
        "uuid",
        "code",
        "codes",
        "dates",
        "number",
        "rows",
    ]
    required: bool
    private: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    min_items: int = 0
    columns: tuple["Field", ...] = ()
    """Of `rows`: the fields that each row has."""
    hint: str | None = None
    """What helps to answer it here and now."""


class Exit(View):
    state: str
    label: str


class AllowedAct(View):
    """Something the caller may do now, with its form."""

    act: str
    label: str
    target: Target
    task_id: UUID | None = None
    version: str
    """Of the workflow as it is now. Sent along with the act as `seen`, it keeps an act from being
    done to something else than what was looked at."""
    leads_to: tuple[Exit, ...]
    fields: tuple[Field, ...]
    schema_: dict[str, Any] = pydantic.Field(alias="schema")

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)
