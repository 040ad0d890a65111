"""Files of activity lines, their rows that somebody should look at, and years that stand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_file",
        sa.Column("file_id", sa.Uuid, primary_key=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("principal", JSONB, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("encoding", sa.Text),
        sa.Column("other_sheets", sa.ARRAY(sa.Text), nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in (
                "percent",
                "rows_done",
                "accepted",
                "already_reported",
                "differing",
                "refused",
            )
        ),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_index(
        "ix_report_file_waiting",
        "report_file",
        ["sent_at"],
        postgresql_where=sa.text("status IN ('waiting', 'running')"),
    )
    op.create_index("ix_report_file_sender", "report_file", ["sender", "sent_at"])
    op.create_table(
        "report_file_rows",
        sa.Column("file_id", sa.Uuid, sa.ForeignKey("report_file.file_id"), primary_key=True),
        sa.Column("first_row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_row", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "settled_year",
        sa.Column("fiscal_year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("settled_year")
    op.drop_table("report_file_rows")
    op.drop_table("report_file")
