"""Facts that the participation service tells: places in the community, and people who found one."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.events.envelope import Event, fact
from contracts.message import Code


class ParticipationEvent(Event):
    topic: ClassVar[str] = "kasane.participation"

    on: date
    basic_area: str | None = None


@fact
class ResourcePublished(ParticipationEvent):
    """A resource is listed on 地域資源見える化; the stock of 2.10.resources-registered."""

    type: ClassVar[str] = "kasane.resource.published.v1"
    subject_field: ClassVar[str] = "resource_id"

    resource_id: UUID


@fact
class ResourceWithdrawn(ParticipationEvent):
    type: ClassVar[str] = "kasane.resource.withdrawn.v1"
    subject_field: ClassVar[str] = "resource_id"

    resource_id: UUID


class PlacementEvent(ParticipationEvent):
    case_id: UUID
    placement_id: UUID


@fact
class PlacementStarted(PlacementEvent):
    type: ClassVar[str] = "kasane.placement.started.v1"

    person_id: UUID | None = None
    kinds: tuple[Code, ...] = ()


@fact
class ResourceLinked(PlacementEvent):
    """つながり成立: counts once for 1.7.linked-to-resources."""

    type: ClassVar[str] = "kasane.resource.linked.v1"

    resource_id: UUID


@fact
class PlacementSettled(PlacementEvent):
    """定着."""

    type: ClassVar[str] = "kasane.placement.settled.v1"

    resource_id: UUID


@fact
class PlacementEnded(PlacementEvent):
    type: ClassVar[str] = "kasane.placement.ended.v1"

    resource_id: UUID | None = None
    reason: str


@fact
class DevelopmentRequested(PlacementEvent):
    """Nothing fits the wish: a place is to be made (資源開発依頼)."""

    type: ClassVar[str] = "kasane.development.requested.v1"


@fact
class DevelopmentAnswered(PlacementEvent):
    """What became of a request to make a place; the waiting wish hears of it."""

    type: ClassVar[str] = "kasane.development.answered.v1"

    request_id: UUID
    resource_id: UUID | None = None
    """The place that was made or found; None: there will be none."""


@fact
class PlaceOffered(PlacementEvent):
    """A place came free at a full host, and is held for the one who waited longest."""

    type: ClassVar[str] = "kasane.place.offered.v1"

    resource_id: UUID


@fact
class CommunityIssueAnswered(ParticipationEvent):
    """What became of a community issue (地域課題): the end of the loop from case to community."""

    type: ClassVar[str] = "kasane.community-issue.answered.v1"
    subject_field: ClassVar[str] = "community_issue_id"

    community_issue_id: UUID
    answer: Literal["resource", "activity", "other", "declined"]
    resource_id: UUID | None = None
    """The place that was made or found for it."""
    activity_id: UUID | None = None
    """The community activity that takes it up."""


@fact
class CommunityWorkRecorded(ParticipationEvent):
    """What a programme of community building did, by number, as its own records say now.

    A day sheet, a supported activity, a food drive: whatever is counted is told whole under the
    same id each time it changes. A lower revision never replaces a higher one.
    """

    type: ClassVar[str] = "kasane.community-work.recorded.v1"
    subject_field: ClassVar[str] = "record_id"

    record_id: UUID
    """The ledger's key: the thing is counted once by it, however often it is told."""
    revision: int = Field(1, ge=1)
    withdrawn: bool = False
    """It counts nowhere from now on: entered by mistake, or reported by file instead."""
    kind: Code
    """An entry of the catalogue's activity kinds."""
    channel: Code
    programme_no: int = Field(ge=1, le=13)
    quantity: int = Field(ge=0)
    venue: Code | None = None
    group: Code | None = None
    """Who is counted once a year where a figure counts distinct groups (団体)."""


@fact
class ReportingWaySet(ParticipationEvent):
    """From a date on, a venue or a kind of activity is counted by one way and by no other.

    `on` is that date. Intake refuses activity reports for what the records here count.
    """

    type: ClassVar[str] = "kasane.reporting-way.set.v1"
    subject_field: ClassVar[str] = "scope_id"

    scope_id: UUID
    """Made from scope and code, so that what is said about one thing keeps its order."""
    scope: Literal["venue", "kind"]
    code: Code
    """The venue's code in activity reports, or the kind of activity."""
    channel: Code | None = None
    """The venue's channel."""
    way: Literal["file", "records"]
