"""The directory grows up: openings, features, photos, history, imports; waiting lists; wishes."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = ("kana", "eligibility", "access", "website", "public_contact", "name_key")
LISTS = ("weekdays", "features", "grams")


def upgrade() -> None:
    _widen_resource()
    _make_history_and_photos()
    _make_imports()
    op.add_column("placement", sa.Column("wish", sa.LargeBinary))
    op.add_column(
        "placement", sa.Column("wish_version", sa.Integer, nullable=False, server_default="0")
    )
    op.alter_column("placement", "wish_version", server_default=None)
    op.add_column("placement_step", sa.Column("rank", sa.Integer))
    op.add_column("development_request", sa.Column("closed_by", sa.Text))
    op.add_column("development_request", sa.Column("reason", sa.Text))
    op.create_table(
        "waiting",
        sa.Column("placement_id", sa.Uuid, sa.ForeignKey("placement.placement_id")),
        sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("placement_id"),
    )
    op.create_index("ix_waiting_resource_id", "waiting", ["resource_id", "since"])


def _widen_resource() -> None:
    for name in WORDS:
        op.add_column("resource", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in LISTS:
        codes: sa.Column[Any] = sa.Column(name, sa.ARRAY(sa.Text), nullable=False)
        codes.server_default = sa.DefaultClause("{}")
        op.add_column("resource", codes)
    op.add_column("resource", sa.Column("openings", JSONB, nullable=False, server_default="[]"))
    op.add_column("resource", sa.Column("fee_yen", sa.Integer))
    op.add_column("resource", sa.Column("check_due_on", sa.Date))
    # A rule without hours becomes an opening without hours, from the day it was entered.
    op.execute(
        "UPDATE resource SET openings = jsonb_build_array(jsonb_build_object("
        "'rule', schedule, 'starts_on', (created_at AT TIME ZONE 'Asia/Tokyo')::date))"
        " WHERE schedule IS NOT NULL"
    )
    op.execute("UPDATE resource SET check_due_on = assured_on + 182 WHERE status = 'published'")
    op.execute("UPDATE resource SET name_key = search_key")
    op.drop_column("resource", "schedule")
    for name in (*WORDS, *LISTS, "openings"):
        op.alter_column("resource", name, server_default=None)
    op.drop_index("ix_resource_search_key", "resource")
    op.create_index("ix_resource_grams", "resource", ["grams"], postgresql_using="gin")
    op.create_index("ix_resource_check_due", "resource", ["check_due_on"])
    op.create_index("ix_resource_name_key", "resource", ["name_key"])


def _make_history_and_photos() -> None:
    op.create_table(
        "resource_change",
        sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id")),
        sa.Column("version", sa.Integer, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("resource_id", "version"),
    )
    op.create_table(
        "resource_photo",
        sa.Column("photo_id", sa.Uuid, nullable=False),
        sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id"), nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("photo_id"),
    )
    op.create_index("ix_resource_photo_resource_id", "resource_photo", ["resource_id"])


def _make_imports() -> None:
    counts = ("total", "done", "made", "changed", "same", "refused")
    op.create_table(
        "resource_import",
        sa.Column("import_id", sa.Uuid, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("publish", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        sa.Column("sent_by", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_index("ix_resource_import_state", "resource_import", ["state", "import_id"])
    op.create_table(
        "resource_import_fault",
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("resource_import.import_id")),
        sa.Column("row", sa.Integer, autoincrement=False),
        sa.Column("place", sa.Integer, autoincrement=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("ja", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row", "place"),
    )
