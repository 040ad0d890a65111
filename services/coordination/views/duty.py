"""What was taken on at a meeting."""

from datetime import date, datetime
from uuid import UUID

from services.coordination.views.act import Staff, View


class DutyView(View):
    """役割分担: who does what by when, and what became of it."""

    duty_id: UUID
    """The id of its errand too."""
    meeting_id: UUID
    agency: str
    agency_name: str
    duty: str
    duty_label: str
    due_on: date
    assignee: Staff | None
    standing: str | None
    """open · done · not-possible · planned · stopped; None: it was only written down."""
    standing_label: str | None
    reported_at: datetime | None
