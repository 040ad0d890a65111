"""The directory of resources over HTTP: listed, searched, and what has changed."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from contracts.calendar import today
from contracts.catalogue import areas, resource_features, resource_kinds
from services.participation.api.answers import (
    Change,
    ChangeList,
    FeatureList,
    Kind,
    KindList,
    ResourceList,
    resource_row,
)
from services.participation.api.door import STAFF, page_end, routes
from services.participation.store.directory import history_of, list_resources, to_make_sure_of

router = routes("地域資源 / resources")

After = Annotated[UUID | None, Query(description="`next` of the page before")]


Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/resource-kinds", dependencies=[Depends(STAFF)])
async def resource_kind_list() -> KindList:
    """The kinds of resources that wishes and resources name."""
    return KindList(kinds=[Kind(kind=k, label=label) for k, label in resource_kinds().items()])


@router.get("/resources", dependencies=[Depends(STAFF)])
async def resource_list(
    session: Session,
    status: Annotated[Literal["draft", "published", "stale", "withdrawn"] | None, Query()] = None,
    kind: str | None = None,
    basic_area: str | None = None,
    daily_area: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> ResourceList:
    """The directory, in the order in which resources were entered."""
    filters = {"kind": kind, "basic_area": basic_area, "daily_area": daily_area}
    return await _page(session, after, limit, status=status, **filters)


@router.get("/resources/to-check", dependencies=[Depends(STAFF)])
async def resources_to_check(
    session: Session, basic_area: str | None = None, limit: Limit = 50
) -> ResourceList:
    """確認が必要: listed resources that are stale or soon will be, the oldest first."""
    rows = await to_make_sure_of(session, today(), basic_area=basic_area, limit=limit)
    return ResourceList(resources=[resource_row(row) for row in rows], next=None)


@router.get("/resource-features", dependencies=[Depends(STAFF)])
async def resource_feature_list() -> FeatureList:
    """How a place can be reached and how it is there, and the strengths that may be welcome."""
    return FeatureList(features=list(resource_features().values()))


@router.get("/resources/search", dependencies=[Depends(STAFF)])
async def search_resources(
    session: Session,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: str | None = None,
    area: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> ResourceList:
    """Listed resources with all words of `q` somewhere in what is public of them."""
    basic = any(known.basic_area == area for known in areas())
    where = {"basic_area": area} if basic else {"daily_area": area}
    return await _page(session, after, limit, listed_only=True, kind=kind, words_asked=q, **where)


@router.get("/resources/{resource_id}/changes", dependencies=[Depends(STAFF)])
async def changes(resource_id: UUID, session: Session) -> ChangeList:
    """Who changed what of the listing and when, the latest first."""
    rows = await history_of(session, resource_id)
    return ChangeList(changes=[Change(**row.model_dump()) for row in rows])


async def _page(
    session: AsyncSession, after: UUID | None, limit: int, **filters: Any
) -> ResourceList:
    rows = list(await list_resources(session, after=after, limit=limit + 1, **filters))
    return ResourceList(
        resources=[resource_row(row) for row in rows[:limit]],
        next=page_end(rows, limit, lambda row: row.resource_id),
    )
