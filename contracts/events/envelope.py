"""What every fact on the bus carries, and how it maps to CloudEvents 1.0 in binary mode.

The headers are `ce_id`, `ce_type`, `ce_source`, `ce_time`, `ce_subject`, `ce_specversion` and
`traceparent`; the body is the model's own JSON, which holds identifiers, codes, dates and numbers
only. The record's key is the aggregate's id, so that the facts of one case keep their order.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import uuid_utils
from pydantic import AwareDatetime, Field

from contracts.message import Message


def new_id() -> UUID:
    """A new UUIDv7: unique, and ordered by time of making for the sake of indexes only."""
    return UUID(int=uuid_utils.uuid7().int)


class Event(Message):
    """A fact, in the past tense, told by the one service that owns the topic."""

    topic: ClassVar[str]
    """The publishing service's topic: `kasane.<service>`."""
    type: ClassVar[str]
    """CloudEvents type, with the version last: `kasane.case.opened.v1`."""
    subject_field: ClassVar[str] = "case_id"
    """The field that names the aggregate; its value is the record's key and `ce_subject`."""

    event_id: UUID = Field(default_factory=new_id)
    """What a consumer counts a fact once by (`ce_id`)."""
    occurred_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def subject(self) -> str:
        return str(getattr(self, self.subject_field))


E = TypeVar("E", bound=Event)

EVENT_TYPES: dict[str, type[Event]] = {}
"""Every published fact by its CloudEvents type."""


def fact(model: type[E]) -> type[E]:
    """Enter an event model in EVENT_TYPES. Raises ValueError if its type is taken."""
    if model.type in EVENT_TYPES:
        raise ValueError(f"two facts are called {model.type}")
    EVENT_TYPES[model.type] = model
    return model


def parse(event_type: str, body: dict[str, Any]) -> Event:
    """The fact in a record. Raises KeyError for an unknown type, ValidationError for a bad body."""
    return EVENT_TYPES[event_type].model_validate(body)
