"""Filling in whatever form an act has, from what the API says of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from hypothesis import find
from hypothesis import strategies as st

from contracts.calendar import today

MARK = "ZZPLANTEDZZ"
"""Stands in every private text; it is never to be seen outside the database of the service."""

AGENCIES = ("jobota", "sapota", "houkatsu")
WARD = "fukushi-kanri"
DAYS_AHEAD = {"ends_on": 180, "expires_on": 400}
ROLES = [{"agency": "jobota", "role": "lead"}, {"agency": "sapota", "role": "support"}]
NEVER = frozenset({"recipients", "into_case_id", "form_version"})
"""Fields left alone: what they mean is beyond the case at hand."""


def plainest(strategy: st.SearchStrategy[Any]) -> Any:
    """What stands in place of a draw where a way is given: the simplest that there is."""
    return find(strategy, lambda _: True)


def filled(
    draw: Any, act: dict[str, Any], now: datetime, also: Collection[str] = ()
) -> dict[str, Any]:
    """The body of an act that a person might post; some fields are surely filled in."""
    body: dict[str, Any] = {"act": act["act"]}
    for field in act["fields"]:
        if field["name"] in NEVER and not field["required"]:
            continue
        needed = field["required"] or field["name"] in also
        if not needed and not draw(st.booleans()):
            continue
        value = _value(draw, field, now)
        if value is not None:
            body[field["name"]] = value
    return body


def _value(draw: Any, field: dict[str, Any], now: datetime) -> Any:
    offered = [choice["value"] for choice in field["choices"]]
    match field["type"]:
        case "text":
            return f"{MARK} {field['name']}"
        case "agency":
            return draw(st.sampled_from(AGENCIES))
        case "agencies":
            some = list(AGENCIES[: draw(st.integers(max(2, field["min_items"]), 3))])
            # The ward chairs a 支援会議, and so sits in it.
            return [*some, WARD] if field["name"] == "attendees" and WARD in offered else some
        case "roles":
            return ROLES
        case "yes-no":
            return draw(st.booleans())
        case "date":
            return (today() + timedelta(days=DAYS_AHEAD.get(field["name"], 0))).isoformat()
        case "datetime":
            return (now + timedelta(days=draw(st.integers(1, 40)))).isoformat()
        case "choices" | "codes" if offered:
            return draw(st.lists(st.sampled_from(offered), min_size=1, max_size=2, unique=True))
        case "choice" | "person" | "code" if offered:
            return draw(st.sampled_from(offered))
        case "codes":
            return ["debt"]
        case "code":
            return "other"
        case "uuid":
            return "00000000-0000-4000-8000-000000000001"
        case _:
            return None
