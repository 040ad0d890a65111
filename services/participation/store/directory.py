"""The directory, read: lists, searches, what is to be made sure of, what is like something new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from contracts.calendar import today
from contracts.catalogue import areas, steps_from
from contracts.policies import Policy
from services.participation.listing import POLICY, moved
from services.participation.models import Resource, ResourceChange, ResourcePhoto
from services.participation.resource import LISTED
from services.participation.search import fold, wanted, words

ALIKE = 88
"""From so many per cent on two names in one area are shown as perhaps the same (rapidfuzz)."""
MOST_ALIKE = 5


@dataclass(frozen=True)
class Search:
    """What somebody looks for among the listed places. Every part narrows it."""

    asked: str = ""
    kind: str | None = None
    area: str | None = None
    """A 基本圏域 or a 日常生活圏域."""
    near: str | None = None
    """A 日常生活圏域: the nearest first."""
    within: int | None = None
    """At most so many areas away from `near`."""
    weekday: str | None = None
    age: int | None = None
    feature: str | None = None
    free: bool = False
    """Only what costs nothing."""


async def search_listed(
    session: AsyncSession, search: Search, *, limit: int, offset: int
) -> tuple[list[Resource], int]:
    """Listed places, the name's matches first, then the nearest, then by name; and how many."""
    asked = words(search.asked)
    rows = _narrowed(
        select(col(Resource.resource_id), func.count().over()), search, asked
    ).order_by(*_order(search, asked))
    found = (await session.execute(rows.limit(limit).offset(offset))).all()
    by_id = await resources_by_id(session, [row[0] for row in found])
    return [by_id[row[0]] for row in found], int(found[0][1]) if found else 0


def _narrowed(rows: Select[Any], search: Search, asked: list[str]) -> Select[Any]:
    rows = rows.where(col(Resource.status).in_(LISTED), *said_in(asked))
    if search.kind:
        rows = rows.where(col(Resource.kinds).bool_op("@>")([search.kind]))
    if search.feature:
        rows = rows.where(col(Resource.features).bool_op("@>")([search.feature]))
    if search.weekday:
        rows = rows.where(col(Resource.weekdays).bool_op("@>")([search.weekday]))
    if search.area:
        rows = rows.where(_in_area(search.area))
    if search.near and search.within is not None:
        near = [area for area, steps in steps_from(search.near).items() if steps <= search.within]
        rows = rows.where(_open_place(), col(Resource.daily_area).in_(near))
    if search.age is not None:
        rows = rows.where(
            or_(col(Resource.min_age).is_(None), col(Resource.min_age) <= search.age),
            or_(col(Resource.max_age).is_(None), col(Resource.max_age) >= search.age),
        )
    if search.free:
        rows = rows.where(col(Resource.fee_yen) == 0)
    return rows


def _order(search: Search, asked: list[str]) -> list[Any]:
    order: list[Any] = []
    if asked:
        in_name = [col(Resource.name_key).contains(word, autoescape=True) for word in asked]
        order.append(case((in_name[0] if len(in_name) == 1 else or_(*in_name), 0), else_=1))
    if search.near and (steps := steps_from(search.near)):
        away = case(
            (~_open_place(), len(steps)),
            *((col(Resource.daily_area) == area, count) for area, count in steps.items()),
            else_=len(steps),
        )
        order.append(away)
    return [*order, col(Resource.kana), col(Resource.name), col(Resource.resource_id)]


def _open_place() -> Any:
    """A confidential place is never found by its area: that would narrow down where it is."""
    return col(Resource.confidential_location).is_(False)


def _in_area(area: str) -> Any:
    if any(known.basic_area == area for known in areas()):
        return col(Resource.basic_area) == area
    return (col(Resource.daily_area) == area) & _open_place()


def said_in(asked: list[str]) -> list[Any]:
    """The conditions that all words are in a search key: the index first, then the text itself."""
    conditions: list[Any] = []
    for word in asked:
        conditions.append(col(Resource.grams).bool_op("@>")(wanted(word)))
        if len(word) > 2:
            conditions.append(col(Resource.search_key).contains(word, autoescape=True))
    return conditions


