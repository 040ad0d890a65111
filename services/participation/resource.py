"""What may be written about a resource, and what its listing may become: rules, and no I/O."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.problems import broken
from contracts.catalogue import areas, basic_area_of, resource_features, resource_kinds
from contracts.message import Code
from services.participation.opening import MOST_OPENINGS, Opening, overlap
from services.participation.search import fold

OLDEST = 120
"""Years; no age limit is higher."""


class Status(StrEnum):
    """draft → published → stale → withdrawn; whoever makes sure of a stale one lists it again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    STALE = "stale"
    WITHDRAWN = "withdrawn"


LISTED = (Status.PUBLISHED, Status.STALE)
"""What the public sees and persons are placed at. A stale one says of itself that it is."""


def _known_kind(kind: str) -> str:
    if kind not in resource_kinds():
        raise ValueError("no such kind of resource")
    return kind


def _known_feature(feature: str) -> str:
    if feature not in resource_features():
        raise ValueError("no such feature of a resource")
    return feature


def _known_daily_area(daily_area: str) -> str:
    if basic_area_of(daily_area) is None:
        raise ValueError("no such 日常生活圏域")
    return daily_area


def _known_basic_area(basic_area: str) -> str:
    if all(area.basic_area != basic_area for area in areas()):
        raise ValueError("no such 基本圏域")
    return basic_area


Line = Annotated[str, Field(min_length=1, max_length=200)]
Prose = Annotated[str, Field(max_length=4000)]
Kinds = Annotated[
    list[Annotated[str, AfterValidator(_known_kind)]], Field(min_length=1, max_length=10)
]
DailyArea = Annotated[str, AfterValidator(_known_daily_area)]
BasicArea = Annotated[str, AfterValidator(_known_basic_area)]
Age = Annotated[int, Field(ge=0, le=OLDEST)]
Features = Annotated[list[Annotated[str, AfterValidator(_known_feature)]], Field(max_length=40)]
Website = Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s<>\"']+)?$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class ResourceFields(BaseModel):
    """Everything that people write about a resource; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Line = ""
    kana: Annotated[str, Field(max_length=200)] = ""
    """How the name is read."""
    organiser: Line = ""
    kinds: Kinds = []
    description: Prose = ""
    eligibility: Prose = ""
    """For whom, in words."""
    daily_area: DailyArea | None = None
    basic_area: BasicArea | None = None
    min_age: Age | None = None
    max_age: Age | None = None
    openings: Annotated[list[Opening], Field(max_length=MOST_OPENINGS)] = []
    schedule_note: Prose = ""
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    capacity_status: Literal["open", "waiting-list", "asks-first"] = "open"
    cost: Annotated[str, Field(max_length=200)] = ""
    fee_yen: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """What one visit costs; 0: nothing."""
    features: Features = []
    access: Prose = ""
    website: Website = ""
    public_contact: Annotated[str, Field(max_length=500)] = ""
    """Whom anybody may ask: for everybody to see."""
    languages: Annotated[list[Language], Field(max_length=20)] = ["ja"]
    confidential_location: bool = False
    place: Annotated[str, Field(max_length=500)] | None = None
    contact: Annotated[str, Field(max_length=1000)] | None = None
    """Private: sealed, shown to those who place people, and in no fact."""

    @model_validator(mode="after")
    def _ages_in_order(self) -> "ResourceFields":
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise broken(
                "ages-reversed",
                ja="対象年齢の下限が上限より高くなっています",
                en="The lowest age is above the highest",
                field="min_age",
            )
        return self

    @model_validator(mode="after")
    def _openings_apart(self) -> "ResourceFields":
        if (found := overlap(self.openings)) is not None:
            one, other, day = found
            raise broken(
                "openings-overlap",
                ja=f"開催日時の{one + 1}番目と{other + 1}番目が{day.isoformat()}に重なっています",
                en=f"Openings {one + 1} and {other + 1} overlap on {day.isoformat()}",
                field="openings",
            )
        return self

    @model_validator(mode="after")
    def _secret_stays_secret(self) -> "ResourceFields":
        """A place that is confidential may not stand in what everybody reads."""
        secret = fold(self.place or "") if self.confidential_location else ""
        if secret and any(secret in fold(text) for text in self._public_words()):
            raise broken(
                "confidential-place-told",
                ja="非公開の場所が、公開される文章に書かれています",
                en="The confidential place stands in a text that everybody reads",
                field="place",
            )
        return self

    def _public_words(self) -> tuple[str, ...]:
        return (
            *(self.name, self.organiser, self.description, self.eligibility, self.access),
            *(self.schedule_note, self.cost, self.website, self.public_contact),
            *(opening.note for opening in self.openings),
        )

    def written(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(include=self.model_fields_set)


class NewResource(ResourceFields):
    """A resource to enter in the directory."""

    name: Line
    organiser: Line
    kinds: Kinds
    publish: bool = False
    """List it at once."""
    not_a_duplicate: bool = False
    """Somebody has looked at the entries that are like it: this is another one."""


class Withdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Code


def with_areas(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the 基本圏域 that follows from a 日常生活圏域."""
    if fields.get("daily_area"):
        return fields | {"basic_area": basic_area_of(fields["daily_area"])}
    return fields
