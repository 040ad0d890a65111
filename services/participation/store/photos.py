"""Photos of places: taken in without what the camera wrote into them, few, of a sensible size."""

import asyncio
import io
from datetime import datetime
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.events import new_id
from services.participation.models import Resource, ResourcePhoto
from services.participation.store.resources import note_change

MOST_PHOTOS = 6
LONGEST_SIDE = 1600
"""Pixels; a larger picture is made smaller."""
MOST_PIXELS = 60_000_000
"""More would fill the memory before anybody sees it."""
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82


class PhotoError(Exception):
    """The picture cannot be taken in."""


class PhotoUnreadableError(PhotoError):
    """It is no JPEG, PNG or WebP, or a broken one."""


class PhotosTooManyError(PhotoError):
    """The place has as many as it may have."""


async def add_photo(
    session: AsyncSession, resource: Resource, sent: bytes, alt: str, by: str, now: datetime
) -> ResourcePhoto:
    """Keep a picture of a place; the caller holds the row's lock. Raises PhotoError."""
    rows = select(func.count()).where(col(ResourcePhoto.resource_id) == resource.resource_id)
    if int(await session.scalar(rows) or 0) >= MOST_PHOTOS:
        raise PhotosTooManyError
    content, size = await asyncio.to_thread(plain_picture, sent)
    photo = ResourcePhoto(
        photo_id=new_id(),
        resource_id=resource.resource_id,
        alt=alt,
        media_type="image/jpeg",
        width=size[0],
        height=size[1],
        content=content,
        added_at=now,
        added_by=by,
    )
    session.add(photo)
    await note_change(session, resource, by, now, "photo-added", {"photo": [None, alt]})
    return photo


async def remove_photo(
    session: AsyncSession, resource: Resource, photo_id: UUID, by: str, now: datetime
) -> bool:
    """Whether there was such a photo to remove."""
    gone = await session.scalar(
        delete(ResourcePhoto)
        .where(
            col(ResourcePhoto.photo_id) == photo_id,
            col(ResourcePhoto.resource_id) == resource.resource_id,
        )
        .returning(col(ResourcePhoto.alt))
    )
    if gone is not None:
        await note_change(session, resource, by, now, "photo-removed", {"photo": [gone, None]})
    return gone is not None


async def find_photo(
    session: AsyncSession, resource_id: UUID, photo_id: UUID
) -> ResourcePhoto | None:
    found = await session.get(ResourcePhoto, photo_id)
    return found if found is not None and found.resource_id == resource_id else None


def plain_picture(sent: bytes) -> tuple[bytes, tuple[int, int]]:
    """The picture as a JPEG of at most LONGEST_SIDE, drawn anew: no GPS position, no camera, no
    time. Raises PhotoUnreadableError."""
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoUnreadableError
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PhotoUnreadableError from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = Image.new("RGB", upright.size)
    drawn.paste(upright)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), drawn.size
