"""What of a listing is public. A field that is not named here does not leave the service."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from contracts.catalogue import resource_features, resource_kinds
from services.participation.models import Resource, ResourcePhoto
from services.participation.opening import Opening, said
from services.participation.resource import Status

CAPACITY_LABELS = {
    "open": "受け入れ中",
    "waiting-list": "空き待ち",
    "asks-first": "事前に相談が必要",
}


class PublicPhoto(BaseModel):
    photo_id: UUID
    alt: str
    width: int
    height: int


class PublicPlace(BaseModel):
    """A place in the community as anybody may see it."""

    resource_id: UUID
    name: str
    kana: str
    organiser: str
    kinds: list[str]
    kind_labels: list[str]
    description: str
    eligibility: str
    min_age: int | None
    max_age: int | None
    basic_area: str | None
    daily_area: str | None
    """None where the place is confidential."""
    confidential_location: bool
    place: str | None
    access: str
    openings: list[Opening]
    opening_labels: list[str]
    schedule_note: str
    capacity_status: str
    capacity_label: str
    cost: str
    fee_yen: int | None
    languages: list[str]
    features: list[str]
    feature_labels: list[str]
    website: str
    public_contact: str
    stale: bool
    """Nobody made sure of it lately: ask before you go."""
    assured_on: date | None
    photos: list[PublicPhoto]


class PublicPlaces(BaseModel):
    total: int
    page: int
    pages: int
    places: list[PublicPlace]


def public_place(resource: Resource, photos: Sequence[ResourcePhoto] = ()) -> PublicPlace:
    """The public side of a listing; of a confidential one neither where it is nor how it looks."""
    kinds, known = resource_kinds(), resource_features()
    hidden = resource.confidential_location
    openings = [Opening.model_validate(one) for one in resource.openings]
    return PublicPlace(
        resource_id=resource.resource_id,
        name=resource.name,
        kana=resource.kana,
        organiser=resource.organiser,
        kinds=resource.kinds,
        kind_labels=[kinds.get(kind, kind) for kind in resource.kinds],
        description=resource.description,
        eligibility=resource.eligibility,
        min_age=resource.min_age,
        max_age=resource.max_age,
        basic_area=resource.basic_area,
        daily_area=None if hidden else resource.daily_area,
        confidential_location=hidden,
        place=None if hidden else resource.place,
        access="" if hidden else resource.access,
        openings=openings,
        opening_labels=[said(one) for one in openings],
        schedule_note=resource.schedule_note,
        capacity_status=resource.capacity_status,
        capacity_label=CAPACITY_LABELS[resource.capacity_status],
        cost=resource.cost,
        fee_yen=resource.fee_yen,
        languages=resource.languages,
        features=resource.features,
        feature_labels=[known[one].label for one in resource.features if one in known],
        website=resource.website,
        public_contact=resource.public_contact,
        stale=resource.status == Status.STALE,
        assured_on=resource.assured_on,
        photos=[]
        if hidden
        else [
            PublicPhoto(
                photo_id=photo.photo_id, alt=photo.alt, width=photo.width, height=photo.height
            )
            for photo in photos
        ],
    )
