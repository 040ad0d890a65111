"""The directory of resources: entered, corrected, listed, assured, taken off the list."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from chassis.vault import Vault
from contracts.events import new_id
from contracts.events.participation import ResourcePublished, ResourceWithdrawn
from services.participation.matching import ASSURANCE_LASTS, Offer, Wish
from services.participation.models import Resource
from services.participation.resource import STALE, ResourceFields, Status, search_key, with_areas

VAULT_KIND = "resource"

OFFERS_LOOKED_AT = 500
"""Places weighed for one wish at most: the nearest ones, where there are more."""

PRIVATE = frozenset({"contact", "place"})


async def find_resource(
    session: AsyncSession, resource_id: UUID, *, lock: bool = False
) -> Resource | None:
    found = select(Resource).where(col(Resource.resource_id) == resource_id)
    if lock:
        found = found.with_for_update()
    return (await session.execute(found)).scalar_one_or_none()


async def enter_resource(
    session: AsyncSession, vault: Vault, fields: ResourceFields, by: str, now: datetime
) -> Resource:
    """Put a draft in the directory."""
    resource = Resource(
        resource_id=new_id(),
        held=0,
        status=Status.DRAFT,
        assured_on=None,
        assured_by=None,
        withdrawal_reason=None,
        version=1,
        created_at=now,
        created_by=by,
        updated_at=now,
        place=None,
        sealed=None,
        search_key="",
        **with_areas(fields.model_dump(include=set(ResourceFields.model_fields) - PRIVATE)),
    )
    await _write(session, vault, resource, {"contact": fields.contact, "place": fields.place})
    session.add(resource)
    await session.flush()
    return resource


async def current_fields(session: AsyncSession, vault: Vault, resource: Resource) -> dict[str, Any]:
    """What is written about a resource now, private fields included."""
    stored = resource.model_dump(include=set(ResourceFields.model_fields) - PRIVATE)
    return stored | await private_of(session, vault, resource)


async def correct_resource(
    session: AsyncSession, vault: Vault, resource: Resource, fields: ResourceFields, now: datetime
) -> None:
    """Write all fields anew; the caller holds the row's lock and has compared the version.

    Raises ValueError if the capacity falls below the places that are held.
    """
    if fields.capacity is not None and fields.capacity < resource.held:
        raise ValueError("more places are held than the new capacity has")
    told = with_areas(fields.model_dump(include=set(ResourceFields.model_fields) - PRIVATE))
    for name, value in told.items():
        setattr(resource, name, value)
    await _write(session, vault, resource, {"contact": fields.contact, "place": fields.place})
    _changed(resource, now)


async def publish_resource(
    session: AsyncSession, resource: Resource, by: str, today: date, now: datetime
) -> None:
    """List a resource: it counts in the stock from today. Listed already: nothing happens."""
    if resource.status == Status.PUBLISHED:
        return
    resource.status, resource.withdrawal_reason = Status.PUBLISHED, None
    assure_resource(resource, by, today, now)
    await emit(
        session,
        ResourcePublished(
            resource_id=resource.resource_id, on=today, basic_area=resource.basic_area
        ),
    )


async def withdraw_resource(
    session: AsyncSession, resource: Resource, reason: str, today: date, now: datetime
) -> None:
    """Take a resource off the list; those who are there stay. Off already: nothing happens."""
    if resource.status == Status.WITHDRAWN:
        return
    resource.status, resource.withdrawal_reason = Status.WITHDRAWN, reason
    _changed(resource, now)
    await emit(
        session,
        ResourceWithdrawn(
            resource_id=resource.resource_id, on=today, basic_area=resource.basic_area
        ),
    )


def assure_resource(resource: Resource, by: str, today: date, now: datetime) -> None:
    """Somebody made sure that all that is listed is still so."""
    resource.assured_on, resource.assured_by = today, by
    _changed(resource, now)


async def private_of(
    session: AsyncSession, vault: Vault, resource: Resource
) -> dict[str, str | None]:
    """The contact and the place of a resource."""
    told: dict[str, str | None] = {"contact": None, "place": resource.place}
    if resource.sealed is not None:
        opened = await vault.open(session, VAULT_KIND, resource.resource_id, resource.sealed)
        told |= json.loads(opened) if opened is not None else {}
    return told


async def list_resources(
    session: AsyncSession,
    *,
    today: date,
    status: str | None = None,
    kind: str | None = None,
    basic_area: str | None = None,
    daily_area: str | None = None,
    words: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[Resource]:
    """The resources that pass every filter, in the order in which they were entered."""
    rows = select(Resource)
    if status is not None:
        rows = rows.where(*_in_status(status, today))
    if kind is not None:
        rows = rows.where(col(Resource.kinds).bool_op("@>")([kind]))
    if basic_area is not None:
        rows = rows.where(col(Resource.basic_area) == basic_area)
    if daily_area is not None:
        rows = rows.where(col(Resource.daily_area) == daily_area)
    for word in search_key(words or "").split():
        rows = rows.where(col(Resource.search_key).contains(word, autoescape=True))
    if after is not None:
        rows = rows.where(col(Resource.resource_id) > after)
    found = await session.execute(rows.order_by(col(Resource.resource_id)).limit(limit))
    return found.scalars().all()


async def offers_for(session: AsyncSession, wish: Wish) -> list[Offer]:
    """The listed places with a wished-for kind, the nearest where there are very many."""
    rows = select(Resource).where(col(Resource.status) == Status.PUBLISHED)
    if wish.kinds:
        rows = rows.where(col(Resource.kinds).bool_op("&&")(list(wish.kinds)))
    nearest = [
        column.is_not_distinct_from(area).desc()
        for column, area in (
            (col(Resource.daily_area), wish.daily_area),
            (col(Resource.basic_area), wish.basic_area),
        )
        if area is not None
    ]
    rows = rows.order_by(*nearest, col(Resource.resource_id)).limit(OFFERS_LOOKED_AT)
    found = (await session.execute(rows)).scalars()
    return [Offer.model_validate(row, from_attributes=True) for row in found]


async def resources_by_id(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Resource]:
    found = await session.execute(select(Resource).where(col(Resource.resource_id).in_(ids)))
    return {resource.resource_id: resource for resource in found.scalars()}


async def _write(
    session: AsyncSession, vault: Vault, resource: Resource, private: dict[str, str | None]
) -> None:
    """Keep what is private sealed, and the search key in step."""
    if not resource.confidential_location:
        resource.place = private.pop("place")
    else:
        resource.place = None
    kept = json.dumps(private, ensure_ascii=False) if any(private.values()) else None
    resource.sealed = (
        None if kept is None else await vault.seal(session, VAULT_KIND, resource.resource_id, kept)
    )
    resource.search_key = search_key(resource.name, resource.organiser, resource.description)


def _changed(resource: Resource, now: datetime) -> None:
    resource.version += 1
    resource.updated_at = now


def _in_status(status: str, today: date) -> list[Any]:
    if status != STALE:
        return [col(Resource.status) == status]
    return [
        col(Resource.status) == Status.PUBLISHED,
        col(Resource.assured_on) < today - ASSURANCE_LASTS,
    ]
