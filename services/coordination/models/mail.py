"""Letters to agencies: rows of the transaction that causes them, sent afterwards."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.coordination.models.table import Instant, Table


class Mail(Table, table=True):
    """One letter to one agency, about one meeting or about the meetings of a sitting to which it is
    invited. Nothing in it tells of a person or a case."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'sent', 'refused', 'no-address')", name="mail_status"
        ),
        CheckConstraint("num_nonnulls(meeting_id, sitting_act_id) = 1", name="about_one"),
        UniqueConstraint("meeting_id", "agency", "what", "number", name="uq_mail_once"),
        UniqueConstraint("sitting_act_id", "agency", "what", name="uq_mail_once_of_sitting"),
        UniqueConstraint("seq", name="uq_mail_seq"),
        Index("ix_mail_waiting", "seq", postgresql_where=text("status = 'waiting'")),
    )

    mail_id: UUID = Field(primary_key=True)
    """Its Message-ID is made of it: sent again after a crash, it is the same letter."""
    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    meeting_id: UUID | None = Field(default=None, foreign_key="meeting.meeting_id")
    sitting_act_id: UUID | None = Field(default=None, foreign_key="sitting_act.sitting_act_id")
    """What was done to a whole sitting, told once; it waits until every case has followed."""
    entries: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """Of a sitting's letter: its calendar entries (`meeting_id`, `number`, `starts_at`)."""
    agency: str
    what: str
    """dates · dates-reminder · invitation · cancellation · sheet-reminder · feedback."""
    number: int
    """Which one of its kind: the invitation's SEQUENCE, the round of the dates."""
    starts_at: Instant | None = None
    venue: str
    status: str = "waiting"
    attempts: int = 0
    next_try_at: Instant
    created_at: Instant
    sent_at: Instant | None = None
    error: str | None = None
    """The server's code, or the name of the fault. Never its words: they may repeat addresses."""
