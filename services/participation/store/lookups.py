"""Placements and requests to make a place, as screens ask for them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.participation.models import DevelopmentRequest, Placement
from services.participation.models import PlacementStep as StepRow


async def find_placement(
    session: AsyncSession, placement_id: UUID, *, lock: bool = False
) -> Placement | None:
    return await session.get(
        Placement, placement_id, with_for_update={"key_share": True} if lock else None
    )


async def placements_of_case(session: AsyncSession, case_id: UUID) -> Sequence[Placement]:
    found = await session.execute(
        select(Placement)
        .where(col(Placement.case_id) == case_id)
        .order_by(col(Placement.placement_id))
    )
    return found.scalars().all()


async def steps_of(
    session: AsyncSession, placements: Sequence[Placement]
) -> dict[UUID, list[StepRow]]:
    """The steps of placements, in their order."""
    ids = [placement.placement_id for placement in placements]
    found = await session.execute(
        select(StepRow)
        .where(col(StepRow.placement_id).in_(ids))
        .order_by(col(StepRow.placement_id), col(StepRow.number))
    )
    steps: dict[UUID, list[StepRow]] = {placement_id: [] for placement_id in ids}
    for step in found.scalars():
        steps[step.placement_id].append(step)
    return steps


async def development_requests(
    session: AsyncSession, *, status: str | None, after: UUID | None, limit: int
) -> Sequence[DevelopmentRequest]:
    rows = select(DevelopmentRequest)
    if status is not None:
        rows = rows.where(col(DevelopmentRequest.status) == status)
    if after is not None:
        rows = rows.where(col(DevelopmentRequest.request_id) > after)
    found = await session.execute(rows.order_by(col(DevelopmentRequest.request_id)).limit(limit))
    return found.scalars().all()
