"""What a case and its plans await beside their state: ages, errands, tasks of agencies."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.message import Code, Message

LOOK_AGAIN = "look_again"
"""The signal by which coordination tells a case that a birth date was entered or corrected."""

AGE_CORRECTED = "age_corrected"
"""The signal by which a case tells a handover that the age is reached on another day."""


class PlannedTask(Message):
    """取組: which agency is to have done it by when. What it is stays with coordination."""

    agency: Code
    due_on: date


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
