"""Timeline, consents, texts, disclosures, staff."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.message import Private
from services.coordination.views.act import Staff, Target, View


class Entry(View):
    entry_id: UUID
    at: datetime
    kind: str
    kind_label: str
    target: Target
    act: str | None
    act_label: str | None
    cause: str | None
    cause_label: str | None
    came_from: str | None
    came_from_label: str | None
    state: str
    state_label: str
    result: str | None
    by: Staff | None
    agency: str | None
    line: str


class TimelinePage(View):
    items: tuple[Entry, ...]
    next: str | None = None


class ConsentView(View):
    consent_id: UUID
    kind: str
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    given_by: str
    relation: str | None
    method: str
    form_version: str
    text_hash: str
    obtained_at: datetime
    expires_on: date | None
    obtained_on: date | None = None
    witnesses: tuple[Staff, ...] = ()
    document_id: str | None = None
    withdrawn_at: datetime | None
    live: bool


class RefusalView(View):
    kind: str
    reason: str
    reason_label: str
    at: datetime
    by: Staff


class PersonConsents(View):
    person_id: UUID
    sharing: ConsentView | None
    support: ConsentView | None
    history: tuple[ConsentView, ...]
    refusals: tuple[RefusalView, ...]


class Persons(View):
    items: tuple[PersonConsents, ...]


class Record(View):
    """One private text, opened for somebody who may read it."""

    record_id: str
    field: str
    label: str
    act: str
    act_label: str
    target: Target
    text: Private
    by: Staff
    agency: str | None
    at: datetime
    legal_basis: str | None


class ClosedRecords(View):
    """Papers that the caller may not open, and why."""

    meeting_id: UUID | None
    reason: Literal[
        "secrecy-not-acknowledged",
        "consent-missing",
        "outside-scope",
        "not-an-attendee",
        "absent",
        "papers-closed",
    ]
    categories: tuple[str, ...] = ()
    """What somebody's consent does not cover, where it is outside its scope."""


class Watermark(View):
    """Who was shown these texts, when, and for what: it goes wherever they are shown."""

    reader: Staff
    agency: str | None
    agency_name: str
    at: datetime
    purpose: str
    purpose_label: str


class Records(View):
    items: tuple[Record, ...]
    closed: tuple[ClosedRecords, ...]
    watermark: Watermark


class CopyView(View):
    """A numbered copy that somebody made for print."""

    number: int
    by: Staff
    agency_name: str
    at: datetime


class Papers(View):
    """The papers of a 支援会議, as one attendee sees them at one moment."""

    meeting_id: UUID
    case_id: UUID
    receipt_number: str
    starts_at: datetime | None
    items: tuple[Record, ...]
    seen_by: Staff
    agency_name: str
    seen_at: datetime
    closes_at: datetime | None
    number: int | None
    """Of the copy that this is; None where it is only looked at."""
    copies: tuple[CopyView, ...]


class DisclosureView(View):
    what: str
    to: str
    to_name: str
    legal_basis: str
    legal_basis_label: str
    meeting_id: UUID | None
    purpose: str | None
    categories: tuple[str, ...]
    by: Staff
    at: datetime


class Disclosures(View):
    items: tuple[DisclosureView, ...]


class Look(View):
    """Somebody looked at a record or acted on it, and was let or not."""

    at: datetime
    by: Staff
    action: str
    action_label: str
    about: str
    subject_id: str
    outcome: str
    reason: str | None


class Looks(View):
    items: tuple[Look, ...]


class StaffRow(View):
    sub: str
    name: str | None
    roles: tuple[str, ...]
    agency: str | None


class StaffList(View):
    items: tuple[StaffRow, ...]


class ConsentForm(View):
    form_version: str
    valid_from: date
    valid_until: date | None
    in_force: bool
    text: str
    text_hash: str


class ConsentForms(View):
    items: tuple[ConsentForm, ...]
