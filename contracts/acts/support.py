"""While support goes on: progress, contacts, monitoring, suspension."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.acts.base import Act
from contracts.acts.plan import GoalProgress
from contracts.message import Code, Text


class RecordProgress(Act):
    """支援経過の記録. `joint_with` names the agencies it was done together with (3.4)."""

    act: Literal["record_progress"] = "record_progress"
    agency: Code
    on: date
    joint_with: tuple[Code, ...] = ()
    about: tuple[Code, ...] = ()
    """What the words are about: categories of a consent. Empty: they may be about anything."""


class ContactOutcome(StrEnum):
    """How a try to reach the person ended (process A7)."""

    NO_ANSWER = "no-answer"
    REFUSED = "refused"
    TALKED = "talked"
    GOOD_RELATION = "good-relation"
    """The person trusts the worker: consent can be asked for again."""


class RecordContact(Act):
    """接触の記録: one rung of the attempt ladder."""

    act: Literal["record_contact"] = "record_contact"
    agency: Code
    on: date
    method: Literal["letter", "telephone", "visit", "visit-with-known-person", "accompany", "watch"]
    outcome: ContactOutcome
    about: tuple[Code, ...] = ()
    """What the words are about: categories of a consent. Empty: they may be about anything."""


class RecheckConsent(Act):
    """同意の再確認を始める."""

    act: Literal["recheck_consent"] = "recheck_consent"


class RequestReferral(Act):
    """支援機関への依頼, beside the plan: a closed loop of its own."""

    act: Literal["request_referral"] = "request_referral"
    agency: Code
    request: Text | None = None
    due_on: date | None = None
    """By when it should be done; none: `Policy.referral_done_due` after it was accepted."""


class StartParticipation(Act):
    """参加支援の開始: a person's wish for a place in the community (process A8)."""

    act: Literal["start_participation"] = "start_participation"
    person_id: UUID
    kinds: tuple[Code, ...] = Field(min_length=1)
    """What kind of place is wished for, by the catalogue's resource kinds."""
    daily_area: str | None = None
    wish: Text | None = None
    agency: Code | None = None
    """Whose worker looks after it: 若者サポートセンターフラットおおた (programme 8), SAPOTA
    (programme 6) …; None: the 社協's 地域福祉コーディネーター (programme 7)."""


class MonitoringResult(StrEnum):
    CONTINUE = "continue"
    CHANGE = "change"
    GOAL_MET = "goal-met"
    STALLED = "stalled"


class RecordMonitoring(Act):
    """モニタリングの記録, in a meeting or on paper; of each goal how it stands."""

    act: Literal["record_monitoring"] = "record_monitoring"
    result: MonitoringResult
    on_paper: bool = True
    meeting_id: UUID | None = None
    """The meeting of this case in which it was done."""
    goals: tuple[GoalProgress, ...] = ()
    change_seen: Text | None = None
    """見られた変化."""


class ReportLostContact(Act):
    """連絡不能の報告."""

    act: Literal["report_lost_contact"] = "report_lost_contact"


class SuspensionReason(StrEnum):
    REFUSAL = "continued-refusal"
    ABSENCE = "long-absence"
    OTHER_PROCEDURE = "other-procedure-first"
    LOST_CONTACT = "lost-contact"


class Suspend(Act):
    """中断, with the condition under which the case resumes."""

    act: Literal["suspend"] = "suspend"
    reason: SuspensionReason
    resume_when: tuple[Code, ...] = ()
    """再開の条件, by code."""
    resume_condition: Text | None = None
    """The same in words."""
    review_on: date | None = None
    """When the condition is looked at; none: after `Policy.suspension_review`."""


class ReviewSuspension(Act):
    """中断中の確認: whether the condition under which the case resumes is met."""

    act: Literal["review_suspension"] = "review_suspension"
    condition_met: bool
    review_on: date | None = None
    """When it is looked at next."""


class Resume(Act):
    """再開: back to where the case was."""

    act: Literal["resume"] = "resume"
