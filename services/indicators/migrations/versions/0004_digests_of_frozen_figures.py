"""A digest of each frozen figure beside the version, so that an altered one has a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "frozen_version", sa.Column("digests", JSONB, nullable=False, server_default="{}")
    )
    op.alter_column("frozen_version", "digests", server_default=None)
