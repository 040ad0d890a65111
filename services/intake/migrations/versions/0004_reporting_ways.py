"""By which way venues and kinds of activity are counted, as participation says."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reporting_way",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("way", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", "code", "from_on"),
    )
