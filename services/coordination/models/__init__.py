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
from services.coordination.models.meeting import (
    Attendee,
    Meeting,
    PaperCopy,
    SecrecyAcknowledgement,
    SupportRequest,
)
from services.coordination.models.plan import (
    Assessment,
    Monitoring,
    PlanAcceptance,
    PlanRole,
    PlanVersion,
)
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
    "Assessment",
    "Attendee",
    "CaseFile",
    "CasePerson",
    "CommandRow",
    "Consent",
    "ConsentRefusal",
    "Contact",
    "Disclosure",
    "Evaluation",
    "FollowUp",
    "Handover",
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
    "SecrecyAcknowledgement",
    "Staff",
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
