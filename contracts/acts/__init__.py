"""What people do to a case: one model an act, with the fields its form has.

An act is posted to coordination's API, stored as a command, and delivered to the workflow as a
Temporal Update with the same model, its private texts left out (`without_private`). Which act is
allowed in which state stands in `contracts.life`. Source: process A12.
"""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.acts.base import Act
from contracts.acts.closing import (
    ApproveClosure,
    ClosureReason,
    ContinueSupport,
    EvaluateClosure,
    RecordFollowUp,
    Reopen,
    ReturnClosure,
)
from contracts.acts.consent import ConsentKind, RecordConsent, RecordRefusal, WithdrawConsent
from contracts.acts.dates import (
    AnswerDates,
    ChooseDate,
    ProposeDates,
    ProposeOtherDates,
    ReportNoQuorum,
)
from contracts.acts.errand import ErrandTopic, ReportErrand
from contracts.acts.handover import ConfirmHandover, HandoverItem, NameSides, PackHandover
from contracts.acts.household import AddPerson, SettleReminder
from contracts.acts.meeting import (
    AcceptSupportMeeting,
    AcknowledgeSecrecy,
    ApproveMinutes,
    CancelMeeting,
    DecidePlan,
    DecideSupport,
    DeclineSupportMeeting,
    HoldMeeting,
    LegalBasis,
    PlanVerdict,
    PostponeMeeting,
    ScheduleMeeting,
    SubmitSheet,
    SupportDecision,
)
from contracts.acts.outcome import (
    AssignDuty,
    DraftMinutes,
    DutyKind,
    Felt,
    RaiseCommunityIssue,
    RecordAdvice,
    RecordStatutoryMeeting,
    ReturnMinutes,
    SubmitFeedback,
)
from contracts.acts.participation import (
    Approach,
    EndPlacement,
    JoinWaitingList,
    MatchAgain,
    RecordAnswer,
    RecordLink,
    RecordSettling,
    RecordTrial,
    RecordVisit,
    RequestDevelopment,
    StopWaiting,
)
from contracts.acts.plan import (
    AgencyRole,
    ApprovePlan,
    CompleteAssessment,
    DraftPlan,
    Goal,
    GoalProgress,
    PlanKind,
    PlanTask,
    PreparePlan,
    RecordAcceptance,
    RecordDecline,
    ReturnPlan,
    ReviseDraft,
)
from contracts.acts.referral import (
    AcceptReferral,
    DeclineReferral,
    FinishReferral,
    ReferOn,
    ReportReferral,
    ReturnReferral,
    StartReferral,
)
from contracts.acts.screening import (
    AskConsent,
    EndWithInformation,
    MergeInto,
    NoConsentReason,
    ReferToAgency,
    RequestSupportMeeting,
    RespondUrgently,
)
from contracts.acts.support import (
    ContactOutcome,
    MonitoringResult,
    RecheckConsent,
    RecordContact,
    RecordMonitoring,
    RecordProgress,
    ReportLostContact,
    RequestReferral,
    Resume,
    ReviewSuspension,
    StartParticipation,
    Suspend,
    SuspensionReason,
)
from contracts.acts.transfer import (
    AcceptTransfer,
    DeclineTransfer,
    ProposeTransfer,
    WithdrawTransfer,
)
from contracts.message import Code, Message

AnyAct = Annotated[
    EndWithInformation
    | ReferToAgency
    | MergeInto
    | RespondUrgently
    | AskConsent
    | RequestSupportMeeting
    | RecordConsent
    | RecordRefusal
    | WithdrawConsent
    | CompleteAssessment
    | DraftPlan
    | PreparePlan
    | ApprovePlan
    | ReturnPlan
    | RecordAcceptance
    | RecordDecline
    | ScheduleMeeting
    | SubmitSheet
    | AcknowledgeSecrecy
    | PostponeMeeting
    | CancelMeeting
    | HoldMeeting
    | DecidePlan
    | DecideSupport
    | ApproveMinutes
    | AcceptSupportMeeting
    | DeclineSupportMeeting
    | ProposeDates
    | ProposeOtherDates
    | AnswerDates
    | ChooseDate
    | ReportNoQuorum
    | RecordAdvice
    | AssignDuty
    | DraftMinutes
    | ReturnMinutes
    | SubmitFeedback
    | RaiseCommunityIssue
    | RecordStatutoryMeeting
    | RecordProgress
    | RecordContact
    | RecheckConsent
    | RequestReferral
    | StartParticipation
    | RecordMonitoring
    | ReportLostContact
    | Suspend
    | Resume
    | EvaluateClosure
    | ApproveClosure
    | ReturnClosure
    | ContinueSupport
    | RecordFollowUp
    | Reopen
    | AcceptReferral
    | DeclineReferral
    | ReferOn
    | FinishReferral
    | Approach
    | RequestDevelopment
    | JoinWaitingList
    | StopWaiting
    | MatchAgain
    | RecordAnswer
    | RecordVisit
    | RecordTrial
    | RecordLink
    | RecordSettling
    | EndPlacement
    | ConfirmHandover
    | AddPerson
    | SettleReminder
    | NameSides
    | PackHandover
    | ReviseDraft
    | ReviewSuspension
    | StartReferral
    | ReportReferral
    | ReturnReferral
    | ReportErrand
    | ProposeTransfer
    | AcceptTransfer
    | DeclineTransfer
    | WithdrawTransfer,
    Field(discriminator="act"),
]
"""Every act, told apart by its `act` code."""


