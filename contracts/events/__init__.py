"""Every fact on the bus, one module per publishing service."""

from contracts.events import coordination, indicators, intake, participation
from contracts.events.envelope import EVENT_TYPES, Event, new_id, parse

__all__ = [
    "EVENT_TYPES",
    "Event",
    "coordination",
    "indicators",
    "intake",
    "new_id",
    "parse",
    "participation",
]
