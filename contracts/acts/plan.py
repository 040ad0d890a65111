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


class DraftPlan(Act):
    """プラン案の作成: goals, the role of each agency, and the period."""

    act: Literal["draft_plan"] = "draft_plan"
    roles: tuple[AgencyRole, ...] = Field(min_length=1)
    starts_on: date
    ends_on: date
    wishes: Text | None = None
    long_goal: Text | None = None
    short_goal: Text | None = None
    participation: bool = False
    """参加支援への接続."""
    outreach: bool = False
    """アウトリーチへの接続."""


class PreparePlan(DraftPlan):
    """プランの事前準備: made while consent is missing; it starts when consent comes (A4)."""

    act: Literal["prepare_plan"] = "prepare_plan"  # type: ignore[assignment]


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
