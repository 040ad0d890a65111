"""What the API answers with."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from chassis.problems import broken
from contracts.catalogue import ResourceFeature, resource_features, resource_kinds
from contracts.life import PLACEMENT
from contracts.message import Private
from services.participation.matching import REASON_LABELS, Proposal, caution_label
from services.participation.models import DevelopmentRequest, Placement, PlacementStep, Resource
from services.participation.opening import Opening, said


class ResourceRow(BaseModel):
    """A resource in a list: no contact, and no place that is confidential."""

    resource_id: UUID
    name: str
    kana: str
    organiser: str
    kinds: list[str]
    kind_labels: list[str]
    description: str
    eligibility: str
    daily_area: str | None
    basic_area: str | None
    min_age: int | None
    max_age: int | None
    openings: list[Opening]
    opening_labels: list[str]
    """The openings as people say them."""
    weekdays: list[str]
    schedule_note: str
    capacity: int | None
    held: int
    capacity_status: str
    cost: str
    fee_yen: int | None
    languages: list[str]
    features: list[str]
    feature_labels: list[str]
    access: str
    website: str
    public_contact: str
    confidential_location: bool
    place: str | None
    status: str
    """draft · published · stale (listed, but nobody made sure of it lately) · withdrawn."""
    assured_on: date | None
    assured_by: str | None
    check_due_on: date | None
    """The last day on which the listing counts as fresh."""
    withdrawal_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class ResourceDetail(ResourceRow):
    contact: Private
    """None for those who do not place people."""


class Change(BaseModel):
    """Who changed what, and when."""

    version: int
    at: datetime
    by: str
    action: str
    fields: dict[str, Any]
    """By field: before and after. What is private is named, not told."""


class ChangeList(BaseModel):
    changes: list[Change]


class PhotoRow(BaseModel):
    photo_id: UUID
    alt: str
    media_type: str
    width: int
    height: int


class PhotoList(BaseModel):
    photos: list[PhotoRow]


class ResourceList(BaseModel):
    resources: list[ResourceRow]
    next: str | None


class Kind(BaseModel):
    kind: str
    label: str


class KindList(BaseModel):
    kinds: list[Kind]


class FeatureList(BaseModel):
    features: list[ResourceFeature]


class CandidateRow(BaseModel):
    """A place for a wish, and why."""

    resource_id: UUID
    score: int
    reasons: list[str]
    reason_labels: list[str]
    cautions: list[str]
    caution_labels: list[str]
    """What is to be asked before it is proposed to the person."""
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
    rank: int | None
    """Of an approach: which of the candidates the host was, from 1; None: none of them."""


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


class DevelopmentAnswer(BaseModel):
    """資源開発依頼への回答: a place, or the reason why there will be none; one of the two."""

    model_config = ConfigDict(extra="forbid")

    resource_id: UUID | None = None
    reason: Literal["no-host", "not-needed", "other"] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "DevelopmentAnswer":
        if (self.resource_id is None) == (self.reason is None):
            raise broken(
                "answer-incomplete",
                ja="受け入れ先か、見つからない理由のどちらか一方を入力してください",
                en="Give either a resource or the reason why there is none",
                field="resource_id",
            )
        return self


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
    closed_by: str | None
    resource_id: UUID | None
    reason: str | None


class DevelopmentRequestList(BaseModel):
    development_requests: list[DevelopmentRequestRow]
    counts: dict[str, int]
    """All requests there are, by status."""
    next: str | None


def resource_row(resource: Resource) -> ResourceRow:
    return ResourceRow(**_told(resource))


def resource_detail(resource: Resource, private: dict[str, str | None]) -> ResourceDetail:
    return ResourceDetail(**(_told(resource) | private))


def candidate_list(proposals: Sequence[Proposal], shown: Mapping[UUID, Resource]) -> CandidateList:
    return CandidateList(
        candidates=[
            CandidateRow(
                resource_id=one.resource_id,
                score=one.score,
                reasons=list(one.reasons),
                reason_labels=[REASON_LABELS[reason] for reason in one.reasons],
                cautions=list(one.cautions),
                caution_labels=[caution_label(code) for code in one.cautions],
                resource=resource_row(shown[one.resource_id]),
            )
            for one in proposals
        ]
    )


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


def _told(resource: Resource) -> dict[str, Any]:
    kinds, features = resource_kinds(), resource_features()
    openings = [Opening.model_validate(one) for one in resource.openings]
    return resource.model_dump() | {
        "kind_labels": [kinds.get(kind, kind) for kind in resource.kinds],
        "feature_labels": [features[one].label for one in resource.features if one in features],
        "openings": openings,
        "opening_labels": [said(one) for one in openings],
    }
