"""What is counted where: kinds that venues count by day sheets, and the way in force on a day."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

from contracts.catalogue import activity_kinds
from contracts.community import day_sheet_items

_IDS = UUID("6f0f2f3e-6d5b-5d0e-9f57-3b8f6b0f4a51")
"""The namespace of ids that are made from what they stand for."""


class Way(StrEnum):
    """How a venue or a kind of activity is counted: never by both at once."""

    FILE = "file"
    """The programme sends activity reports (intake)."""
    RECORDS = "records"
    """The records kept here count."""


class Scope(StrEnum):
    VENUE = "venue"
    KIND = "kind"


RECORDED_KINDS = (
    "community-activity-support",
    "platform-support",
    "park-exercise-course",
    "food-drive-donor",
    "food-pantry-group",
)
"""Kinds that the records of this service count, one thing at a time."""


class Figure(NamedTuple):
    """What a record says for the figures."""

    kind: str
    channel: str
    on: date
    quantity: int
    venue: str | None = None
    group: str | None = None
    basic_area: str | None = None


def sheet_kinds(channel: str) -> tuple[str, ...]:
    """The kinds that day sheets of a channel's venues count."""
    return tuple(dict.fromkeys(i.kind for i in day_sheet_items(channel) if i.kind is not None))


def is_sheet_kind(kind: str) -> bool:
    known = activity_kinds().get(kind)
    return known is not None and any(kind in sheet_kinds(one) for one in known.channels)


def scope_of(figure: Figure) -> tuple[Scope, str]:
    """Whose way decides about a figure: the venue's, where its kind is one of day sheets."""
    if figure.venue is not None and is_sheet_kind(figure.kind):
        return Scope.VENUE, figure.venue
    return Scope.KIND, figure.kind


def way_on(ways: Iterable[tuple[date, str]], on: date) -> Way:
    """The way in force on a day, of (from, way); by file where nothing was ever said."""
    said = [(from_on, way) for from_on, way in ways if from_on <= on]
    return Way(max(said)[1]) if said else Way.FILE


def record_id(source_id: UUID, kind: str) -> UUID:
    """The id of what a record counts as a kind."""
    return uuid5(_IDS, f"{source_id}/{kind}")


def scope_id(scope: str, code: str) -> UUID:
    return uuid5(_IDS, f"{scope}/{code}")
