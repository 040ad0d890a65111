"""What is sent about a household: members, relations, flags, the chronology, judged prompts."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.message import Code
from services.intake.fields import Day, Sent, Text
from services.intake.vocabulary import (
    ADDRESS_NEEDS,
    EVENTS_OF_LIFE,
    EXACT,
    FLAG_ENDS,
    FLAGS,
    GROUNDS,
    KINSHIPS,
    PROMPTS,
    AddressNeed,
    Exact,
    FlagEnd,
    FlagKind,
    Ground,
    Kinship,
    LifeEvent,
    PromptKind,
    choices,
)

Words = Annotated[Text, Field(min_length=1)]


class NewKinship(Sent):
    """`person_id` is the … of `other_person_id`, or does it for them."""

    person_id: UUID = Field(title="この人は")
    other_person_id: UUID = Field(title="この人の")
    kind: Annotated[Kinship, choices("関係", KINSHIPS)]


class NewFlag(Sent):
    """A flag; its last day follows from its kind."""

    kind: Annotated[FlagKind, choices("種類", FLAGS)]
    starts_on: Day | None = Field(None, title="開始日", description="Today if left out")
    reason: Words = Field(title="理由・注意すること")


class FlagEnding(Sent):
    reason: Annotated[FlagEnd, choices("終了の理由", FLAG_ENDS)]


class AddressAsked(Sent):
    """Why the address of a protected person has to be seen."""

    need: Annotated[AddressNeed, choices("必要な理由", ADDRESS_NEEDS)]


class NewEntry(Sent):
    """One entry of the 家族年表."""

    on_date: Day = Field(
        title="年月日", description="The first day of the month or year if inexact"
    )
    exact: Annotated[Exact, choices("どこまで分かるか", EXACT)] = "day"
    kind: Annotated[LifeEvent, choices("区分", EVENTS_OF_LIFE)]
    person_ids: tuple[UUID, ...] = Field((), title="だれのことか", max_length=20)
    agency: Code | None = Field(None, title="提供した機関", description="Your own if left out")
    legal_basis: Annotated[Ground, choices("提供の根拠", GROUNDS)]
    text: Words = Field(title="内容")


class PromptJudged(Sent):
    """A prompt that was looked into and is set aside, with the reason."""

    person_id: UUID
    kind: Annotated[PromptKind, choices("気づき", PROMPTS)]
    reason: Words = Field(title="取り下げる理由")
