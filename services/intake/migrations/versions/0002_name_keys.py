"""Keyed digests under which a person is found by name."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("name_keys", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("person", "name_keys", server_default=None)
    op.create_index("ix_person_name_keys", "person", ["name_keys", "person_id"])
    op.create_table(
        "name_key",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("digest", "person_id"),
    )
    op.create_index("ix_name_key_person_id", "name_key", ["person_id"])


def downgrade() -> None:
    op.drop_table("name_key")
    op.drop_index("ix_person_name_keys", "person")
    op.drop_column("person", "name_keys")
