"""What a case and its plans await: ages, errands, tasks of agencies, plans, ends of consents."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.message import Code, Message

LOOK_AGAIN = "look_again"
"""The signal by which coordination tells a case that a birth date was entered or corrected."""

AGE_CORRECTED = "age_corrected"
"""The signal by which a case tells a handover that the age is reached on another day."""


DUTY_AGREED = "duty_agreed"
"""The signal by which a meeting tells its case who does what by when (役割分担)."""


StopReason = Literal[
    "withdrawn-by-person",
    "suspended",
    "case-closed",
    "consent-given",
    "answered",
    "birth-date-corrected",
    "support-meeting",
    "planned",
    "goals-met",
]
"""Why a case ends a life under it."""


class PlannedTask(Message):
    """取組: which agency is to have done it by when. What it is stays with coordination."""

    agency: Code
    due_on: date
    duty_id: UUID | None = None
    """An errand of a meeting's whose place it takes."""


class AgreedDuty(Message):
    """役割分担: who is to have done its part by when. What it is stays with the meeting."""

    duty_id: UUID
    """The errand's id too."""
    meeting_id: UUID
    agency: Code
    due_on: date | None = None


class AwaitedAge(Message):
    """A handover under way: whose, at which age, and when that is reached."""

    handover_id: UUID
    person_id: UUID
    age: Literal[18, 40, 65]
    reached_on: date


class OpenErrand(Message):
    """An errand of the case itself that nobody has reported yet."""

    errand_id: UUID
    topic: Code
    person_id: UUID | None = None


class AgeReached(Message):
    """The day on which a person reaches the age, as corrected."""

    reached_on: date


class PreparedPlan(Message):
    """What a plan's life begins with: made while consent is missing, it becomes the draft when
    consent comes (A4); an outreach plan made by a 支援会議 is lived at once."""

    plan_id: UUID
    version: int
    author: str
    starts_on: date
    ends_on: date
    looks_on: tuple[date, ...] = ()
    """Days on which it is monitored beside the regular ones: planned dates, dates of goals."""
    tasks: tuple[PlannedTask, ...] = ()


class ConsentExpiry(Message):
    """When one consent of one person ends by itself."""

    person_id: UUID
    kind: Literal["sharing", "support"]
    at: AwareDatetime


class Placed(Message):
    """A placement under way, and for whom."""

    placement_id: UUID
    person_id: UUID
