"""Photos of places, added and removed by those who keep the directory."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Session
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem
from services.participation.api.answers import PhotoList, PhotoRow
from services.participation.api.door import MAY_WRITE, PREFIX, STAFF, routes, unknown
from services.participation.store.directory import photos_of
from services.participation.store.photos import (
    MOST_PHOTOS,
    PhotosTooManyError,
    PhotoUnreadableError,
    add_photo,
    find_photo,
    remove_photo,
)
from services.participation.store.resources import find_resource

RESOURCE_PHOTOS = f"{PREFIX}/resource-photos"
"""One path, so that larger bodies may be let in there."""

router = routes("写真 / photos")

Keeper = Annotated[Principal, Depends(MAY_WRITE)]


@router.get("/resources/{resource_id}/photos", dependencies=[Depends(STAFF)])
async def photos(resource_id: UUID, session: Session) -> PhotoList:
    rows = (await photos_of(session, [resource_id]))[resource_id]
    return PhotoList(photos=[PhotoRow.model_validate(row, from_attributes=True) for row in rows])


@router.get("/resources/{resource_id}/photos/{photo_id}", dependencies=[Depends(STAFF)])
async def photo(resource_id: UUID, photo_id: UUID, session: Session) -> Response:
    found = await find_photo(session, resource_id, photo_id)
    if found is None:
        raise unknown("photo", "写真")
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.post("/resource-photos", status_code=201)
async def add(
    request: Request,
    caller: Keeper,
    session: Session,
    resource_id: UUID,
    alt: Annotated[str, Query(min_length=1, max_length=200, description="what it shows")],
) -> PhotoRow:
    """Add a photo: the body is a JPEG, PNG or WebP. It is drawn anew without position and time."""
    refuse_my_number(alt, within="alt")
    resource = await find_resource(session, resource_id, lock=True)
    if resource is None:
        raise unknown("resource", "地域資源")
    try:
        made = await add_photo(
            session, resource, await request.body(), alt, caller.sub, datetime.now(UTC)
        )
    except PhotosTooManyError:
        raise Problem(
            409,
            "photos-too-many",
            ja=f"写真は{MOST_PHOTOS}枚までです",
            en=f"A resource has at most {MOST_PHOTOS} photos",
        ) from None
    except PhotoUnreadableError:
        raise Problem(
            422,
            "photo-unreadable",
            ja="JPEG、PNG、WebP の画像を送ってください",
            en="Send a picture: JPEG, PNG or WebP",
            field="body",
        ) from None
    await audit(session, caller, "resource.photo.add", "resource", str(resource_id))
    return PhotoRow.model_validate(made, from_attributes=True)


@router.delete("/resources/{resource_id}/photos/{photo_id}", status_code=204)
async def remove(resource_id: UUID, photo_id: UUID, caller: Keeper, session: Session) -> None:
    resource = await find_resource(session, resource_id, lock=True)
    if resource is None or not await remove_photo(
        session, resource, photo_id, caller.sub, datetime.now(UTC)
    ):
        raise unknown("photo", "写真")
    await audit(session, caller, "resource.photo.remove", "resource", str(resource_id))
