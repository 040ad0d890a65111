"""Households beside their members: relations, flags, judged prompts, the chronology."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null)


def upgrade() -> None:
    op.create_table(
        "kinship",
        sa.Column("kinship_id", sa.Uuid, primary_key=True),
        sa.Column("household_id", sa.Uuid, sa.ForeignKey("household.household_id"), nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
        sa.Column("other_person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
        _text("kind"),
        _text("recorded_by"),
        _instant("recorded_at"),
        _text("ended_by", null=True),
        _instant("ended_at", null=True),
        sa.CheckConstraint("person_id <> other_person_id", name="of_two_persons"),
    )
    op.create_index("ix_kinship_household_id", "kinship", ["household_id"])
    op.create_index(
        "uq_kinship_standing",
        "kinship",
        ["person_id", "other_person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "person_flag",
        sa.Column("flag_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
        _text("kind"),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        _text("recorded_by"),
        _instant("recorded_at"),
        sa.Column("renewals", sa.Integer, nullable=False),
        _text("ended_by", null=True),
        _instant("ended_at", null=True),
        sa.CheckConstraint("kind IN ('staff-safety', 'address-protection')", name="kind"),
        sa.CheckConstraint("expires_on >= starts_on", name="ends_after_it_begins"),
    )
    op.create_index("ix_person_flag_person_id", "person_flag", ["person_id"])
    op.create_index(
        "uq_person_flag_standing",
        "person_flag",
        ["person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "prompt_dismissal",
        sa.Column("dismissal_id", sa.Uuid, primary_key=True),
        sa.Column("household_id", sa.Uuid, sa.ForeignKey("household.household_id"), nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
        _text("kind"),
        sa.Column("reasons", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _text("dismissed_by"),
        _instant("dismissed_at"),
    )
    op.create_index("ix_prompt_dismissal_household_id", "prompt_dismissal", ["household_id"])
    op.create_table(
        "chronology_entry",
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("household_id", sa.Uuid, sa.ForeignKey("household.household_id"), nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        _text("exact"),
        _text("kind"),
        sa.Column("person_ids", sa.ARRAY(sa.Uuid), nullable=False),
        _text("agency"),
        _text("legal_basis"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _text("recorded_by"),
        _instant("recorded_at"),
        _text("withdrawn_by", null=True),
        _instant("withdrawn_at", null=True),
    )
    op.create_index(
        "ix_chronology_entry_household_id", "chronology_entry", ["household_id", "on_date"]
    )


def downgrade() -> None:
    for table in ("chronology_entry", "prompt_dismissal", "person_flag", "kinship"):
        op.drop_table(table)
