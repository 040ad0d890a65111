"""Closing coordination, following up, and opening again (process A9)."""

from enum import StrEnum
from typing import Literal

from contracts.acts.base import Act
from contracts.acts.plan import GoalProgress
from contracts.message import Code, Text


class ClosureReason(StrEnum):
    """終結理由 (process A9; no official list exists, so this one is the ward's to settle)."""

    INFORMATION = "information"
    SINGLE_AGENCY = "single-agency"
    ROLES_AGREED = "roles-agreed"
    """役割分担合意・主担当へ移行."""
    SOLVED = "solved"
    OTHER_SYSTEM = "other-system"
    MOVED_AWAY = "moved-away"
    FACILITY = "facility-or-hospital"
    DIED = "died"
    DECLINED = "declined-by-person"
    LOST_CONTACT = "lost-contact"
    MERGED = "merged"
    WITHDRAWN = "intake-withdrawn"
    OTHER = "other"


class EvaluateClosure(Act):
    """終結評価: reason, achievement and the agency that stays (主担当), or why there is none."""

    act: Literal["evaluate_closure"] = "evaluate_closure"
    reason: ClosureReason
    achievement: Literal["met", "mostly-met", "partly-met", "not-met"]
    lead_agency: Code | None = None
    no_lead_reason: Literal["not-needed", "died", "moved-away", "declined-by-person"] | None = None
    remaining: Text | None = None
    """残る課題."""
    change_seen: Text | None = None
    """見られた変化."""
    goals: tuple[GoalProgress, ...] = ()
    """Of the plan by which the case lived last, goal by goal."""


class ApproveClosure(Act):
    """終結の決定: by somebody other than who evaluated (invariant 4)."""

    act: Literal["approve_closure"] = "approve_closure"


class ReturnClosure(Act):
    """終結評価の差戻し."""

    act: Literal["return_closure"] = "return_closure"
    reason: Text | None = None


class ContinueSupport(Act):
    """支援の継続: not to be closed yet."""

    act: Literal["continue_support"] = "continue_support"


class RecordFollowUp(Act):
    """終結後のフォロー."""

    act: Literal["record_follow_up"] = "record_follow_up"
    result: Literal["stable", "worry", "not-reached"]


class Reopen(Act):
    """再開 as a new episode of the same case."""

    act: Literal["reopen"] = "reopen"
