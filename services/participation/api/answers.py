"""What the API answers with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from contracts.catalogue import resource_kinds
from contracts.life import PLACEMENT
from services.participation.matching import is_stale
from services.participation.models import DevelopmentRequest, Placement, PlacementStep, Resource
from services.participation.resource import STALE, Status


class ResourceRow(BaseModel):
    """A resource in a list: no contact, and no place that is confidential."""

    resource_id: UUID
    name: str
    organiser: str
    kinds: list[str]
    kind_labels: list[str]
    description: str
    daily_area: str | None
    basic_area: str | None
    min_age: int | None
    max_age: int | None
    schedule: str | None
    schedule_note: str
    capacity: int | None
    held: int
    capacity_status: str
    cost: str
    languages: list[str]
    confidential_location: bool
    place: str | None
    status: str
    """draft · published · stale (listed, but nobody made sure of it lately) · withdrawn."""
    assured_on: date | None
    assured_by: str | None
    withdrawal_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class ResourceDetail(ResourceRow):
    contact: str | None
    """None for those who do not place people."""


class ResourceList(BaseModel):
    resources: list[ResourceRow]
    next: str | None


class Kind(BaseModel):
    kind: str
    label: str


class KindList(BaseModel):
    kinds: list[Kind]


class CandidateRow(BaseModel):
    """A place for a wish, and why."""

    resource_id: UUID
    score: int
    reasons: list[str]
    reason_labels: list[str]
    resource: ResourceRow


class CandidateList(BaseModel):
    candidates: list[CandidateRow]


class StepRow(BaseModel):
    number: int
    at: datetime
    came_from: str
    state: str
    act: str | None
    resource_id: UUID | None


class PlacementAnswer(BaseModel):
    placement_id: UUID
    case_id: UUID
    person_id: UUID
    kinds: list[str]
    daily_area: str | None
    state: str
    state_label: str
    resource_id: UUID | None
    resource_name: str | None
    started_on: date
    linked_on: date | None
    settled_on: date | None
    ended_on: date | None
    end_reason: str | None
    steps: list[StepRow]


class PlacementList(BaseModel):
    placements: list[PlacementAnswer]


class DevelopmentRequestRow(BaseModel):
    request_id: UUID
    placement_id: UUID
    case_id: UUID
    kinds: list[str]
    daily_area: str | None
    basic_area: str | None
    status: str
    opened_on: date
    closed_on: date | None
    resource_id: UUID | None


class DevelopmentRequestList(BaseModel):
    development_requests: list[DevelopmentRequestRow]
    next: str | None


def resource_row(resource: Resource, today: date) -> ResourceRow:
    return ResourceRow(**_told(resource, today))


def resource_detail(
    resource: Resource, today: date, private: dict[str, str | None]
) -> ResourceDetail:
    return ResourceDetail(**(_told(resource, today) | private))


def placement_answer(
    placement: Placement, steps: list[PlacementStep], host: Resource | None
) -> PlacementAnswer:
    stage = PLACEMENT.get(placement.state)
    return PlacementAnswer(
        **placement.model_dump(),
        state_label=stage.label if stage else placement.state,
        resource_name=host.name if host else None,
        steps=[StepRow(**step.model_dump()) for step in steps],
    )


def development_row(request: DevelopmentRequest) -> DevelopmentRequestRow:
    return DevelopmentRequestRow(**request.model_dump())


def _told(resource: Resource, today: date) -> dict[str, Any]:
    labels = resource_kinds()
    stale = resource.status == Status.PUBLISHED and is_stale(resource.assured_on, today)
    return resource.model_dump() | {
        "status": STALE if stale else resource.status,
        "kind_labels": [labels.get(kind, kind) for kind in resource.kinds],
    }
