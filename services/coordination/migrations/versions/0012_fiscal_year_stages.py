"""Where each fiscal year's figures are, for the worklist of those who act on them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fiscal_year_stage",
        sa.Column("fiscal_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("by", sa.String()),
        sa.PrimaryKeyConstraint("fiscal_year"),
    )


def downgrade() -> None:
    op.drop_table("fiscal_year_stage")
