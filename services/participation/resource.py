"""What may be written about a resource, and what its listing may become: rules, and no I/O."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Literal

import jaconv
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from contracts.catalogue import areas, basic_area_of, resource_kinds
from contracts.message import Code

OLDEST = 120
"""Years; no age limit is higher."""


class Status(StrEnum):
    """What is stored; a published resource whose assurance has run out is shown as stale."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STALE = "stale"


def _known_kind(kind: str) -> str:
    if kind not in resource_kinds():
        raise ValueError("no such kind of resource")
    return kind


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
Recurrence = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]{2,10}=[A-Z0-9,+-]{1,100})*$",
    ),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class ResourceFields(BaseModel):
    """Everything that people write about a resource; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Line = ""
    organiser: Line = ""
    kinds: Kinds = []
    description: Prose = ""
    daily_area: DailyArea | None = None
    basic_area: BasicArea | None = None
    min_age: Age | None = None
    max_age: Age | None = None
    schedule: Recurrence | None = None
    schedule_note: Prose = ""
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    capacity_status: Literal["open", "waiting-list", "asks-first"] = "open"
    cost: Annotated[str, Field(max_length=200)] = ""
    languages: Annotated[list[Language], Field(max_length=20)] = ["ja"]
    confidential_location: bool = False
    place: Annotated[str, Field(max_length=500)] | None = None
    contact: Annotated[str, Field(max_length=1000)] | None = None
    """Private: sealed, shown to those who place people, and in no fact."""

    @model_validator(mode="after")
    def _ages_in_order(self) -> "ResourceFields":
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise ValueError("the lowest age is above the highest")
        return self

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


class Withdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Code


def with_areas(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the 基本圏域 that follows from a 日常生活圏域."""
    if fields.get("daily_area"):
        return fields | {"basic_area": basic_area_of(fields["daily_area"])}
    return fields


def search_key(*texts: str) -> str:
    """Texts folded for searching: width, case, and hiragana as katakana."""
    folded = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    katakana: str = jaconv.hira2kata(folded)
    return katakana
