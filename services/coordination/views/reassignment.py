"""Bulk reassignments: what they would do, and what they did, case by case."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.coordination.views.act import Staff, View


class ReassignedCaseView(View):
    """One case of a bulk act. Before it is done, `outcome` is None."""

    case_id: UUID
    receipt_number: str | None
    state_label: str | None
    outcome: Literal["moved", "unchanged", "not-found", "closed", "changed-since"] | None
    tasks: int
    """Open tasks that follow, or followed."""
    from_coordinator: Staff | None
    from_agency: str | None
    to_coordinator: Staff | None
    to_agency: str | None


class ReassignmentView(View):
    reassignment_id: UUID | None
    """None for a preview."""
    status: Literal["preview", "planned", "done", "cancelled"]
    by: Staff
    at: datetime
    reason: str
    effective_on: date
    from_coordinator: Staff | None
    from_agency: str | None
    from_agency_name: str | None
    to_coordinator: Staff | None
    to_agency: str | None
    to_agency_name: str | None
    undoes: UUID | None
    done_at: datetime | None
    counts: dict[str, int]
    """How many cases had each outcome."""
    cases: tuple[ReassignedCaseView, ...]


class Reassignments(View):
    items: tuple[ReassignmentView, ...]
