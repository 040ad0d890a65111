"""From a service of HSDS 3.0 to what is written about a resource."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.participation.hsds import terms
from services.participation.hsds.validation import faults

Json = Mapping[str, Any]


class ForeignServiceError(Exception):
    """A service that does not pass the standard's schemas."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(f"{len(found)} faults")
        self.found = found


def fields_of(service: Any) -> tuple[UUID, dict[str, Any]]:
    """The id and the fields that the service says something about; the rest is left as it is.

    Raises ForeignServiceError.
    """
    if found := faults(service):
        raise ForeignServiceError(found)
    own = _by_sort(service)
    location = _first(_first(service, "service_at_locations"), "location")
    areas = {area.get("extent_type"): area.get("name") for area in service.get("service_areas", ())}
    fields: dict[str, Any] = {
        "name": service["name"],
        "kana": service.get("alternate_name", ""),
        "organiser": service.get("organization", {}).get("name", ""),
        "kinds": own.get(terms.KIND, []),
        "description": service.get("description", ""),
        "eligibility": service.get("eligibility_description", ""),
        "daily_area": areas.get(terms.DAILY_AREA),
        "basic_area": areas.get(terms.BASIC_AREA),
        "min_age": _whole(service.get("minimum_age")),
        "max_age": _whole(service.get("maximum_age")),
        "openings": [_opening(one) for one in service.get("schedules", ())],
        "schedule_note": _one(own, terms.SCHEDULE_NOTE),
        "capacity_status": _one(own, terms.CAPACITY) or "asks-first",
        "cost": service.get("fees_description", ""),
        "fee_yen": _fee(service),
        "languages": [one["code"] for one in service.get("languages", ()) if "code" in one]
        or ["ja"],
        "features": own.get(terms.FEATURE, []),
        "access": location.get("transportation") or _one(own, terms.ACCESS),
        "website": service.get("url", ""),
        "public_contact": _first(service, "contacts").get("name", ""),
        "confidential_location": terms.CONFIDENTIAL in own,
    }
    if not fields["confidential_location"]:
        fields["place"] = location.get("name")
        return UUID(service["id"]), fields
    # Where it is, and the area that would narrow it down, are not in the file: they stay.
    left = ("daily_area", "access")
    return UUID(service["id"]), {name: at for name, at in fields.items() if name not in left}


def _opening(schedule: Json) -> dict[str, Any]:
    own = _by_sort(schedule)
    opening: dict[str, Any] = {
        "rule": _one(own, terms.RULE) or _rule(schedule),
        "starts_on": schedule.get("dtstart") or schedule.get("valid_from"),
        "opens_at": _hour(schedule.get("opens_at")),
        "closes_at": _hour(schedule.get("closes_at")),
        "except_on": own.get(terms.EXCEPT_ON, []),
        "except_holidays": terms.EXCEPT_HOLIDAYS in own,
        "note": schedule.get("notes", ""),
    }
    return opening


def _rule(schedule: Json) -> str | None:
    if "freq" not in schedule:
        return None
    names = ("freq", "interval", "byday", "bymonthday", "byweekno", "byyearday", "wkst", "count")
    parts = [f"{name.upper()}={_plain(schedule[name])}" for name in names if name in schedule]
    if "until" in schedule:
        parts.append(f"UNTIL={schedule['until'].replace('-', '')[:8]}")
    return ";".join(parts)


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def _hour(text: str | None) -> str | None:
    """「10:00」 of 「10:00+09:00」."""
    return text[:5] if text else None


def _fee(service: Json) -> int | None:
    option = _first(service, "cost_options")
    return _whole(option.get("amount")) if option.get("currency") == "JPY" else None


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _by_sort(thing: Json) -> dict[str, list[str]]:
    """The values of this project's own attributes, by what they say."""
    found: dict[str, list[str]] = {}
    for one in thing.get("attributes", ()):
        if "link_type" in one and "value" in one:
            found.setdefault(one["link_type"], []).append(one["value"])
    return found


def _one(own: Mapping[str, list[str]], sort: str) -> str:
    return own.get(sort, [""])[0]


def _first(thing: Json, name: str) -> Json:
    found = thing.get(name)
    if isinstance(found, list):
        found = found[0] if found else None
    return found or {}
