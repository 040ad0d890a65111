"""A figure is divided, and a venue's part of it opened, from the index alone.

The index of counted entries carries what figures are divided and narrowed by, so that a year's
figure is not fetched row by row from a table of millions. It is only read alone where vacuum has
been, hence after every hundredth row.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_ledger_entry_counted", "ledger_entry")
    op.create_index(
        "ix_ledger_entry_counted",
        "ledger_entry",
        ["event_type", "kind", "on_date", "entry_id"],
        postgresql_include=[
            "venue",
            "channel",
            "programme_no",
            "agency",
            "basic_area",
            "quantity",
            "flags",
        ],
        postgresql_where="NOT withdrawn",
    )
    op.drop_index("ix_ledger_entry_venue", "ledger_entry")
    op.create_index(
        "ix_ledger_entry_venue",
        "ledger_entry",
        ["venue", "kind", "on_date", "entry_id"],
        postgresql_where="venue IS NOT NULL AND NOT withdrawn",
    )
    op.execute("ALTER TABLE ledger_entry SET (autovacuum_vacuum_insert_scale_factor = 0.01)")
