"""Snoozed and escalating tasks, kinds of words on them, what a case waits for, search for cases."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STANDING = sa.text("until IS NULL")


def upgrade() -> None:
    op.add_column("task", sa.Column("escalates_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("snoozed_by", sa.String(), nullable=True))
    op.add_column("task", sa.Column("snooze_reason", sa.String(), nullable=True))
    op.create_check_constraint(
        "snoozed_why", "task", "snoozed_until IS NULL OR snooze_reason IS NOT NULL"
    )
    op.add_column(
        "task_comment",
        sa.Column("what", sa.String(), nullable=False, server_default="assigned"),
    )
    op.alter_column("task_comment", "what", server_default=None)
    for name in ("daily_area", "waiting_kind", "waiting_state", "waiting_assignee"):
        op.add_column("case_file", sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_case_file_opened", "case_file", ["opened_at", "case_id"])
    op.create_index("ix_case_file_state_opened", "case_file", ["state", "opened_at", "case_id"])
    op.create_index("ix_case_file_area", "case_file", ["basic_area", "daily_area", "opened_at"])
    op.create_index(
        "ix_case_file_receipt_prefix",
        "case_file",
        ["receipt_number"],
        postgresql_ops={"receipt_number": "text_pattern_ops"},
    )
    op.create_index(
        "ix_case_file_receipt_count",
        "case_file",
        [sa.text("split_part(receipt_number, '-', 3)")],
    )
    op.create_index(
        "ix_case_file_urgent", "case_file", ["opened_at"], postgresql_where=sa.text("urgent")
    )
    op.create_index(
        "ix_team_member_standing", "team_member", ["agency", "case_id"], postgresql_where=STANDING
    )
    op.create_index("ix_meeting_attendee_agency", "meeting_attendee", ["agency", "meeting_id"])


def downgrade() -> None:
    op.drop_index("ix_meeting_attendee_agency", "meeting_attendee")
    op.drop_index("ix_team_member_standing", "team_member")
    for name in ("urgent", "receipt_count", "receipt_prefix", "area", "state_opened", "opened"):
        op.drop_index(f"ix_case_file_{name}", "case_file")
    for name in ("daily_area", "waiting_kind", "waiting_state", "waiting_assignee"):
        op.drop_column("case_file", name)
    op.drop_column("task_comment", "what")
    op.drop_constraint("snoozed_why", "task")
    for name in ("escalates_at", "snoozed_until", "snoozed_by", "snooze_reason"):
        op.drop_column("task", name)
