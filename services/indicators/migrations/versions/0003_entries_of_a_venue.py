"""The entries of a venue in the order of their days: a venue's part of a figure opens at once."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ledger_entry_venue",
        "ledger_entry",
        ["venue", "on_date", "entry_id"],
        postgresql_where="venue IS NOT NULL AND NOT withdrawn",
    )
