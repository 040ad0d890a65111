"""How a meeting comes by its date: rounds of proposed dates, changes, several cases at once."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.coordination.models.table import Instant, Json, Table


class Slot(Table, table=True):
    """A date that was proposed in a round."""

    __tablename__ = "meeting_slot"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    round: int = Field(primary_key=True)
    starts_at: Instant = Field(primary_key=True)


class SlotAnswer(Table, table=True):
    """One agency's answer to one proposed date: yes · if-needed · no. The latest holds."""

    __tablename__ = "slot_answer"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    round: int = Field(primary_key=True)
    starts_at: Instant = Field(primary_key=True)
    agency: str = Field(primary_key=True)
    answer: str
    by: str
    at: Instant


class Rescheduling(Table, table=True):
    """A change of a meeting's date, and why: postponed · no-quorum · other-dates."""

    __tablename__ = "rescheduling"

    rescheduling_id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.meeting_id", index=True)
    reason: str
    came_from: Instant | None = None
    to: Instant | None = None
    present: int | None = None
    """How many agencies had come, where they were too few."""
    by: str
    at: Instant


class Sitting(Table, table=True):
    """合同開催: several cases one after the other, at one time in one place.

    It groups meetings and does nothing else: each case keeps its own gate, its own attendees and
    its own papers.
    """

    __tablename__ = "sitting"

    sitting_id: UUID = Field(primary_key=True)
    starts_at: Instant
    venue: str
    organiser: str
    called_by: str
    called_at: Instant
    cancelled_at: Instant | None = None


class SittingAct(Table, table=True):
    """What was done to a sitting as a whole: its cases follow, each by an act of its own."""

    __tablename__ = "sitting_act"

    sitting_act_id: UUID = Field(primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.sitting_id", index=True)
    act: str
    """postpone_meeting · cancel_meeting · report_no_quorum."""
    by: str
    at: Instant


class SittingActCase(Table, table=True):
    """What an act on a sitting meant to one of its cases: a command, or a refusal at the door."""

    __tablename__ = "sitting_act_case"

    sitting_act_id: UUID = Field(primary_key=True, foreign_key="sitting_act.sitting_act_id")
    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    case_id: UUID
    command_id: UUID | None = None
    code: str | None = None
    """Why it was refused before it was stored."""
    details: Json = Field(default_factory=dict, sa_type=JSONB)
