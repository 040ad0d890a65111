"""A whole sitting is postponed or called off in one act, and told once to each attendee."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "meeting",
        sa.Column("minutes_unread", sa.Boolean(), nullable=False, server_default="false"),
    )
    op.alter_column("meeting", "minutes_unread", server_default=None)
    op.add_column("sitting", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "sitting_act",
        sa.Column("sitting_act_id", sa.Uuid(), primary_key=True),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.sitting_id"]),
    )
    op.create_index(op.f("ix_sitting_act_sitting_id"), "sitting_act", ["sitting_id"])
    op.create_table(
        "sitting_act_case",
        sa.Column("sitting_act_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("details", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_act_id"], ["sitting_act.sitting_act_id"]),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.meeting_id"]),
        sa.PrimaryKeyConstraint("sitting_act_id", "meeting_id"),
    )
    _letters()


def _letters() -> None:
    op.alter_column("mail", "meeting_id", nullable=True)
    op.add_column("mail", sa.Column("sitting_act_id", sa.Uuid(), nullable=True))
    op.add_column("mail", sa.Column("entries", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("mail", "entries", server_default=None)
    op.create_foreign_key(None, "mail", "sitting_act", ["sitting_act_id"], ["sitting_act_id"])
    op.create_check_constraint("about_one", "mail", "num_nonnulls(meeting_id, sitting_act_id) = 1")
    op.create_unique_constraint(
        "uq_mail_once_of_sitting", "mail", ["sitting_act_id", "agency", "what"]
    )


def downgrade() -> None:
    op.execute("DELETE FROM mail WHERE sitting_act_id IS NOT NULL")
    op.drop_constraint("uq_mail_once_of_sitting", "mail", type_="unique")
    op.drop_constraint("about_one", "mail", type_="check")
    op.drop_column("mail", "entries")
    op.drop_column("mail", "sitting_act_id")
    op.alter_column("mail", "meeting_id", nullable=False)
    op.drop_table("sitting_act_case")
    op.drop_table("sitting_act")
    op.drop_column("sitting", "cancelled_at")
    op.drop_column("meeting", "minutes_unread")
