"""What an intake must hold to, beyond the shape of its fields."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from contracts import catalogue
from services.intake.details import detail_faults
from services.intake.faults import Fault
from services.intake.fields import EARLIEST, EARLIEST_BIRTH


def date_fault(field: str, on: date, today: date) -> Fault | None:
    """A date that counts lies between 令和元年度 and today, in Tokyo."""
    if on > today:
        return Fault(field, "date-in-future")
    return Fault(field, "date-too-early") if on < EARLIEST else None


def area_fault(daily_area: str | None, basic_area: str | None) -> Fault | None:
    """The areas are the catalogue's, and the one belongs to the other."""
    if daily_area is not None:
        found = catalogue.basic_area_of(daily_area)
        if found is None:
            return Fault("daily_area", "area-unknown")
        return Fault("basic_area", "area-mismatch") if basic_area not in (None, found) else None
    if basic_area is not None and basic_area not in {area.basic_area for area in catalogue.areas()}:
        return Fault("basic_area", "area-unknown")
    return None


def topic_faults(topics: Sequence[str], main_topic: str | None) -> Iterator[Fault]:
    """Topics are the form's; the main one (◎) is one of those chosen (○)."""
    for place, topic in enumerate(topics):
        if topic not in catalogue.consultation_topics():
            yield Fault(f"topics.{place}", "topic-unknown")
    if main_topic is not None and main_topic not in topics:
        yield Fault("main_topic", "main-topic-not-chosen")


def birth_fault(field: str, birth: date | None, today: date) -> Fault | None:
    if birth is not None and not EARLIEST_BIRTH <= birth <= today:
        return Fault(field, "birth-date-impossible")
    return None


def consultation_faults(
    *,
    channel: str,
    received_on: date,
    daily_area: str | None,
    basic_area: str | None,
    topics: Sequence[str],
    main_topic: str | None,
    details: dict[str, Any],
    today: date,
) -> list[Fault]:
    """Everything wrong with a consultation at a channel that exists on its date."""
    found = [
        date_fault("received_on", received_on, today),
        area_fault(daily_area, basic_area),
        *topic_faults(topics, main_topic),
        *detail_faults(channel, details),
    ]
    return [fault for fault in found if fault is not None]