async def list_resources(
    session: AsyncSession,
    *,
    status: str | None = None,
    kind: str | None = None,
    basic_area: str | None = None,
    daily_area: str | None = None,
    words_asked: str = "",
    listed_only: bool = False,
    after: UUID | None = None,
    limit: int,
) -> Sequence[Resource]:
    """The resources that pass every filter, in the order in which they were entered."""
    rows = select(Resource).where(*said_in(words(words_asked)))
    if listed_only:
        rows = rows.where(col(Resource.status).in_(LISTED))
    if status is not None:
        rows = rows.where(col(Resource.status) == status)
    if kind is not None:
        rows = rows.where(col(Resource.kinds).bool_op("@>")([kind]))
    if basic_area is not None:
        rows = rows.where(col(Resource.basic_area) == basic_area)
    if daily_area is not None:
        rows = rows.where(col(Resource.daily_area) == daily_area)
    if after is not None:
        rows = rows.where(col(Resource.resource_id) > after)
    found = await session.execute(rows.order_by(col(Resource.resource_id)).limit(limit))
    return found.scalars().all()


async def to_make_sure_of(
    session: AsyncSession,
    on: date | None = None,
    *,
    basic_area: str | None = None,
    limit: int,
    policy: Policy = POLICY,
) -> Sequence[Resource]:
    """Listed places that are stale or will be within `resource_check_notice`, the oldest first."""
    until = moved(on or today(), policy.resource_check_notice)
    rows = select(Resource).where(
        col(Resource.status).in_(LISTED), col(Resource.check_due_on) <= until
    )
    if basic_area is not None:
        rows = rows.where(col(Resource.basic_area) == basic_area)
    order = (col(Resource.check_due_on), col(Resource.resource_id))
    return (await session.scalars(rows.order_by(*order).limit(limit))).all()


async def resources_by_id(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Resource]:
    found = await session.execute(select(Resource).where(col(Resource.resource_id).in_(ids)))
    return {resource.resource_id: resource for resource in found.scalars()}


async def alike(
    session: AsyncSession, name: str, organiser: str, daily_area: str | None
) -> list[Resource]:
    """Entries that may be the same place: the same name, or nearly, in the same area."""
    key = fold(name)
    rows = select(
        col(Resource.resource_id),
        col(Resource.name_key),
        col(Resource.daily_area),
        col(Resource.organiser),
    ).where(col(Resource.status) != "withdrawn")
    near = col(Resource.daily_area).is_not_distinct_from(daily_area)
    found = await session.execute(rows.where(or_(col(Resource.name_key) == key, near)))
    scored: list[tuple[float, UUID]] = []
    for row in found:
        same_place = row.daily_area == daily_area or fold(row.organiser) == fold(organiser)
        likeness = fuzz.ratio(row.name_key, key)
        if same_place and likeness >= ALIKE:
            scored.append((-likeness, row.resource_id))
    best = [resource_id for _, resource_id in sorted(scored)[:MOST_ALIKE]]
    by_id = await resources_by_id(session, best)
    return [by_id[resource_id] for resource_id in best]


async def history_of(session: AsyncSession, resource_id: UUID) -> Sequence[ResourceChange]:
    """Every change of a listing, the latest first."""
    rows = select(ResourceChange).where(col(ResourceChange.resource_id) == resource_id)
    return (await session.scalars(rows.order_by(col(ResourceChange.version).desc()))).all()


async def photos_of(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[ResourcePhoto]]:
    """The photos of places, without what they show, in the order in which they were added."""
    rows = (
        select(ResourcePhoto)
        .where(col(ResourcePhoto.resource_id).in_(ids))
        .order_by(col(ResourcePhoto.photo_id))
    )
    found: dict[UUID, list[ResourcePhoto]] = {resource_id: [] for resource_id in ids}
    for photo in await session.scalars(rows.options(_without_content())):
        found[photo.resource_id].append(photo)
    return found


def _without_content() -> Any:
    return defer(ResourcePhoto.content)  # type: ignore[arg-type]
