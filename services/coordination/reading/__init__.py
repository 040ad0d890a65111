"""What people see of cases: lists, pages, histories, texts. Screens never ask the workflows."""

from services.coordination.reading.cases import CaseFilter, find_cases, show_case
from services.coordination.reading.command import show_command
from services.coordination.reading.consents import show_disclosures, show_persons
from services.coordination.reading.fiscal_years import list_fiscal_year_tasks
from services.coordination.reading.looks import show_looks
from services.coordination.reading.meetings import show_meeting
from services.coordination.reading.names import list_staff
from services.coordination.reading.papers import make_copy, show_copy, show_papers
from services.coordination.reading.records import show_records
from services.coordination.reading.search import CaseSearch, search_cases
from services.coordination.reading.sent_referrals import sent_referrals
from services.coordination.reading.sittings import (
    list_sittings,
    show_sitting,
    show_sitting_act,
)
from services.coordination.reading.suggestions import suggest
from services.coordination.reading.tasks import show_task
from services.coordination.reading.timeline import show_timeline
from services.coordination.reading.worklist import TaskFilter, find_tasks

__all__ = [
    "CaseFilter",
    "CaseSearch",
    "TaskFilter",
    "find_cases",
    "find_tasks",
    "list_fiscal_year_tasks",
    "list_sittings",
    "list_staff",
    "make_copy",
    "search_cases",
    "sent_referrals",
    "show_case",
    "show_command",
    "show_copy",
    "show_disclosures",
    "show_looks",
    "show_meeting",
    "show_papers",
    "show_persons",
    "show_records",
    "show_sitting",
    "show_sitting_act",
    "show_task",
    "show_timeline",
    "suggest",
]
