"""Meetings in depth: dates found, sittings, what a meeting leaves behind, letters."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sitting",
        sa.Column("sitting_id", sa.Uuid(), primary_key=True),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("organiser", sa.String(), nullable=False),
        sa.Column("called_by", sa.String(), nullable=False),
        sa.Column("called_at", INSTANT, nullable=False),
    )
    _meeting()
    _dates()
    _outcomes()
    _community()
    _mail()


def _meeting() -> None:
    op.alter_column("meeting", "starts_at", nullable=True)
    for column in (
        sa.Column("organiser", sa.String(), nullable=True),
        sa.Column("chair", sa.String(), nullable=True),
        sa.Column("sitting_id", sa.Uuid(), sa.ForeignKey("sitting.sitting_id"), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("poll_round", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("chosen_why", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("minutes_drafted_at", INSTANT, nullable=True),
        sa.Column("minutes_drafted_by", sa.String(), nullable=True),
    ):
        op.add_column("meeting", column)
    op.create_index("ix_meeting_sitting_id", "meeting", ["sitting_id"])
    op.create_check_constraint(
        "minutes_approver_is_not_author", "meeting", "minutes_approved_by <> minutes_drafted_by"
    )
    op.add_column(
        "meeting_attendee",
        sa.Column("role", sa.String(), nullable=False, server_default="member"),
    )


def _dates() -> None:
    op.create_table(
        "meeting_slot",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.meeting_id"), primary_key=True),
        sa.Column("round", sa.Integer(), primary_key=True),
        sa.Column("starts_at", INSTANT, primary_key=True),
    )
    op.create_table(
        "slot_answer",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.meeting_id"), primary_key=True),
        sa.Column("round", sa.Integer(), primary_key=True),
        sa.Column("starts_at", INSTANT, primary_key=True),
        sa.Column("agency", sa.String(), primary_key=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    _of_meeting(
        "rescheduling",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("came_from", INSTANT, nullable=True),
        sa.Column("to", INSTANT, nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
    )


def _of_meeting(table: str, *columns: sa.Column[Any], key: str | None = None) -> None:
    """A table whose rows belong to a meeting, and say who made them and when."""
    op.create_table(
        table,
        sa.Column(key or f"{table}_id", sa.Uuid(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.meeting_id"), nullable=False),
        *columns,
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index(f"ix_{table}_meeting_id", table, ["meeting_id"])


def _outcomes() -> None:
    _of_meeting(
        "supervisor_advice", sa.Column("agency", sa.String(), nullable=False), key="advice_id"
    )
    _of_meeting(
        "duty",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
    )
    op.create_table(
        "meeting_feedback",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.meeting_id"), primary_key=True),
        sa.Column("agency", sa.String(), primary_key=True),
        sa.Column("shared_view", sa.String(), nullable=False),
        sa.Column("roles_clear", sa.String(), nullable=False),
        sa.Column("time_fit", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_table(
        "statutory_meeting",
        sa.Column("statutory_meeting_id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("case_file.case_id"), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_statutory_meeting_case_id", "statutory_meeting", ["case_id"])


def _community() -> None:
    _of_meeting(
        "community_issue",
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("case_file.case_id"), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("basic_area", sa.String(), nullable=True),
        sa.Column("daily_area", sa.String(), nullable=True),
        sa.Column("wanted_kinds", ARRAY(sa.Text()), nullable=False),
    )
    op.create_index("ix_community_issue_case_id", "community_issue", ["case_id"])
    issue = sa.ForeignKey("community_issue.community_issue_id")
    op.create_table(
        "community_answer",
        sa.Column("answer_id", sa.Uuid(), primary_key=True),
        sa.Column("community_issue_id", sa.Uuid(), issue, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
    )
    op.create_index(
        "ix_community_answer_community_issue_id", "community_answer", ["community_issue_id"]
    )


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("mail_id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.meeting_id"), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'refused', 'no-address')", name="mail_status"
        ),
        sa.UniqueConstraint("meeting_id", "agency", "what", "number", name="uq_mail_once"),
        sa.UniqueConstraint("seq", name="uq_mail_seq"),
    )
    op.create_index(
        "ix_mail_waiting", "mail", ["seq"], postgresql_where=sa.text("status = 'waiting'")
    )


def downgrade() -> None:
    """Refused by the database while a meeting is still without a date."""
    for table in (
        "mail",
        "community_answer",
        "community_issue",
        "statutory_meeting",
        "meeting_feedback",
        "duty",
        "supervisor_advice",
        "rescheduling",
        "slot_answer",
        "meeting_slot",
    ):
        op.drop_table(table)
    op.drop_column("meeting_attendee", "role")
    op.drop_constraint("minutes_approver_is_not_author", "meeting")
    for column in (
        "organiser",
        "chair",
        "sitting_id",
        "sequence",
        "poll_round",
        "chosen_why",
        "minutes_drafted_at",
        "minutes_drafted_by",
    ):
        op.drop_column("meeting", column)
    op.alter_column("meeting", "starts_at", nullable=False)
    op.drop_table("sitting")
