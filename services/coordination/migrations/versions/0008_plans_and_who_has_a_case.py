"""Goals and tasks of plans, the loop of a referral, packages, errands, and who has a case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNCHANGING = ("plan_goal", "plan_task")
"""Tables of a plan's paper that never change once it is decided (invariant 5)."""

COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "plan_version": (
        sa.Column("episode", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revisers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("content_command", sa.Uuid(), nullable=True),
        sa.Column("previous_plan_id", sa.Uuid(), nullable=True),
        sa.Column("issues", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("monitoring_on", sa.ARRAY(sa.Date()), server_default="{}", nullable=False),
    ),
    "monitoring": (sa.Column("meeting_id", sa.Uuid(), nullable=True),),
    "referral": (
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
    ),
    "handover": (
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    ),
    "suspension": (
        sa.Column("resume_when", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
    ),
}
"""What tables that are there already learn."""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_check_constraint(
        "approver_is_no_reviser", "plan_version", "NOT decided_by = ANY (revisers)"
    )
    op.create_table(
        "plan_goal",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.plan_id"],
        ),
        sa.PrimaryKeyConstraint("plan_id", "number"),
    )
    op.create_table(
        "plan_task",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.plan_id"],
        ),
        sa.PrimaryKeyConstraint("plan_id", "number"),
    )
    op.create_table(
        "goal_look",
        sa.Column("seen_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.plan_id"],
        ),
        sa.PrimaryKeyConstraint("seen_id", "plan_id", "number"),
    )
    op.create_table(
        "referrer",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.referral_id"],
        ),
        sa.PrimaryKeyConstraint("referral_id", "agency"),
    )
    op.create_table(
        "referral_report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.referral_id"],
        ),
        sa.PrimaryKeyConstraint("report_id"),
    )
    op.create_index(
        op.f("ix_referral_report_referral_id"), "referral_report", ["referral_id"], unique=False
    )
    op.create_table(
        "handover_paper",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("to_agency", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["handover.handover_id"],
        ),
        sa.PrimaryKeyConstraint("handover_id", "item"),
    )
    op.create_table(
        "suspension_review",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("suspension_id", sa.Uuid(), nullable=False),
        sa.Column("condition_met", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["suspension_id"],
            ["suspension.suspension_id"],
        ),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index(
        op.f("ix_suspension_review_suspension_id"),
        "suspension_review",
        ["suspension_id"],
        unique=False,
    )
    op.create_table(
        "errand",
        sa.Column("errand_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("errand_id"),
    )
    op.create_index(op.f("ix_errand_case_id"), "errand", ["case_id"], unique=False)
    op.create_index(op.f("ix_errand_plan_id"), "errand", ["plan_id"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_agency", sa.String(), nullable=False),
        sa.Column("to_agency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("transfer_id"),
    )
    op.create_index(op.f("ix_transfer_case_id"), "transfer", ["case_id"], unique=False)
    op.create_index(
        "uq_transfer_open",
        "transfer",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "reassignment",
        sa.Column("reassignment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("from_coordinator", sa.String(), nullable=True),
        sa.Column("from_agency", sa.String(), nullable=True),
        sa.Column("case_ids", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("to_coordinator", sa.String(), nullable=True),
        sa.Column("to_agency", sa.String(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('planned', 'done', 'cancelled')", name="status"),
        sa.CheckConstraint(
            "num_nonnulls(to_coordinator, to_agency, undoes) > 0", name="to_somebody"
        ),
        sa.PrimaryKeyConstraint("reassignment_id"),
    )
    op.create_index(
        "ix_reassignment_due",
        "reassignment",
        ["effective_on"],
        unique=False,
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_table(
        "reassigned_case",
        sa.Column("reassignment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("from_coordinator", sa.String(), nullable=True),
        sa.Column("from_agency", sa.String(), nullable=True),
        sa.Column("to_coordinator", sa.String(), nullable=True),
        sa.Column("to_agency", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reassignment_id"],
            ["reassignment.reassignment_id"],
        ),
        sa.PrimaryKeyConstraint("reassignment_id", "case_id"),
    )

    for table in UNCHANGING:
        op.execute(
            f"CREATE TRIGGER decided_{table}_never_changes "
            f"BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decided_plan()"
        )


def downgrade() -> None:
    for table in (
        "reassigned_case",
        "reassignment",
        "transfer",
        "errand",
        "suspension_review",
        "handover_paper",
        "referral_report",
        "referrer",
        "goal_look",
        "plan_task",
        "plan_goal",
    ):
        op.drop_table(table)
    op.drop_constraint("approver_is_no_reviser", "plan_version")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
