"""The directory's listings: entered, corrected, listed, assured, aged, taken off the list."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from chassis.vault import Vault
from contracts.catalogue import resource_kinds
from contracts.events import new_id
from contracts.events.participation import ResourcePublished, ResourceWithdrawn
from services.participation.listing import check_due
from services.participation.models import Resource, ResourceChange
from services.participation.opening import weekdays
from services.participation.resource import LISTED, ResourceFields, Status, with_areas
from services.participation.search import fold, grams, search_key
from services.participation.store.capacity import offer_free_places

VAULT_KIND = "resource"

PRIVATE = frozenset({"contact", "place"})
HIDDEN = "(非公開)"
"""Stands in the history for a value that is private."""

SYSTEM = "system"
"""Who changed what nobody changed: a date that passed."""

EMPTY: tuple[Any, ...] = (None, "", [])

AGED_AT_ONCE = 500


async def find_resource(
    session: AsyncSession, resource_id: UUID, *, lock: bool = False
) -> Resource | None:
    found = select(Resource).where(col(Resource.resource_id) == resource_id)
    if lock:
        found = found.with_for_update()
    return (await session.execute(found)).scalar_one_or_none()


async def enter_resource(
    session: AsyncSession,
    vault: Vault,
    fields: ResourceFields,
    by: str,
    now: datetime,
    *,
    resource_id: UUID | None = None,
    action: str = "entered",
) -> Resource:
    """Put a draft in the directory."""
    resource = Resource(
        resource_id=resource_id or new_id(),
        held=0,
        status=Status.DRAFT,
        assured_on=None,
        assured_by=None,
        check_due_on=None,
        withdrawal_reason=None,
        place=None,
        sealed=None,
        version=0,
        created_at=now,
        created_by=by,
        updated_at=now,
        search_key="",
        name_key="",
        grams=[],
        weekdays=[],
        **_public(fields),
    )
    session.add(resource)
    await _write(session, vault, resource, fields)
    await note_change(session, resource, by, now, action)
    return resource


async def current_fields(session: AsyncSession, vault: Vault, resource: Resource) -> dict[str, Any]:
    """What is written about a resource now, private fields included."""
    stored = resource.model_dump(include=set(ResourceFields.model_fields) - PRIVATE)
    return stored | await private_of(session, vault, resource)


async def correct_resource(
    session: AsyncSession,
    vault: Vault,
    resource: Resource,
    fields: ResourceFields,
    by: str,
    now: datetime,
    *,
    action: str = "corrected",
) -> bool:
    """Write all fields anew; whether anything is different. The caller holds the row's lock.

    Raises ValueError if the capacity falls below the places that are held.
    """
    if fields.capacity is not None and fields.capacity < resource.held:
        raise ValueError("more places are held than the new capacity has")
    before = await current_fields(session, vault, resource)
    told = _public(fields)
    after = told | {"contact": fields.contact, "place": fields.place}
    secret = resource.confidential_location or fields.confidential_location
    changes = _changes(before, after, secret)
    if not changes:
        return False
    for name, value in told.items():
        setattr(resource, name, value)
    await _write(session, vault, resource, fields)
    await note_change(session, resource, by, now, action, changes)
    await offer_free_places(session, resource, now)
    return True


async def publish_resource(
    session: AsyncSession, resource: Resource, by: str, today: date, now: datetime
) -> None:
    """List a resource: it counts in the stock from today. Listed already: nothing happens."""
    if resource.status in LISTED:
        return
    resource.status, resource.withdrawal_reason = Status.PUBLISHED, None
    _assured(resource, by, today)
    await note_change(session, resource, by, now, "published")
    await emit(
        session,
        ResourcePublished(
            resource_id=resource.resource_id, on=today, basic_area=resource.basic_area
        ),
    )
    await offer_free_places(session, resource, now)


async def withdraw_resource(
    session: AsyncSession, resource: Resource, reason: str, by: str, today: date, now: datetime
) -> None:
    """Take a resource off the list; those who are there stay. Off already: nothing happens."""
    if resource.status == Status.WITHDRAWN:
        return
    resource.status, resource.withdrawal_reason = Status.WITHDRAWN, reason
    resource.check_due_on = None
    await note_change(session, resource, by, now, "withdrawn", {"reason": [None, reason]})
    await emit(
        session,
        ResourceWithdrawn(
            resource_id=resource.resource_id, on=today, basic_area=resource.basic_area
        ),
    )


async def assure_resource(
    session: AsyncSession, resource: Resource, by: str, today: date, now: datetime
) -> None:
    """Somebody made sure that all that is listed is still so; a stale listing is fresh again."""
    resource.status = Status.PUBLISHED
    _assured(resource, by, today)
    await note_change(session, resource, by, now, "assured")


async def age_listings(session: AsyncSession, today: date, now: datetime) -> int:
    """Turn listings stale that nobody made sure of in time. How many; at most AGED_AT_ONCE."""
    due = await session.scalars(
        select(Resource)
        .where(
            col(Resource.status) == Status.PUBLISHED,
            col(Resource.check_due_on) < today,
        )
        .order_by(col(Resource.resource_id))
        .limit(AGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    aged = due.all()
    for resource in aged:
        resource.status = Status.STALE
        await note_change(session, resource, SYSTEM, now, "turned-stale")
    return len(aged)


async def private_of(
    session: AsyncSession, vault: Vault, resource: Resource
) -> dict[str, str | None]:
    """The contact and the place of a resource."""
    told: dict[str, str | None] = {"contact": None, "place": resource.place}
    if resource.sealed is not None:
        opened = await vault.open(session, VAULT_KIND, resource.resource_id, resource.sealed)
        told |= json.loads(opened) if opened is not None else {}
    return told


async def note_change(
    session: AsyncSession,
    resource: Resource,
    by: str,
    now: datetime,
    action: str,
    fields: Mapping[str, Any] | None = None,
) -> None:
    """Count a change of the listing, and keep who made it."""
    resource.version += 1
    resource.updated_at = now
    await session.flush()
    session.add(
        ResourceChange(
            resource_id=resource.resource_id,
            version=resource.version,
            at=now,
            by=by,
            action=action,
            fields=dict(fields or {}),
        )
    )
    await session.flush()


def _public(fields: ResourceFields) -> dict[str, Any]:
    told = fields.model_dump(include=set(ResourceFields.model_fields) - PRIVATE)
    return with_areas(told | {"openings": [one.model_dump(mode="json") for one in fields.openings]})


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], secret_place: bool
) -> dict[str, list[Any]]:
    changed = {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value and not (before.get(name) in EMPTY and value in EMPTY)
    }
    for name in PRIVATE & set(changed):
        if name == "contact" or secret_place:
            changed[name] = [HIDDEN, HIDDEN]
    return changed


async def _write(
    session: AsyncSession, vault: Vault, resource: Resource, fields: ResourceFields
) -> None:
    """Keep what is private sealed, and what is worked out from the rest in step."""
    secret = fields.confidential_location
    resource.place = None if secret else fields.place
    private = {"contact": fields.contact} | ({"place": fields.place} if secret else {})
    resource.sealed = None
    if any(private.values()):
        kept = json.dumps(private, ensure_ascii=False)
        resource.sealed = await vault.seal(session, VAULT_KIND, resource.resource_id, kept)
    resource.weekdays = weekdays(fields.openings)
    labels = resource_kinds()
    resource.name_key = fold(fields.name)
    resource.search_key = search_key(
        *(fields.name, fields.kana, fields.organiser, fields.description, fields.eligibility),
        *("" if secret else text for text in (fields.place or "", fields.access)),
        *(labels[kind] for kind in fields.kinds),
        fields.schedule_note,
    )
    resource.grams = grams(resource.search_key)


def _assured(resource: Resource, by: str, today: date) -> None:
    resource.assured_on, resource.assured_by = today, by
    resource.check_due_on = check_due(today)
