"""Placements over HTTP, to read. What people do to them goes through coordination."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from services.participation.api.answers import (
    DevelopmentRequestList,
    PlacementAnswer,
    PlacementList,
    development_row,
    placement_answer,
)
from services.participation.api.door import STAFF, page_end, routes, unknown
from services.participation.models import Placement
from services.participation.store.lookups import (
    development_requests,
    find_placement,
    placements_of_case,
    steps_of,
)
from services.participation.store.resources import resources_by_id

router = routes("参加支援 / placements")


@router.get("/placements", dependencies=[Depends(STAFF)])
async def placements(session: Session, case_id: UUID) -> PlacementList:
    """The placements of a case."""
    return PlacementList(
        placements=await _told(session, await placements_of_case(session, case_id))
    )


@router.get("/placements/{placement_id}", dependencies=[Depends(STAFF)])
async def placement(session: Session, placement_id: UUID) -> PlacementAnswer:
    """One placement, with every step of it."""
    found = await find_placement(session, placement_id)
    if found is None:
        raise unknown("placement", "参加支援")
    (told,) = await _told(session, [found])
    return told


@router.get("/development-requests", dependencies=[Depends(STAFF)])
async def requests_to_make_a_place(
    session: Session,
    status: Annotated[Literal["open", "met", "dropped"] | None, Query()] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DevelopmentRequestList:
    """資源開発依頼: the wishes for which a place is to be made."""
    rows = list(await development_requests(session, status=status, after=after, limit=limit + 1))
    return DevelopmentRequestList(
        development_requests=[development_row(row) for row in rows[:limit]],
        next=page_end(rows, limit, lambda row: row.request_id),
    )


async def _told(session: AsyncSession, found: Sequence[Placement]) -> list[PlacementAnswer]:
    steps = await steps_of(session, found)
    hosts = await resources_by_id(session, [p.resource_id for p in found if p.resource_id])
    return [
        placement_answer(
            one, steps[one.placement_id], hosts.get(one.resource_id) if one.resource_id else None
        )
        for one in found
    ]
