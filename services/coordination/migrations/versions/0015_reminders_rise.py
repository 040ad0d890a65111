"""Reminders that are open get the day on which they go to a superior."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RISES = """
    UPDATE task t
    SET escalates_at = LEAST(
        GREATEST(COALESCE(t.snoozed_until, t.opened_at), now()) + interval '7 days', t.due_at
    )
    FROM reminder r
    WHERE r.task_id = t.task_id AND t.closed_at IS NULL AND t.escalates_at IS NULL
"""
"""Five business days are a week, give or take a holiday; nobody is told of an old one at once."""


def upgrade() -> None:
    op.execute(RISES)


def downgrade() -> None:
    """The day does no harm where nothing looks at it."""
