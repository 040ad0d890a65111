"""From a public place to a service of HSDS 3.0."""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.catalogue import resource_features, resource_kinds
from services.participation.hsds import terms
from services.participation.hsds.terms import made_id
from services.participation.opening import Opening, said
from services.participation.published import PublicPlace

TOKYO_OFFSET = 9
HSDS_FREQUENCIES = ("WEEKLY", "MONTHLY")
"""HSDS 3.0 knows no others; the whole rule stands in an attribute in any case."""

Json = dict[str, Any]


def service_of(place: PublicPlace, changed: datetime) -> Json:
    """The service; what is empty is left out."""
    key = place.resource_id
    organisation = {
        "id": made_id("organization", place.organiser),
        "name": place.organiser,
        "description": place.organiser,
    }
    service = {
        "id": str(key),
        "organization_id": organisation["id"],
        "organization": organisation,
        "name": place.name,
        "alternate_name": place.kana,
        "description": place.description,
        "url": place.website,
        "status": "active",
        "fees_description": place.cost,
        "eligibility_description": place.eligibility,
        "minimum_age": place.min_age,
        "maximum_age": place.max_age,
        "assured_date": place.assured_on.isoformat() if place.assured_on else None,
        "last_modified": changed.isoformat(),
        "schedules": [_schedule(key, number, one) for number, one in enumerate(place.openings)],
        "service_areas": _areas(place),
        "service_at_locations": _location(place),
        "languages": [
            {"id": made_id(key, "language", code), "service_id": str(key), "code": code}
            for code in place.languages
        ],
        "cost_options": _cost(place),
        "contacts": _contacts(place),
        "attributes": _attributes(place),
    }
    return {name: value for name, value in service.items() if value not in (None, "", [])}


def _schedule(key: UUID, number: int, opening: Opening) -> Json:
    own = made_id(key, "schedule", number)
    parts = dict(part.split("=", 1) for part in (opening.rule or "").split(";") if part)
    plain = parts.get("FREQ") in HSDS_FREQUENCIES
    attributes = [
        _attribute(own, "schedule", terms.RULE, opening.rule) if opening.rule else None,
        _attribute(own, "schedule", terms.EXCEPT_HOLIDAYS, "yes")
        if opening.except_holidays
        else None,
        *(
            _attribute(own, "schedule", terms.EXCEPT_ON, day.isoformat())
            for day in opening.except_on
        ),
    ]
    schedule = {
        "id": own,
        "service_id": str(key),
        "dtstart": opening.starts_on.isoformat(),
        "timezone": TOKYO_OFFSET,
        "freq": parts["FREQ"] if plain else None,
        "interval": int(parts["INTERVAL"]) if plain and "INTERVAL" in parts else None,
        "byday": parts.get("BYDAY") if plain else None,
        "bymonthday": parts.get("BYMONTHDAY") if plain else None,
        "count": int(parts["COUNT"]) if plain and "COUNT" in parts else None,
        "until": parts.get("UNTIL") if plain else None,
        "opens_at": f"{opening.opens_at:%H:%M}+09:00" if opening.opens_at else None,
        "closes_at": f"{opening.closes_at:%H:%M}+09:00" if opening.closes_at else None,
        "description": said(opening),
        "notes": opening.note,
        "attributes": [one for one in attributes if one],
    }
    return {name: value for name, value in schedule.items() if value not in (None, "", [])}


def _areas(place: PublicPlace) -> list[Json]:
    named = ((terms.BASIC_AREA, place.basic_area), (terms.DAILY_AREA, place.daily_area))
    return [
        {
            "id": made_id(place.resource_id, "area", area),
            "service_id": str(place.resource_id),
            "name": area,
            "extent_type": sort,
        }
        for sort, area in named
        if area
    ]


def _location(place: PublicPlace) -> list[Json]:
    """Where it is, in words; nothing of a confidential place."""
    if place.confidential_location or not place.place:
        return []
    location: Json = {
        "id": made_id(place.resource_id, "location", place.place),
        "location_type": "physical",
        "name": place.place,
    }
    if place.access:
        location["transportation"] = place.access
    return [
        {
            "id": made_id(place.resource_id, "at", place.place),
            "service_id": str(place.resource_id),
            "location_id": location["id"],
            "location": location,
        }
    ]


def _cost(place: PublicPlace) -> list[Json]:
    if place.fee_yen is None:
        return []
    return [
        {
            "id": made_id(place.resource_id, "cost"),
            "service_id": str(place.resource_id),
            "currency": "JPY",
            "amount": place.fee_yen,
        }
    ]


def _contacts(place: PublicPlace) -> list[Json]:
    if not place.public_contact:
        return []
    return [
        {
            "id": made_id(place.resource_id, "contact"),
            "service_id": str(place.resource_id),
            "name": place.public_contact,
        }
    ]


def _attributes(place: PublicPlace) -> list[Json]:
    own, kinds, features = str(place.resource_id), resource_kinds(), resource_features()
    made = [_term(own, terms.KIND, kind, kinds.get(kind, kind)) for kind in place.kinds]
    made += [
        _term(own, terms.FEATURE, code, features[code].label if code in features else code)
        for code in place.features
    ]
    made.append(_attribute(own, "service", terms.CAPACITY, place.capacity_status))
    if place.schedule_note:
        made.append(_attribute(own, "service", terms.SCHEDULE_NOTE, place.schedule_note))
    if place.confidential_location:
        made.append(_attribute(own, "service", terms.CONFIDENTIAL, "yes"))
    if place.access and not place.place:
        made.append(_attribute(own, "service", terms.ACCESS, place.access))
    return made


def _attribute(link: str, entity: str, sort: str, value: str) -> Json:
    return {
        "id": made_id(link, sort, value),
        "link_id": link,
        "link_entity": entity,
        "link_type": sort,
        "value": value,
    }


def _term(link: str, taxonomy: str, code: str, label: str) -> Json:
    term = {
        "id": made_id(taxonomy, code),
        "code": code,
        "name": label,
        "description": label,
        "taxonomy": taxonomy,
    }
    return _attribute(link, "service", taxonomy, code) | {
        "taxonomy_term_id": term["id"],
        "taxonomy_term": term,
    }
