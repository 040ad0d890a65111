"""Resources, placements with their steps and holds, and requests to make a place."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _codes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.ARRAY(sa.Text), nullable=False)


def upgrade() -> None:
    _make_resource()
    _make_placement()
    op.create_table(
        "hold",
        sa.Column("placement_id", sa.Uuid, sa.ForeignKey("placement.placement_id")),
        sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id"), nullable=False),
        _instant("held_at"),
        sa.PrimaryKeyConstraint("placement_id"),
    )
    op.create_index("ix_hold_resource_id", "hold", ["resource_id"])
    op.create_table(
        "development_request",
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("placement_id", sa.Uuid, sa.ForeignKey("placement.placement_id"), nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        _codes("kinds"),
        sa.Column("daily_area", sa.Text),
        sa.Column("basic_area", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("resource_id", sa.Uuid),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index(
        "ix_development_request_listed", "development_request", ["status", "request_id"]
    )
    op.create_index(
        "uq_development_request_open",
        "development_request",
        ["placement_id"],
        unique=True,
        postgresql_where="status = 'open'",
    )


def _make_resource() -> None:
    op.create_table(
        "resource",
        sa.Column("resource_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organiser", sa.Text, nullable=False),
        _codes("kinds"),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("daily_area", sa.Text),
        sa.Column("basic_area", sa.Text),
        sa.Column("min_age", sa.Integer),
        sa.Column("max_age", sa.Integer),
        sa.Column("schedule", sa.Text),
        sa.Column("schedule_note", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("capacity_status", sa.Text, nullable=False),
        sa.Column("cost", sa.Text, nullable=False),
        _codes("languages"),
        sa.Column("confidential_location", sa.Boolean, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("assured_on", sa.Date),
        sa.Column("assured_by", sa.Text),
        sa.Column("withdrawal_reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        _instant("created_at"),
        sa.Column("created_by", sa.Text, nullable=False),
        _instant("updated_at"),
        sa.PrimaryKeyConstraint("resource_id"),
        sa.CheckConstraint(
            "held >= 0 AND (capacity IS NULL OR held <= capacity)", name="ck_resource_held"
        ),
    )
    op.create_index("ix_resource_kinds", "resource", ["kinds"], postgresql_using="gin")
    op.create_index(
        "ix_resource_search_key",
        "resource",
        ["search_key"],
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )
    op.create_index("ix_resource_listed", "resource", ["status", "resource_id"])


def _make_placement() -> None:
    op.create_table(
        "placement",
        sa.Column("placement_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        _codes("kinds"),
        sa.Column("daily_area", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id")),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("linked_on", sa.Date),
        sa.Column("settled_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("end_reason", sa.Text),
        sa.PrimaryKeyConstraint("placement_id"),
    )
    op.create_index("ix_placement_case_id", "placement", ["case_id"])
    op.create_table(
        "placement_step",
        sa.Column("placement_id", sa.Uuid, sa.ForeignKey("placement.placement_id")),
        sa.Column("number", sa.Integer, autoincrement=False),
        _instant("at"),
        sa.Column("came_from", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("act", sa.Text),
        sa.Column("command_id", sa.Uuid),
        sa.Column("actor", sa.Text),
        sa.Column("resource_id", sa.Uuid),
        sa.PrimaryKeyConstraint("placement_id", "number"),
    )