class Actor(Message):
    """Who acts. Identifiers and codes only."""

    sub: str
    """The subject of the login token."""
    roles: tuple[Code, ...] = ()
    agency: Code | None = None


class Command(Message):
    """An act on its way to a workflow; its id makes it count once."""

    command_id: UUID
    act: AnyAct
    actor: Actor
    at: AwareDatetime


class Outcome(Message):
    """What came of a command: the state that the workflow is in after it."""

    command_id: UUID
    state: str
    at: AwareDatetime


__all__ = [
    "AcceptReferral",
    "AcceptSupportMeeting",
    "AcceptTransfer",
    "AcknowledgeSecrecy",
    "Act",
    "Actor",
    "AddPerson",
    "AgencyRole",
    "AnswerDates",
    "AnyAct",
    "Approach",
    "ApproveClosure",
    "ApproveMinutes",
    "ApprovePlan",
    "AskConsent",
    "AssignDuty",
    "CancelMeeting",
    "ChooseDate",
    "ClosureReason",
    "Command",
    "CompleteAssessment",
    "ConfirmHandover",
    "ConsentKind",
    "ContactOutcome",
    "ContinueSupport",
    "DecidePlan",
    "DecideSupport",
    "DeclineReferral",
    "DeclineSupportMeeting",
    "DeclineTransfer",
    "DraftMinutes",
    "DraftPlan",
    "DutyKind",
    "EndPlacement",
    "EndWithInformation",
    "ErrandTopic",
    "EvaluateClosure",
    "Felt",
    "FinishReferral",
    "Goal",
    "GoalProgress",
    "HandoverItem",
    "HoldMeeting",
    "JoinWaitingList",
    "LegalBasis",
    "MatchAgain",
    "MergeInto",
    "MonitoringResult",
    "NameSides",
    "NoConsentReason",
    "Outcome",
    "PackHandover",
    "PlanKind",
    "PlanTask",
    "PlanVerdict",
    "PostponeMeeting",
    "PreparePlan",
    "ProposeDates",
    "ProposeOtherDates",
    "ProposeTransfer",
    "RaiseCommunityIssue",
    "RecheckConsent",
    "RecordAcceptance",
    "RecordAdvice",
    "RecordAnswer",
    "RecordConsent",
    "RecordContact",
    "RecordDecline",
    "RecordFollowUp",
    "RecordLink",
    "RecordMonitoring",
    "RecordProgress",
    "RecordRefusal",
    "RecordSettling",
    "RecordStatutoryMeeting",
    "RecordTrial",
    "RecordVisit",
    "ReferOn",
    "ReferToAgency",
    "Reopen",
    "ReportErrand",
    "ReportLostContact",
    "ReportNoQuorum",
    "ReportReferral",
    "RequestDevelopment",
    "RequestReferral",
    "RequestSupportMeeting",
    "RespondUrgently",
    "Resume",
    "ReturnClosure",
    "ReturnMinutes",
    "ReturnPlan",
    "ReturnReferral",
    "ReviewSuspension",
    "ReviseDraft",
    "ScheduleMeeting",
    "SettleReminder",
    "StartParticipation",
    "StartReferral",
    "StopWaiting",
    "SubmitFeedback",
    "SubmitSheet",
    "SupportDecision",
    "Suspend",
    "SuspensionReason",
    "WithdrawConsent",
    "WithdrawTransfer",
]
