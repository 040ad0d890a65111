"""Community issues (地域課題): what meetings and attentive people saw, and what became of it.

Nothing here names a person; words are sealed all the same.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


class IssueGroup(Table, table=True):
    """Issues that are about the same thing, discussed and answered together."""

    __tablename__ = "issue_group"

    issue_group_id: UUID = Field(primary_key=True)
    title: str = Field(sa_type=Text)
    theme: str = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """open · discussed · answered."""
    answer: str | None = Field(sa_type=Text)
    """resource · activity · other · declined."""
    resource_id: UUID | None
    activity_id: UUID | None
    answered_on: date | None
    opened_on: date
    version: int


class Issue(Table, table=True):
    """One issue: raised by a meeting, or a 気づき of a 特別出張所 and others who notice."""

    __tablename__ = "issue"
    __table_args__ = (Index("ix_issue_listed", "status", "issue_id"),)

    issue_id: UUID = Field(primary_key=True)
    source: str = Field(sa_type=Text)
    """meeting · notice."""
    noticed_by: str | None = Field(sa_type=Text)
    """Which office or what kind of person noticed it; nobody's name."""
    on_date: date
    theme: str = Field(sa_type=Text)
    basic_area: str | None = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    wanted_kinds: list[str] = codes()
    status: str = Field(sa_type=Text)
    """open · grouped · answered · intake (somebody is helped as a case)."""
    issue_group_id: UUID | None = Field(
        sa_column=Column(ForeignKey("issue_group.issue_group_id"), nullable=True)
    )
    receipt_number: str | None = Field(sa_type=Text)
    """Of the intake that it became."""
    sealed: bytes | None = Field(sa_type=LargeBinary)
    version: int
    entered_at: datetime = instant()


class IssueNote(Table, table=True):
    """What was said about a group of issues on a day."""

    __tablename__ = "issue_note"
    __table_args__ = (Index("ix_issue_note_group", "issue_group_id", "on_date"),)

    note_id: UUID = Field(primary_key=True)
    issue_group_id: UUID = Field(
        sa_column=Column(ForeignKey("issue_group.issue_group_id"), nullable=False)
    )
    on_date: date
    kind: str = Field(sa_type=Text)
    """discussion · research · contact · answer."""
    sealed: bytes = Field(sa_type=LargeBinary)
    by: str = Field(sa_type=Text)
    at: datetime = instant()
