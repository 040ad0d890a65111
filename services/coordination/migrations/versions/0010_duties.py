"""What was taken on at a meeting waits in the worklist."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("errand", sa.Column("meeting_id", sa.Uuid(), nullable=True))
    op.add_column("plan_task", sa.Column("duty_id", sa.Uuid(), nullable=True))
    op.add_column("duty", sa.Column("assignee", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("duty", "assignee")
    op.drop_column("plan_task", "duty_id")
    op.drop_column("errand", "meeting_id")
