"""Community issues, and training with its certificates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_issues()
    _make_training()


def _make_issues() -> None:
    op.create_table(
        "issue_group",
        sa.Column("issue_group_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("basic_area", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("resource_id", sa.Uuid),
        sa.Column("activity_id", sa.Uuid),
        sa.Column("answered_on", sa.Date),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("issue_group_id"),
    )
    op.create_table(
        "issue",
        sa.Column("issue_id", sa.Uuid, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("noticed_by", sa.Text),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("basic_area", sa.Text),
        sa.Column("daily_area", sa.Text),
        sa.Column("wanted_kinds", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("issue_group_id", sa.Uuid),
        sa.Column("receipt_number", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_group_id"], ["issue_group.issue_group_id"]),
        sa.PrimaryKeyConstraint("issue_id"),
    )
    op.create_index("ix_issue_listed", "issue", ["status", "issue_id"])
    op.create_table(
        "issue_note",
        sa.Column("note_id", sa.Uuid, nullable=False),
        sa.Column("issue_group_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_group_id"], ["issue_group.issue_group_id"]),
        sa.PrimaryKeyConstraint("note_id"),
    )
    op.create_index("ix_issue_note_group", "issue_note", ["issue_group_id", "on_date"])


def _make_training() -> None:
    op.create_table(
        "course",
        sa.Column("course_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("required_for", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("valid_months", sa.Integer),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("completed_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("capacity > 0", name="ck_course_capacity"),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="ck_course_taken"),
        sa.PrimaryKeyConstraint("course_id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "course_session",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("course_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("starts_at", sa.Time, nullable=False),
        sa.Column("ends_at", sa.Time, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_course_session_hours"),
        sa.ForeignKeyConstraint(["course_id"], ["course.course_id"]),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_course_session_course", "course_session", ["course_id", "on_date"])
    op.create_table(
        "learner",
        sa.Column("learner_id", sa.Uuid, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("learner_id"),
        sa.UniqueConstraint("agency", "reference", name="uq_learner_reference"),
    )
    op.create_table(
        "registration",
        sa.Column("course_id", sa.Uuid, nullable=False),
        sa.Column("learner_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.course_id"]),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.learner_id"]),
        sa.PrimaryKeyConstraint("course_id", "learner_id"),
    )
    op.create_index("ix_registration_learner", "registration", ["learner_id"])
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("learner_id", sa.Uuid, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.learner_id"]),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.session_id"]),
        sa.PrimaryKeyConstraint("session_id", "learner_id"),
    )
    op.create_table(
        "certificate",
        sa.Column("certificate_id", sa.Uuid, nullable=False),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("course_id", sa.Uuid, nullable=False),
        sa.Column("learner_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.ForeignKeyConstraint(["course_id"], ["course.course_id"]),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.learner_id"]),
        sa.PrimaryKeyConstraint("certificate_id"),
        sa.UniqueConstraint("course_id", "learner_id", name="uq_certificate_course"),
        sa.UniqueConstraint("fiscal_year", "serial", name="uq_certificate_serial"),
    )
    op.create_table(
        "certificate_counter",
        sa.Column("fiscal_year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year"),
    )
