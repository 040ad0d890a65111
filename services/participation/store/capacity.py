"""The places of a host: taken up, given back, waited for, offered. Never more than there are.

Who changes anything about a host's places locks the host's row first, so that a place that comes
free is offered to whoever waits longest in the transaction that frees it; nobody slips in between.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.calendar import tokyo_date
from contracts.events.participation import PlaceOffered
from services.participation.models import Hold, Placement, Resource, Waiting
from services.participation.resource import LISTED


class HostError(Exception):
    """The host cannot take the person."""


class ResourceFullError(HostError):
    """Every place of the host is held, or it said that it has none."""


class ResourceUnknownError(HostError):
    """There is no such host, or it is not listed."""


async def lock_hosts(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Resource]:
    """Lock hosts for the rest of the transaction, in one order, so that nobody waits in a ring."""
    found = await session.scalars(
        select(Resource)
        .where(col(Resource.resource_id).in_(set(ids)))
        .order_by(col(Resource.resource_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {host.resource_id: host for host in found}


async def hosts_of(session: AsyncSession, placement_id: UUID) -> set[UUID]:
    """The hosts at which a placement holds a place or waits for one."""
    held = select(col(Hold.resource_id)).where(col(Hold.placement_id) == placement_id)
    waits = select(col(Waiting.resource_id)).where(col(Waiting.placement_id) == placement_id)
    return set(await session.scalars(held.union(waits)))


async def hold_place(
    session: AsyncSession,
    placement_id: UUID,
    host_id: UUID | None,
    hosts: dict[UUID, Resource],
    at: datetime,
) -> None:
    """Take up a place at the host, unless the placement has one there already.

    Raises ResourceUnknownError or ResourceFullError.
    """
    host = hosts.get(host_id) if host_id else None
    if host is None:
        raise ResourceUnknownError
    here = await session.get(Hold, placement_id)
    if here is not None and here.resource_id == host.resource_id:
        await _stop_waiting(session, placement_id)
        return
    await leave_hosts(session, placement_id, hosts, at)
    if host.status not in LISTED:
        raise ResourceUnknownError
    if not has_free_place(host):
        raise ResourceFullError
    await _take(session, placement_id, host, at)


async def wait_for_place(
    session: AsyncSession,
    placement_id: UUID,
    host_id: UUID | None,
    hosts: dict[UUID, Resource],
    at: datetime,
) -> None:
    """Join the end of a host's waiting list. Raises ResourceUnknownError."""
    host = hosts.get(host_id) if host_id else None
    if host is None or host.status not in LISTED:
        raise ResourceUnknownError
    await leave_hosts(session, placement_id, hosts, at)
    session.add(
        Waiting(placement_id=placement_id, resource_id=host.resource_id, since=at, offered_at=None)
    )
    await session.flush()
    await offer_free_places(session, host, at)


async def leave_hosts(
    session: AsyncSession, placement_id: UUID, hosts: dict[UUID, Resource], at: datetime
) -> None:
    """Give back what a placement holds and leave what it waits for; whoever is next is offered."""
    await _stop_waiting(session, placement_id)
    given = await session.scalar(
        delete(Hold).where(col(Hold.placement_id) == placement_id).returning(col(Hold.resource_id))
    )
    if given is not None:
        host = hosts[given]
        host.held -= 1
        await session.flush()
        await offer_free_places(session, host, at)


async def offer_free_places(session: AsyncSession, host: Resource, at: datetime) -> None:
    """Hold every free place of a locked host for those who wait longest, and tell of it."""
    while host.status in LISTED and has_free_place(host):
        waiting = await session.scalar(
            select(Waiting)
            .where(col(Waiting.resource_id) == host.resource_id, col(Waiting.offered_at).is_(None))
            .order_by(col(Waiting.since), col(Waiting.placement_id))
            .limit(1)
        )
        if waiting is None:
            return
        waiting.offered_at = at
        await _take(session, waiting.placement_id, host, at)
        placement = await session.get_one(Placement, waiting.placement_id)
        await emit(
            session,
            PlaceOffered(
                case_id=placement.case_id,
                placement_id=placement.placement_id,
                resource_id=host.resource_id,
                on=tokyo_date(at),
                basic_area=host.basic_area,
            ),
        )


def has_free_place(host: Resource) -> bool:
    room = host.capacity is None or host.held < host.capacity
    return room and host.capacity_status != "waiting-list"


async def _take(session: AsyncSession, placement_id: UUID, host: Resource, at: datetime) -> None:
    host.held += 1
    session.add(Hold(placement_id=placement_id, resource_id=host.resource_id, held_at=at))
    await session.flush()


async def _stop_waiting(session: AsyncSession, placement_id: UUID) -> None:
    await session.execute(delete(Waiting).where(col(Waiting.placement_id) == placement_id))
