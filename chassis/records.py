"""A record as it came off the bus, and what makes one poison."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from contracts.events.envelope import EVENT_TYPES, Event


class PoisonError(Exception):
    """No delivery of this record can ever succeed. The message holds nothing of its content."""


@dataclass(frozen=True)
class RawRecord:
    """One record, undecoded. A `value` of None is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, record: Any) -> "RawRecord":
        """The same of an aiokafka record."""
        return cls(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=tuple((name, value or b"") for name, value in record.headers),
        )

    def header(self, name: str) -> str | None:
        """A header's text; None if it is absent or not UTF-8."""
        for found, value in self.headers:
            if found == name:
                try:
                    return value.decode()
                except UnicodeDecodeError:
                    return None
        return None

    @property
    def event_id(self) -> UUID | None:
        try:
            return UUID(self.header("ce_id") or "")
        except ValueError:
            return None

    @property
    def fingerprint(self) -> str:
        """What a parked record is known by: its event id, or a hash where it has none."""
        if self.event_id is not None:
            return str(self.event_id)
        digest = hashlib.sha256()
        for part in (self.topic.encode(), self.key, self.value):
            digest.update(b"-" if part is None else b"%d:" % len(part) + part)
        return digest.hexdigest()


def event_name(event_type: str) -> str:
    """A CloudEvents type without its major version."""
    return event_type.rpartition(".")[0]


def read_event(record: RawRecord, wanted: Sequence[type[Event]]) -> Event | None:
    """The fact in a record; None if it is of a kind that nobody here wants.

    Raises PoisonError for a record without a type, of a major version we do not know, without a
    body, or whose body is not what its type promises.
    """
    event_type = record.header("ce_type")
    if event_type is None:
        raise PoisonError("no readable ce_type header")
    if not any(model.type == event_type for model in wanted):
        if any(event_name(model.type) == event_name(event_type) for model in wanted):
            raise PoisonError("a major version that is not known here")
        return None
    if record.value is None:
        raise PoisonError("a tombstone")
    try:
        event = EVENT_TYPES[event_type].model_validate_json(record.value)
    except ValidationError as error:
        raise PoisonError(_describe(error)) from None
    if record.event_id != event.event_id:
        raise PoisonError("ce_id is not the body's event_id")
    return event


def _describe(error: ValidationError) -> str:
    """Which fields are wrong and how, without their values."""
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    told = "; ".join(f"{'.'.join(map(str, f['loc'])) or 'body'}: {f['type']}" for f in faults[:5])
    return told if len(faults) <= 5 else f"{told}; and {len(faults) - 5} more"
