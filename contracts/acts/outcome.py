"""What a meeting leaves behind: advice, duties, minutes, feedback, a trouble of the community."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.acts.base import Act
from contracts.message import Code, Text


class RecordAdvice(Act):
    """スーパーバイザーの助言 (plan §6: 学識者・法的知見), by one who was invited as such."""

    act: Literal["record_advice"] = "record_advice"
    agency: Code
    advice: Text | None = None


class DutyKind(StrEnum):
    """What an agency takes on in the role split (役割分担)."""

    VISIT = "visit"
    ACCOMPANY = "accompany"
    WATCH = "watch"
    FAMILY = "family"
    PROCEDURE = "procedure"
    CONSULT = "consult"
    INFORM = "inform"
    OTHER = "other"


class AssignDuty(Act):
    """役割分担: who does what by when. It waits in the agency's worklist until it is reported."""

    act: Literal["assign_duty"] = "assign_duty"
    agency: Code
    """One that attends the meeting: nobody else may learn of the case by it."""
    duty: DutyKind
    due_on: date | None = None
    """None: `Policy.duty_due` from now."""
    assignee: str | None = Field(None, max_length=255)
    """The `sub` of the agency's member of staff who does it; None: whoever takes the task."""
    details: Text | None = None


class DraftMinutes(Act):
    """会議録案: written, or rewritten after it was returned. Its author does not approve it."""

    act: Literal["draft_minutes"] = "draft_minutes"
    minutes: Text | None = None


class ReturnMinutes(Act):
    """会議録の差戻し."""

    act: Literal["return_minutes"] = "return_minutes"
    reason: Text | None = None


class Felt(StrEnum):
    """How far something held for whoever answers."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class SubmitFeedback(Act):
    """記名式アンケート: one agency's word on a meeting that it attended (process A3)."""

    act: Literal["submit_feedback"] = "submit_feedback"
    agency: Code
    shared_view: Felt
    """世帯像を共有できた."""
    roles_clear: Felt
    """役割分担が明確になった."""
    time_fit: Felt
    """時間は適切だった."""
    opinion: Text | None = None


class RaiseCommunityIssue(Act):
    """地域課題の提起 (plan §7(3)): a theme, an area, kinds of places that are missing.

    Nothing in it tells of a person; a note stays with the case and is not passed on.
    """

    act: Literal["raise_community_issue"] = "raise_community_issue"
    theme: Code
    basic_area: str | None = None
    daily_area: str | None = None
    wanted_kinds: tuple[Code, ...] = ()
    """資源の不足: a gap that the community is asked to fill."""


class RecordStatutoryMeeting(Act):
    """他の法定会議: the household was discussed in one (process A11)."""

    act: Literal["record_statutory_meeting"] = "record_statutory_meeting"
    meeting: Code
    """By `contracts/data/statutory_meetings.csv`."""
    on: date
    agency: Code
    """Who held it, or took part for the ward."""
    outcome: Literal["taken-over", "shared", "watched", "returned", "continues", "ended"]
