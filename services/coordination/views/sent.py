"""What an agency sees of the requests that it sent."""

from datetime import date, datetime
from uuid import UUID

from services.coordination.views.act import View


class SentReferral(View):
    """A request that an agency sent, or sent on; its end only as far as consent allows."""

    referral_id: UUID
    case_id: UUID | None
    """None: the agency does not see the case."""
    receipt_number: str
    agency: str
    """Who was asked."""
    agency_name: str
    sent_at: datetime
    state: str
    state_label: str
    due_at: datetime | None
    """By when the agency that was asked has to do what it is at now."""
    due_on: date | None
    """By when it was asked to be done."""
    overdue: bool
    ended_at: datetime | None
    end: str | None
    """told · withheld; None while it is open. Withheld: it ended, and that is all."""
    result: str | None
    result_label: str | None
    reason_label: str | None


class SentReferrals(View):
    items: tuple[SentReferral, ...]
    next: str | None = None
