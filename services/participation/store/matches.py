"""A person's wish and the places weighed for it. Both stay in this service."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from contracts.catalogue import basic_area_of, steps_from
from services.participation.matching import Offer, Proposal, Wish, rank
from services.participation.models import DevelopmentRequest, Placement, Resource
from services.participation.resource import LISTED

VAULT_KIND = "placement"

OFFERS_WEIGHED = 1000
"""Places weighed for one wish at most: the nearest ones, where there are more."""

WEIGHED = (
    col(Resource.resource_id),
    col(Resource.kinds),
    col(Resource.daily_area),
    col(Resource.basic_area),
    col(Resource.min_age),
    col(Resource.max_age),
    col(Resource.capacity),
    col(Resource.held),
    col(Resource.capacity_status),
    col(Resource.check_due_on),
    col(Resource.features),
    col(Resource.weekdays),
    col(Resource.languages),
    col(Resource.fee_yen),
)
"""What of a place is weighed; `Offer` names the same."""


def plain_wish(kinds: Sequence[str], daily_area: str | None, on: date, **more: Any) -> Wish:
    """A wish as far as the workflow knows it, and whatever else is known."""
    basic_area = basic_area_of(daily_area) if daily_area else None
    return Wish(kinds=tuple(kinds), daily_area=daily_area, basic_area=basic_area, on=on, **more)


async def wish_of(session: AsyncSession, vault: Vault, placement: Placement, on: date) -> Wish:
    """The wish of a placement, with what was written of it here."""
    written: dict[str, Any] = {}
    if placement.wish is not None:
        opened = await vault.open(session, VAULT_KIND, placement.placement_id, placement.wish)
        if opened is not None:
            kept = Wish.model_validate_json(opened)
            written = kept.model_dump(exclude={"kinds", "daily_area", "basic_area", "on"})
    return plain_wish(placement.kinds, placement.daily_area, on, **written)


async def write_wish(session: AsyncSession, vault: Vault, placement: Placement, wish: Wish) -> None:
    """Keep what a person brings and needs, sealed; the caller holds the row's lock."""
    placement.wish = await vault.seal(
        session, VAULT_KIND, placement.placement_id, wish.model_dump_json()
    )
    placement.wish_version += 1
    await session.flush()


async def proposals_for(
    session: AsyncSession, wish: Wish, placement_id: UUID | None = None
) -> tuple[Proposal, ...]:
    """The listed places that suit a wish, ranked; a place made for it is known by its request."""
    made = await _made_for(session, placement_id) if placement_id else set()
    rows = select(*WEIGHED).where(
        col(Resource.status).in_(LISTED),
        col(Resource.capacity_status) != "waiting-list",
        or_(col(Resource.capacity).is_(None), col(Resource.held) < col(Resource.capacity)),
    )
    if wish.kinds:
        wanted = col(Resource.kinds).bool_op("&&")(list(wish.kinds))
        rows = rows.where(or_(wanted, col(Resource.resource_id).in_(made)) if made else wanted)
    rows = rows.order_by(*_nearest(wish), col(Resource.resource_id)).limit(OFFERS_WEIGHED)
    offers = [
        # Nothing to validate: the rows are our own.
        Offer.model_construct(**row, made_for_it=row["resource_id"] in made)
        for row in (await session.execute(rows)).mappings()
    ]
    return rank(wish, offers)


async def rank_of(
    session: AsyncSession, vault: Vault, placement_id: UUID, resource_id: UUID, on: date
) -> int | None:
    """Which of the candidates a host is, from 1; None if it is none of them."""
    placement = await session.get(Placement, placement_id)
    if placement is None:
        return None
    wish = await wish_of(session, vault, placement, on)
    found = [one.resource_id for one in await proposals_for(session, wish, placement_id)]
    return found.index(resource_id) + 1 if resource_id in found else None


def _nearest(wish: Wish) -> list[Any]:
    if wish.daily_area is None or not (steps := steps_from(wish.daily_area)):
        return []
    distances = [(col(Resource.daily_area) == area, count) for area, count in steps.items()]
    return [case(*distances, else_=len(steps))]


async def _made_for(session: AsyncSession, placement_id: UUID) -> set[UUID]:
    rows = select(col(DevelopmentRequest.resource_id)).where(
        col(DevelopmentRequest.placement_id) == placement_id,
        col(DevelopmentRequest.resource_id).is_not(None),
    )
    return {found for found in await session.scalars(rows) if found is not None}
