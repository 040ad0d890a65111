"""Participation's tables: places in the community, the way into them, and what is built there."""

from services.participation.models.activity import Activity, Group, Session, Support
from services.participation.models.base import Table
from services.participation.models.food import Donor, FoodDrive, HandOver, Lot, Pantry, StockMove
from services.participation.models.issue import Issue, IssueGroup, IssueNote
from services.participation.models.placement import (
    DevelopmentRequest,
    Hold,
    Placement,
    PlacementStep,
    Waiting,
)
from services.participation.models.resource import (
    Resource,
    ResourceChange,
    ResourceImport,
    ResourceImportFault,
    ResourcePhoto,
)
from services.participation.models.training import (
    Attendance,
    Certificate,
    CertificateCounter,
    Course,
    CourseSession,
    Learner,
    Registration,
)
from services.participation.models.venue import DaySheet, DaySheetRevision, Venue
from services.participation.models.volunteer import Engagement, Volunteer
from services.participation.models.work import ReportingWay, Work, WorkRevision

__all__ = [
    "Activity",
    "Attendance",
    "Certificate",
    "CertificateCounter",
    "Course",
    "CourseSession",
    "DaySheet",
    "DaySheetRevision",
    "DevelopmentRequest",
    "Donor",
    "Engagement",
    "FoodDrive",
    "Group",
    "HandOver",
    "Hold",
    "Issue",
    "IssueGroup",
    "IssueNote",
    "Learner",
    "Lot",
    "Pantry",
    "Placement",
    "PlacementStep",
    "Registration",
    "ReportingWay",
    "Resource",
    "ResourceChange",
    "ResourceImport",
    "ResourceImportFault",
    "ResourcePhoto",
    "Session",
    "StockMove",
    "Support",
    "Table",
    "Venue",
    "Volunteer",
    "Waiting",
    "Work",
    "WorkRevision",
]
