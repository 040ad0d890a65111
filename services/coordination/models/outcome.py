"""What meetings leave behind; what came of a trouble of the community that one of them saw."""

from datetime import date
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Table


class Advice(Table, table=True):
    """A supervisor's advice; its words lie with the command that brought it."""

    __tablename__ = "supervisor_advice"

    advice_id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.meeting_id", index=True)
    agency: str
    by: str
    at: Instant


class Duty(Table, table=True):
    """役割分担: who does what by when, as a meeting agreed.

    What became of it says its errand, which has the same id; older duties have none.
    """

    __tablename__ = "duty"

    duty_id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.meeting_id", index=True)
    agency: str
    duty: str
    due_on: date
    assignee: str | None = None
    """Who of the agency's staff does it."""
    by: str
    at: Instant


class Feedback(Table, table=True):
    """記名式アンケート: an agency's latest word on a meeting, signed by who gave it."""

    __tablename__ = "meeting_feedback"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meeting.meeting_id")
    agency: str = Field(primary_key=True)
    shared_view: str
    roles_clear: str
    time_fit: str
    by: str
    at: Instant


class StatutoryMeeting(Table, table=True):
    """Another statutory meeting in which the household was discussed (process A11)."""

    __tablename__ = "statutory_meeting"

    statutory_meeting_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    meeting: str
    on: date
    agency: str
    outcome: str
    by: str
    at: Instant


class CommunityIssue(Table, table=True):
    """地域課題: the way back from the register to the case. It exists here and nowhere else."""

    __tablename__ = "community_issue"

    community_issue_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    meeting_id: UUID = Field(foreign_key="meeting.meeting_id", index=True)
    theme: str
    basic_area: str | None = None
    daily_area: str | None = None
    wanted_kinds: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    by: str
    at: Instant


class CommunityAnswer(Table, table=True):
    """What became of a community issue; there may be several in time."""

    __tablename__ = "community_answer"

    answer_id: UUID = Field(primary_key=True)
    """The fact's own id."""
    community_issue_id: UUID = Field(foreign_key="community_issue.community_issue_id", index=True)
    answer: str
    resource_id: UUID | None = None
    activity_id: UUID | None = None
    on: date
