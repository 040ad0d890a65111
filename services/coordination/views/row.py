"""Cases in lists, and what each waits for."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.coordination.views.act import Staff, View


class Waiting(View):
    """Why a case waits, for whom, until when."""

    line: str
    asks: str | None = None
    role: str | None = None
    role_label: str | None = None
    agency: str | None = None
    agency_name: str | None = None
    assignee: Staff | None = None
    kind: str | None = None
    state: str | None = None
    """The workflow that waits, and where it is."""
    until: datetime | None = None
    overdue: bool = False
    paused: str | None = None
    """What else would come by itself, why it does not just now, and what makes it go on."""


class CaseRow(View):
    case_id: UUID
    receipt_number: str
    channel: str
    channel_label: str
    divisions: tuple[str, ...]
    """所管課, as they were called on the day of the reception."""
    programme_no: int
    basic_area: str | None
    daily_area: str | None
    received_on: date
    urgent: bool
    state: str
    state_label: str
    track: Literal["main", "sk"]
    since: datetime
    episode: int
    coordinator: Staff | None
    coordinator_agency: str
    coordinator_agency_name: str
    lead_agency: str | None
    closure_reason: str | None
    closure_reason_label: str | None
    waiting: Waiting


class FoundCase(CaseRow):
    """A case that a search found."""

    persons: tuple[UUID, ...]
    meant: tuple[UUID, ...]
    """Who of them was searched for by name."""


class SearchPage(View):
    items: tuple[FoundCase, ...]
    next: str | None = None
    too_many_names: bool = False
    """Whether more people have such a name than were looked at."""


class CasePage(View):
    items: tuple[CaseRow, ...]
    next: str | None = None
