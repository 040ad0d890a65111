"""Candidates for a wish over HTTP, with reasons that can be read."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Ctx, Session
from chassis.writing import etag
from contracts.calendar import today
from services.participation.api.answers import CandidateList, candidate_list
from services.participation.api.door import (
    MAY_WRITE,
    STAFF,
    IfMatch,
    routes,
    same_version,
    unknown,
)
from services.participation.matching import Wish
from services.participation.resource import OLDEST
from services.participation.store.directory import resources_by_id
from services.participation.store.lookups import find_placement
from services.participation.store.matches import plain_wish, proposals_for, wish_of, write_wish
from services.participation.wish import WrittenWish

router = routes("候補 / candidates")

Keeper = Annotated[Principal, Depends(MAY_WRITE)]


@router.get("/candidates", dependencies=[Depends(STAFF)])
async def candidates(
    session: Session,
    kinds: Annotated[str, Query(max_length=500, description="comma separated")] = "",
    daily_area: str | None = None,
    age: Annotated[int | None, Query(ge=0, le=OLDEST)] = None,
) -> CandidateList:
    """The listed resources that suit a wish and can be asked, the best first."""
    wish = plain_wish([kind for kind in kinds.split(",") if kind], daily_area, today(), age=age)
    found = await proposals_for(session, wish)
    return candidate_list(found, await resources_by_id(session, [one.resource_id for one in found]))


@router.get("/placements/{placement_id}/candidates")
async def candidates_of_placement(
    placement_id: UUID, caller: Keeper, ctx: Ctx, session: Session
) -> CandidateList:
    """The same for a placement's wish, with all that was written of it."""
    placement = await find_placement(session, placement_id)
    if placement is None:
        raise unknown("placement", "参加支援")
    wish = await wish_of(session, ctx.vault, placement, today())
    found = await proposals_for(session, wish, placement_id)
    await audit(session, caller, "wish.read", "placement", str(placement_id))
    return candidate_list(found, await resources_by_id(session, [one.resource_id for one in found]))


@router.get("/placements/{placement_id}/wish")
async def wish_of_placement(
    placement_id: UUID, response: Response, caller: Keeper, ctx: Ctx, session: Session
) -> Wish:
    """What the person wishes for, brings and needs; each look at it is recorded."""
    placement = await find_placement(session, placement_id)
    if placement is None:
        raise unknown("placement", "参加支援")
    await audit(session, caller, "wish.read", "placement", str(placement_id))
    response.headers.update(etag(placement.wish_version))
    return await wish_of(session, ctx.vault, placement, today())


@router.put("/placements/{placement_id}/wish")
async def write_wish_of_placement(
    placement_id: UUID,
    sent: WrittenWish,
    response: Response,
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    if_match: IfMatch = None,
) -> Wish:
    """Write down what the person brings and needs. `If-Match` names the version that was read."""
    placement = await find_placement(session, placement_id, lock=True)
    if placement is None:
        raise unknown("placement", "参加支援")
    same_version(placement.wish_version, if_match)
    wish = plain_wish(placement.kinds, placement.daily_area, today(), **sent.model_dump())
    await write_wish(session, ctx.vault, placement, wish)
    await audit(session, caller, "wish.write", "placement", str(placement_id))
    response.headers.update(etag(placement.wish_version))
    return wish
