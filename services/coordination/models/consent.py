"""Consent, refusal, and every disclosure across agencies with its legal basis (process A4)."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlmodel import Field

from services.coordination.models.table import Codes, Instant, Table


class Consent(Table, table=True):
    """What one person agreed to, on which form. The last word of a kind stands."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("kind IN ('sharing', 'support')", name="kind"),
        CheckConstraint("given_by <> 'proxy' OR relation IS NOT NULL", name="proxy_relation"),
        CheckConstraint(
            "method <> 'oral-two-witnesses' OR cardinality(witnesses) >= 2", name="two_witnesses"
        ),
        Index(
            "uq_consent_standing",
            "case_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL AND replaced_at IS NULL"),
        ),
        Index("ix_consent_case", "case_id", "person_id"),
    )

    consent_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    person_id: UUID
    kind: str
    purposes: Codes
    categories: Codes
    recipients: Codes
    """Empty: every agency of the case's team."""
    given_by: str
    relation: str | None = None
    method: str
    form_version: str
    text_hash: str
    """SHA-256 of the form's text as it was shown, in hexadecimal."""
    obtained_at: Instant
    recorded_by: str
    expires_on: date | None = None
    obtained_on: date | None = None
    """The day on which it was given, where it was recorded later."""
    witnesses: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    """Who heard an oral consent."""
    document_id: str | None = None
    withdrawn_at: Instant | None = None
    replaced_at: Instant | None = None


class ConsentRefusal(Table, table=True):
    """No consent, and why: the normal case, not an exception."""

    __tablename__ = "consent_refusal"

    refusal_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    person_id: UUID
    kind: str
    reason: str
    at: Instant
    recorded_by: str


class Disclosure(Table, table=True):
    """Something about the case became known to another agency; never deleted (invariant 3)."""

    __tablename__ = "disclosure"
    __table_args__ = (
        CheckConstraint("legal_basis <> ''", name="legal_basis"),
        Index("ix_disclosure_case", "case_id", "at"),
    )

    disclosure_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id")
    what: str
    """meeting · referral · records · papers."""
    to_agency: str
    legal_basis: str
    """consent · law-106-6 · appi-69-2-2 (相当の理由, 個人情報保護法69条2項2号)."""
    meeting_id: UUID | None = None
    purpose: str | None = None
    categories: Codes = Field(default_factory=list, sa_type=ARRAY(Text))
    """Of the information told; empty where that cannot be said."""
    by: str
    at: Instant
