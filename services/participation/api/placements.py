"""Placements over HTTP, to read. What people do to them goes through coordination."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from chassis.problems import Problem
from contracts.calendar import today
from services.participation.api.answers import (
    DevelopmentAnswer,
    DevelopmentRequestList,
    DevelopmentRequestRow,
    PlacementAnswer,
    PlacementList,
    development_row,
    placement_answer,
)
from services.participation.api.door import STAFF, page_end, routes, unknown
from services.participation.api.writing import Write
from services.participation.models import Placement
from services.participation.store.capacity import ResourceUnknownError
from services.participation.store.developments import (
    answer_request,
    count_requests,
    lock_request,
)
from services.participation.store.directory import resources_by_id
from services.participation.store.lookups import (
    development_requests,
    find_placement,
    placements_of_case,
    steps_of,
)

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
        counts=await count_requests(session),
        next=page_end(rows, limit, lambda row: row.request_id),
    )


@router.post("/development-requests/{request_id}/answer", response_model=DevelopmentRequestRow)
async def answer(
    request_id: UUID,
    sent: DevelopmentAnswer,
    write: Write,
) -> JSONResponse:
    """Answer a request with a place that was made or found, or say why there will be none.

    The person who waits for it is matched again.
    """

    async def act() -> DevelopmentRequestRow:
        found = await lock_request(write.session, request_id)
        if found is None:
            raise unknown("development-request", "資源開発依頼")
        if found.status != "open":
            raise Problem(
                409,
                "request-closed",
                ja="この資源開発依頼には回答済みです",
                en="This request is closed already",
                request_status=found.status,
            )
        try:
            await answer_request(
                write.session, found, sent.resource_id, sent.reason, write.by, today()
            )
        except ResourceUnknownError:
            raise Problem(
                422,
                "resource-unknown",
                ja="公開されている地域資源を選んでください",
                en="Choose a resource that is listed",
                field="resource_id",
            ) from None
        await write.done("development.answer", request_id)
        return development_row(found)

    return await write.once(act)


async def _told(session: AsyncSession, found: Sequence[Placement]) -> list[PlacementAnswer]:
    steps = await steps_of(session, found)
    hosts = await resources_by_id(session, [p.resource_id for p in found if p.resource_id])
    return [
        placement_answer(
            one, steps[one.placement_id], hosts.get(one.resource_id) if one.resource_id else None
        )
        for one in found
    ]
