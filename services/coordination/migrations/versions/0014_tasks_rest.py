"""Tasks that rest while their case is suspended."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("rests_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("task", "rests_since")
