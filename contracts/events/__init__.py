"""Every fact on the bus, one module per publishing service."""

from contracts.events import coordination, household, indicators, intake, participation
from contracts.events.envelope import EVENT_TYPES, Event, new_id, parse

__all__ = [
    "EVENT_TYPES",
    "Event",
    "coordination",
    "household",
    "indicators",
    "intake",
    "new_id",
    "parse",
    "participation",
]
