"""Until a meeting sits: its date is found, and found again where too few came (日程調整)."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.acts.base import Act
from contracts.message import Code, Text


class ProposeDates(Act):
    """日程調整の開始: possible dates are put to the agencies. The case's state decides the law.

    Dates in the past and days on which the ward is closed are refused, each by its own name.
    """

    act: Literal["propose_dates"] = "propose_dates"
    slots: tuple[AwareDatetime, ...] = Field(max_length=20)
    another: AwareDatetime | None = None
    """One more, where none of those offered suits."""
    attendees: tuple[Code, ...] = Field(min_length=2)
    venue: Code = "ward-office"
    chair: Code | None = None
    """The division of the ward that chairs; None: the one that coordinates the case."""


class ProposeOtherDates(Act):
    """候補日の出し直し: another round, with fresh answers. An invitation that went out is void."""

    act: Literal["propose_other_dates"] = "propose_other_dates"
    slots: tuple[AwareDatetime, ...] = Field(max_length=20)
    another: AwareDatetime | None = None
    reason: Text | None = None


class AnswerDates(Act):
    """日程の回答: one agency's answer to the whole round. What it does not name, it cannot."""

    act: Literal["answer_dates"] = "answer_dates"
    agency: Code
    yes: tuple[AwareDatetime, ...] = ()
    """参加できる."""
    if_needed: tuple[AwareDatetime, ...] = ()
    """調整すれば参加できる."""


class ChooseDate(Act):
    """開催日の決定: one of the proposed dates; the agencies are invited."""

    act: Literal["choose_date"] = "choose_date"
    starts_at: AwareDatetime


class ReportNoQuorum(Act):
    """定足数不足: too few came. With another date the meeting is set anew, without it dates are
    looked for again."""

    act: Literal["report_no_quorum"] = "report_no_quorum"
    present: tuple[Code, ...] = ()
    starts_at: AwareDatetime | None = None
    sitting_act_id: UUID | None = Field(None, json_schema_extra={"x-inner": True})
    """Of what act on a whole sitting this is the part of one case; its letters go out once."""
