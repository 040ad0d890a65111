"""The two meetings (process A3) and what is done in them."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.acts.base import Act
from contracts.acts.plan import AgencyRole, Goal, PlanTask
from contracts.message import Code, Text


class LegalBasis(StrEnum):
    """Under which rule a meeting sits; mandatory on every meeting (process 0.1)."""

    CONSENT = "consent"
    """重層的支援会議: only with the live sharing consent of everybody discussed (invariant 1)."""
    LAW_106_6 = "law-106-6"
    """支援会議, 社会福祉法106条の6: no consent needed, everyone bound to secrecy."""


class ScheduleMeeting(Act):
    """会議の設定: date and attendees. The state of the case decides the legal basis."""

    act: Literal["schedule_meeting"] = "schedule_meeting"
    starts_at: AwareDatetime
    attendees: tuple[Code, ...] = Field(min_length=2)
    """Agencies; for a 支援会議 the fewest that are needed."""
    venue: Code = "ward-office"
    chair: Code | None = None
    """The division of the ward that chairs; None: the one that coordinates the case."""
    sitting_id: UUID | None = None
    """The sitting (合同開催) in which this case is one of several; it has the same date."""


class SubmitSheet(Act):
    """準備シートの提出: one agency's four answers (process A3)."""

    act: Literal["submit_sheet"] = "submit_sheet"
    agency: Code
    household_view: Text | None = None
    """把握している世帯像."""
    current_work: Text | None = None
    """現在の取り組み状況."""
    wanted_agencies: Text | None = None
    """どの支援機関に関わってもらいたいか."""
    requests: Text | None = None
    """他部署へお願いしたいこと."""


class AcknowledgeSecrecy(Act):
    """守秘義務の確認: for this 支援会議, by one attendee; no acknowledgement, no papers."""

    act: Literal["acknowledge_secrecy"] = "acknowledge_secrecy"
    agency: Code


class PostponeMeeting(Act):
    """延期."""

    act: Literal["postpone_meeting"] = "postpone_meeting"
    starts_at: AwareDatetime
    reason: Text | None = None
    sitting_act_id: UUID | None = Field(None, json_schema_extra={"x-inner": True})
    """Of what act on a whole sitting this is the part of one case; its letters go out once."""


class CancelMeeting(Act):
    """中止."""

    act: Literal["cancel_meeting"] = "cancel_meeting"
    reason: Text | None = None
    sitting_act_id: UUID | None = Field(None, json_schema_extra={"x-inner": True})
    """Of what act on a whole sitting this is the part of one case; its letters go out once."""


class HoldMeeting(Act):
    """開催: who was there and what was said."""

    act: Literal["hold_meeting"] = "hold_meeting"
    present: tuple[Code, ...] = Field(min_length=1)
    minutes: Text | None = None


class PlanVerdict(StrEnum):
    """What a 重層的支援会議 says of the plan put to it (process A12, MEETING)."""

    ADOPTED = "adopted"
    REVISE = "revise"
    MORE_INFORMATION = "more-information"
    NOT_SUITABLE = "not-suitable"


class DecidePlan(Act):
    """会議の結論 (重層的支援会議). `agency` is needed for NOT_SUITABLE: who goes on alone."""

    act: Literal["decide_plan"] = "decide_plan"
    verdict: PlanVerdict
    agency: Code | None = None


class SupportDecision(StrEnum):
    """What a 支援会議 decides (process A12, SK_DECIDED)."""

    OUTREACH_PLAN = "outreach-plan"
    WATCH = "watch"
    """見守り: the meeting sits again within months."""
    EMERGENCY = "emergency"
    """緊急対応・通報."""
    OTHER_MEETING = "other-meeting"
    """他の法定会議へ."""
    NOT_APPLICABLE = "not-applicable"
    """対象外: back to screening."""


class DecideSupport(Act):
    """支援会議の結論. An outreach plan carries its roles and period, and is counted (3.5)."""

    act: Literal["decide_support"] = "decide_support"
    decision: SupportDecision
    agency: Code | None = None
    """Who goes out to the person; needed for an outreach plan."""
    starts_on: date | None = None
    ends_on: date | None = None
    goals: tuple[Goal, ...] = Field((), max_length=20)
    roles: tuple[AgencyRole, ...] = ()
    """Of the outreach plan, beside the agency that goes out."""
    tasks: tuple[PlanTask, ...] = Field((), max_length=50)
    """取組 of the outreach plan, of agencies at the table; each waits in its agency's worklist."""
    monitoring_on: tuple[date, ...] = Field((), max_length=20)
    """モニタリング予定日; none: every `Policy.monitoring_every`."""
    statutory_meeting: Code | None = None
    """Which one, for OTHER_MEETING (A11)."""


class ApproveMinutes(Act):
    """会議録の承認: by somebody other than who drafted it."""

    act: Literal["approve_minutes"] = "approve_minutes"


class AcceptSupportMeeting(Act):
    """支援会議の開催決定 (区)."""

    act: Literal["accept_support_meeting"] = "accept_support_meeting"


class DeclineSupportMeeting(Act):
    """支援会議を開かない (区), with the reason: consent is sought again."""

    act: Literal["decline_support_meeting"] = "decline_support_meeting"
    reason: Text | None = None
