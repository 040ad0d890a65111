"""Coordination's tables, one module per concept."""

from services.coordination.models.case import (
    CaseFile,
    CasePerson,
    RecordedStep,
    Staff,
    Strand,
    TeamMember,
    TimelineEntry,
)
from services.coordination.models.consent import Consent, ConsentRefusal, Disclosure
from services.coordination.models.household import GuardFlag, HouseholdMember
from services.coordination.models.mail import Mail
from services.coordination.models.meeting import (
    Attendee,
    Meeting,
    PaperCopy,
    SecrecyAcknowledgement,
    SupportRequest,
)
from services.coordination.models.outcome import (
    Advice,
    CommunityAnswer,
    CommunityIssue,
    Duty,
    Feedback,
    StatutoryMeeting,
)
from services.coordination.models.plan import (
    Assessment,
    Monitoring,
    PlanAcceptance,
    PlanRole,
    PlanVersion,
)
from services.coordination.models.reminder import Reminder
from services.coordination.models.sitting import Rescheduling, Sitting, Slot, SlotAnswer
from services.coordination.models.support import (
    Contact,
    Evaluation,
    FollowUp,
    Handover,
    Outreach,
    Placement,
    Progress,
    Referral,
    Suspension,
    UrgentMeasure,
)
from services.coordination.models.table import Table
from services.coordination.models.work import CommandRow, PrivateTextRow, Task, TaskComment

__all__ = [
    "Advice",
    "Assessment",
    "Attendee",
    "CaseFile",
    "CasePerson",
    "CommandRow",
    "CommunityAnswer",
    "CommunityIssue",
    "Consent",
    "ConsentRefusal",
    "Contact",
    "Disclosure",
    "Duty",
    "Evaluation",
    "Feedback",
    "FollowUp",
    "GuardFlag",
    "Handover",
    "HouseholdMember",
    "Mail",
    "Meeting",
    "Monitoring",
    "Outreach",
    "PaperCopy",
    "Placement",
    "PlanAcceptance",
    "PlanRole",
    "PlanVersion",
    "PrivateTextRow",
    "Progress",
    "RecordedStep",
    "Referral",
    "Reminder",
    "Rescheduling",
    "SecrecyAcknowledgement",
    "Sitting",
    "Slot",
    "SlotAnswer",
    "Staff",
    "StatutoryMeeting",
    "Strand",
    "SupportRequest",
    "Suspension",
    "Table",
    "Task",
    "TaskComment",
    "TeamMember",
    "TimelineEntry",
    "UrgentMeasure",
]
