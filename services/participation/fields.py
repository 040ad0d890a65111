"""Fields that people fill in for community building, with the Japanese titles of their forms."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.calendar import today
from contracts.catalogue import basic_area_of, community_themes, resource_kinds
from contracts.community import volunteer_skills
from contracts.message import Code
from services.participation.anonymous import identifies
from services.participation.refusals import refuse

EARLIEST = date(2019, 5, 1)
"""Nothing is entered before 令和元年."""


class Sent(BaseModel):
    """The base of bodies: nothing unknown, texts without blanks around."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Reason(StrEnum):
    """Why something that was written is changed or taken back."""

    TYPING_ERROR = "typing-error"
    COUNTED_AGAIN = "counted-again"
    WRONG_DAY = "wrong-day"
    WRONG_PLACE = "wrong-place"
    ENTERED_TWICE = "entered-twice"
    OTHER = "other"


REASONS = {
    Reason.TYPING_ERROR: "入力の誤り",
    Reason.COUNTED_AGAIN: "数え直し",
    Reason.WRONG_DAY: "日付の誤り",
    Reason.WRONG_PLACE: "会場・団体の誤り",
    Reason.ENTERED_TWICE: "二重の入力",
    Reason.OTHER: "その他",
}


def titled(labels: dict[Any, str]) -> dict[str, Any]:
    """JSON Schema's choices with titles, as forms show them."""
    return {"oneOf": [{"const": str(code), "title": label} for code, label in labels.items()]}


def _one_of(known: Any, what: str) -> Any:
    def check(code: str) -> str:
        if code not in known():
            raise ValueError(f"no such {what}")
        return code

    return AfterValidator(check)


def _daily_area(name: str) -> str:
    if basic_area_of(name) is None:
        raise ValueError("no such 日常生活圏域")
    return name


DailyArea = Annotated[str, AfterValidator(_daily_area), Field(max_length=40)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=4000)]
Theme = Annotated[Code, _one_of(community_themes, "theme")]
ResourceKind = Annotated[Code, _one_of(resource_kinds, "kind of resource")]
Skill = Annotated[Code, _one_of(volunteer_skills, "skill")]
Amount = Annotated[int, Field(ge=0, le=100_000, strict=True)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A programme's own number for a person or group. Says nothing by itself."""
Version = Annotated[int, Field(ge=1, title="版", description="The version that was read")]
Why = Annotated[Reason, Field(title="理由", json_schema_extra=titled(REASONS))]
Confirmed = Annotated[bool, Field(title="別の人・団体であることを確かめました")]


def past_day(on: date, field: str = "on") -> None:
    """Raises Problem 422 for a day that has not come yet, or before 令和."""
    if on > today():
        raise refuse(422, "date-in-future", field)
    if on < EARLIEST:
        raise refuse(422, "value-unknown", field)


def anonymous(words: str | None, field: str) -> None:
    """Raises Problem 422 for words by which somebody could be found."""
    if words is not None and identifies(words):
        raise refuse(422, "identifies-somebody", field)


def hours_in_order(starts: time | None, ends: time | None, field: str = "ends_at") -> None:
    """Raises Problem 422 for an end that is not after the start."""
    if starts is not None and ends is not None and ends <= starts:
        raise refuse(422, "end-before-start", field)


def overlaps(one: tuple[time, time], other: tuple[time, time]) -> bool:
    """Whether two spans of a day have time in common; one may begin when the other ends."""
    return one[0] < other[1] and other[0] < one[1]
