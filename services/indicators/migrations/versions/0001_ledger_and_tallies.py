"""The ledger, the tallies, and the members of distinct counts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("on_date", sa.Date),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("programme_no", sa.Integer),
        sa.Column("agency", sa.Text),
        sa.Column("venue", sa.Text),
        sa.Column("group_code", sa.Text),
        sa.Column("basic_area", sa.Text),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("attrs", JSONB, nullable=False),
        sa.Column("case_id", sa.Uuid),
        sa.Column("receipt_number", sa.Text),
        sa.Column("report_id", sa.Uuid),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.PrimaryKeyConstraint("entry_id"),
        sa.CheckConstraint("withdrawn OR on_date IS NOT NULL", name="ck_ledger_entry_dated"),
    )
    op.create_index(
        "ix_ledger_entry_counted",
        "ledger_entry",
        ["event_type", "kind", "on_date", "entry_id"],
        postgresql_where="NOT withdrawn",
    )
    op.create_index("ix_ledger_entry_on_date", "ledger_entry", ["on_date"], postgresql_using="brin")
    op.create_index(
        "ix_ledger_entry_case", "ledger_entry", ["case_id"], postgresql_where="case_id IS NOT NULL"
    )
    op.create_table(
        "tally",
        *_cell(),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.Column("sub_value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "measure_id", "measure_version", "fiscal_year", "basic_area", "month"
        ),
    )
    op.create_table(
        "distinct_member",
        *_cell(),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("refs", sa.BigInteger, nullable=False),
        sa.Column("sub_refs", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "measure_id", "measure_version", "fiscal_year", "basic_area", "month", "member"
        ),
    )


def _cell() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("measure_id", sa.Text, nullable=False),
        sa.Column("measure_version", sa.Integer, nullable=False),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("basic_area", sa.Text, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
    )
