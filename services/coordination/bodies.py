"""The two meetings as bodies: who organises, who chairs, how many must come (process A3).

The 多機関協働事業者 (the 調整担当 of a 地域福祉課) organises the 重層的支援会議, the ward itself
the 支援会議. The ward chairs both. No law says how many must come: the share is a setting of the
body, in `data/meeting_bodies.json`.
"""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from chassis.auth import Principal
from contracts import catalogue
from contracts.message import Message

DATA = files("services.coordination") / "data"

WARD, SUPERVISOR = "ward", "supervisor"
"""Roles of agencies in the catalogue."""


class Body(Message):
    """One kind of meeting, by its legal basis."""

    label: str
    organised_by: tuple[str, ...]
    """Roles of the login token that may call it."""
    organiser_label: str
    quorum_percent: int
    """Of the invited members, supervisors not counted, at least so many per cent must come."""
    most_attendees: int
    """More than this is pointed out: for a 支援会議 the fewest that are needed."""
    hint: str


@cache
def bodies() -> dict[str, Body]:
    told = json.loads((DATA / "meeting_bodies.json").read_text("utf-8"))
    return {basis: Body.model_validate(body) for basis, body in told.items()}


def may_organise(principal: Principal, basis: str, on: date) -> bool:
    """Whether a caller may call and lead a meeting. Staff of a division are the ward too."""
    body = bodies()[basis]
    if principal.has(*body.organised_by):
        return True
    agency = catalogue.agencies(on).get(principal.agency or "")
    is_ward = agency is not None and agency.role == WARD
    return WARD in body.organised_by and is_ward and principal.has("coordinator")


def may_chair(agency: str, on: date) -> bool:
    """The ward chairs: one of its divisions."""
    found = catalogue.agencies(on).get(agency)
    return found is not None and found.role == WARD


def seat_role(agency: str, on: date) -> str:
    """What an agency sits as: supervisor (学識者・法律) or member."""
    found = catalogue.agencies(on).get(agency)
    return SUPERVISOR if found is not None and found.role == SUPERVISOR else "member"


def without_access(agencies: Iterable[str], on: date) -> list[str]:
    """Those that cannot be invited to a meeting of a day: not registered, or not there then."""
    known = catalogue.agencies(on)
    return sorted(
        code for code in set(agencies) if code not in known or known[code].access == "none"
    )


def members(agencies: Iterable[str], on: date) -> frozenset[str]:
    """Those that count: supervisors advise, and are no members."""
    return frozenset(code for code in agencies if seat_role(code, on) != SUPERVISOR)


def quorum(basis: str, invited: Iterable[str], on: date) -> int:
    """How many of the invited members must come: the share of the body, rounded up."""
    return -(-len(members(invited, on)) * bodies()[basis].quorum_percent // 100)


def came(present: Iterable[str], invited: Iterable[str], on: date) -> int:
    """How many of the present count towards the quorum: invited members."""
    return len(members(invited, on) & set(present))
