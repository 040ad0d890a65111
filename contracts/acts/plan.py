"""Assessment, and the plan from draft to the person's acceptance."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.acts.base import Act
from contracts.message import Code, Message, Text


class CompleteAssessment(Act):
    """アセスメントの完了: what weighs on the household, by code and in words."""

    act: Literal["complete_assessment"] = "complete_assessment"
    issues: tuple[Code, ...] = Field(min_length=1)
    findings: Text | None = None
    about: tuple[Code, ...] = ()
    """What the words are about: categories of a consent. Empty: they may be about anything."""


class PlanKind(StrEnum):
    SUPPORT = "support"
    """支援プラン, put to the consent-based 重層的支援会議."""
    OUTREACH = "outreach"
    """アウトリーチ支援プラン, made by a 支援会議 (法106条の6)."""


class AgencyRole(Message):
    """What one agency does under a plan (支援機関ごとの役割)."""

    agency: Code
    role: Literal["lead", "support", "watch", "advice"] = "support"


class Goal(Message):
    """One goal of a plan: what is to be reached, how that is told, and when it is looked at.

    Its number is its place in the plan, from 1 on.
    """

    term: Literal["long", "short"] = "short"
    """長期目標・短期目標."""
    text: Text | None = None
    measure: Text | None = None
    """What will be seen once it is reached (達成の目安)."""
    review_on: date | None = None
    """評価日: the plan is monitored on this day too."""


class PlanTask(Message):
    """取組: what one agency does under a plan, by when. It waits in the agency's worklist."""

    agency: Code
    what: Code = "other"
    text: Text | None = None
    due_on: date
    duty_id: UUID | None = None
    """What the agency took on at a meeting and this task takes the place of, once it is lived."""


class GoalProgress(Message):
    """How one goal stands: at a monitoring, or at the end."""

    goal: int = Field(ge=1)
    """The goal's number in the plan."""
    progress: Literal["achieved", "mostly", "partly", "unchanged", "worse"]
    remark: Text | None = None


class DraftPlan(Act):
    """プラン案の作成: issues, wishes, goals, tasks, the role of each agency, and the period."""

    act: Literal["draft_plan"] = "draft_plan"
    roles: tuple[AgencyRole, ...] = Field(min_length=1)
    starts_on: date
    ends_on: date
    issues: tuple[Code, ...] = ()
    wishes: Text | None = None
    long_goal: Text | None = Field(None, json_schema_extra={"deprecated": True})
    """As one text; `goals` says it by goal."""
    short_goal: Text | None = Field(None, json_schema_extra={"deprecated": True})
    goals: tuple[Goal, ...] = Field((), max_length=20)
    tasks: tuple[PlanTask, ...] = Field((), max_length=50)
    monitoring_on: tuple[date, ...] = Field((), max_length=20)
    """モニタリング予定日; none: every `Policy.monitoring_every`."""
    participation: bool = False
    """参加支援への接続."""
    outreach: bool = False
    """アウトリーチへの接続."""


class PreparePlan(DraftPlan):
    """プランの事前準備: made while consent is missing; it starts when consent comes (A4)."""

    act: Literal["prepare_plan"] = "prepare_plan"  # type: ignore[assignment]


class ReviseDraft(DraftPlan):
    """プラン案の修正, before a meeting has adopted it: the whole paper anew, as a next 稿."""

    act: Literal["revise_draft"] = "revise_draft"  # type: ignore[assignment]
    based_on: int = Field(ge=1)
    """The 稿 that was read: refused with `stale-draft` if somebody has revised it since."""


class ApprovePlan(Act):
    """支援決定: by somebody other than the plan's author (invariant 4)."""

    act: Literal["approve_plan"] = "approve_plan"


class ReturnPlan(Act):
    """差戻し: back to the author, with the reason."""

    act: Literal["return_plan"] = "return_plan"
    reason: Text | None = None


class RecordAcceptance(Act):
    """本人のプラン同意."""

    act: Literal["record_acceptance"] = "record_acceptance"
    person_id: UUID


class RecordDecline(Act):
    """本人がプランを望まない: back to the draft."""

    act: Literal["record_decline"] = "record_decline"
    person_id: UUID
    reason: Text | None = None
