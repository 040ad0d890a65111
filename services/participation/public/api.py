"""The public directory for programs: JSON, iCalendar, HSDS, photos."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from services.participation.api.door import routes, unknown
from services.participation.hsds.writing import service_of
from services.participation.models import Resource
from services.participation.opening import Opening, feed
from services.participation.public.asking import PAGE, Asked, Page, cached
from services.participation.public.limits import within_limit
from services.participation.published import PublicPlace, PublicPlaces, public_place
from services.participation.resource import LISTED
from services.participation.store.directory import Search, photos_of, search_listed
from services.participation.store.photos import find_photo
from services.participation.store.resources import find_resource

router = routes("地域資源見える化 / public directory")
router.dependencies += [Depends(within_limit), Depends(cached)]

CALENDAR = "text/calendar; charset=utf-8"
MOST_IN_FEED = 500
MOST_SERVICES = 100

IfNoneMatch = Annotated[str | None, Header()]


@router.get("/public/resources")
async def places(search: Asked, session: Session, page: Page = 1) -> PublicPlaces:
    """Listed places with every word of `q`: in the name first, then the nearest, then by name."""
    return await found(session, search, page)


@router.get("/public/resources.ics")
async def calendar(search: Asked, session: Session) -> Response:
    """The openings of all places that a search finds, to subscribe to."""
    rows, _ = await search_listed(session, search, limit=MOST_IN_FEED, offset=0)
    return _calendar([public_place(row) for row in rows], rows)


@router.get("/public/resources/{resource_id}")
async def place(resource_id: UUID, session: Session, if_none_match: IfNoneMatch = None) -> Response:
    """One listed place."""
    shown, version = await listed_place(session, resource_id)
    tag = f'"{version}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
    if if_none_match and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(shown.model_dump_json(), media_type="application/json", headers=headers)


@router.get("/public/resources/{resource_id}/calendar.ics")
async def calendar_of_place(resource_id: UUID, session: Session) -> Response:
    """The openings of one place, to subscribe to."""
    row = await listed(session, resource_id)
    return _calendar([public_place(row)], [row])


@router.get("/public/resources/{resource_id}/photos/{photo_id}")
async def photo(resource_id: UUID, photo_id: UUID, session: Session) -> Response:
    """A photo of a listed place; there is none of a confidential one."""
    row = await listed(session, resource_id)
    shown = await find_photo(session, resource_id, photo_id)
    if shown is None or row.confidential_location:
        raise unknown("photo", "写真")
    return Response(
        shown.content,
        media_type=shown.media_type,
        # A photo never changes; another one has another id.
        headers={"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"},
    )


@router.get("/public/hsds/services")
async def services(
    session: Session,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=MOST_SERVICES)] = 50,
) -> dict[str, Any]:
    """The listed places as services of Open Referral HSDS 3.0, a page at a time."""
    start = (page - 1) * per_page
    rows, total = await search_listed(session, Search(), limit=per_page, offset=start)
    pages = -(-total // per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(rows),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not rows,
        "contents": [service_of(public_place(row), row.updated_at) for row in rows],
    }


@router.get("/public/hsds/services/{resource_id}")
async def service(resource_id: UUID, session: Session) -> dict[str, Any]:
    """One listed place as a service of Open Referral HSDS 3.0."""
    row = await listed(session, resource_id)
    return service_of(public_place(row), row.updated_at)


async def listed(session: AsyncSession, resource_id: UUID) -> Resource:
    """Raises Problem 404 for what is not listed, as for what is not there."""
    row = await find_resource(session, resource_id)
    if row is None or row.status not in LISTED:
        raise unknown("resource", "地域資源")
    return row


async def listed_place(session: AsyncSession, resource_id: UUID) -> tuple[PublicPlace, int]:
    """A listed place and the version of its listing."""
    row = await listed(session, resource_id)
    photos = await photos_of(session, [resource_id])
    return public_place(row, photos[resource_id]), row.version


async def found(session: AsyncSession, search: Search, page: int) -> PublicPlaces:
    """One page of what a search finds."""
    rows, total = await search_listed(session, search, limit=PAGE, offset=(page - 1) * PAGE)
    photos = await photos_of(session, [row.resource_id for row in rows])
    return PublicPlaces(
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        places=[public_place(row, photos[row.resource_id]) for row in rows],
    )


def _calendar(shown: list[PublicPlace], rows: list[Resource]) -> Response:
    changed: dict[UUID, datetime] = {row.resource_id: row.updated_at for row in rows}
    said: list[tuple[UUID, str, str | None, list[Opening], datetime]] = [
        (
            one.resource_id,
            one.name,
            one.place,
            one.openings,
            changed[one.resource_id].astimezone(UTC),
        )
        for one in shown
    ]
    return Response(
        feed(said), media_type=CALENDAR, headers={"Cache-Control": "public, max-age=3600"}
    )
