"""Community building: counted work, venues, activities, volunteers, the food network."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_work()
    _make_venues()
    _make_activities()
    _make_volunteers()
    _make_food()


def _make_work() -> None:
    op.create_table(
        "work",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("source_kind", sa.Text, nullable=False),
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("programme_no", sa.Integer, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("venue", sa.Text),
        sa.Column("group_code", sa.Text),
        sa.Column("basic_area", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.CheckConstraint("quantity >= 0", name="ck_work_quantity"),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("ix_work_scope", "work", ["kind", "venue", "on_date"])
    op.create_index("ix_work_source", "work", ["source_id"])
    op.create_table(
        "work_revision",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("revision", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", postgresql.JSONB, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["work.record_id"]),
        sa.PrimaryKeyConstraint("record_id", "revision"),
    )
    op.create_table(
        "reporting_way",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "code", "from_on"),
    )


def _make_venues() -> None:
    op.create_table(
        "venue",
        sa.Column("venue_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("daily_area", sa.Text, nullable=False),
        sa.Column("basic_area", sa.Text, nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer), nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("venue_id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "day_sheet",
        sa.Column("sheet_id", sa.Uuid, nullable=False),
        sa.Column("venue_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("opens_at", sa.Time),
        sa.Column("closes_at", sa.Time),
        sa.Column("item_values", postgresql.JSONB, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.venue_id"]),
        sa.PrimaryKeyConstraint("sheet_id"),
    )
    op.create_index(
        "uq_day_sheet_day",
        "day_sheet",
        ["venue_id", "on_date"],
        unique=True,
        postgresql_where=sa.text("NOT withdrawn"),
    )
    op.create_table(
        "day_sheet_revision",
        sa.Column("sheet_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", postgresql.JSONB, nullable=False),
        sa.Column("sealed_before", sa.LargeBinary),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["day_sheet.sheet_id"]),
        sa.PrimaryKeyConstraint("sheet_id", "version"),
    )


def _make_activities() -> None:
    op.create_table(
        "community_group",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("purposes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("daily_area", sa.Text),
        sa.Column("households", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("name_key"),
    )
    op.create_table(
        "activity",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("group_id", sa.Uuid),
        sa.Column("themes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("daily_area", sa.Text),
        sa.Column("basic_area", sa.Text),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["community_group.group_id"]),
        sa.PrimaryKeyConstraint("activity_id"),
    )
    op.create_index("ix_activity_listed", "activity", ["status", "activity_id"])
    op.create_table(
        "activity_support",
        sa.Column("support_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.activity_id"]),
        sa.PrimaryKeyConstraint("support_id"),
    )
    op.create_index("ix_activity_support_activity", "activity_support", ["activity_id", "on_date"])
    op.create_table(
        "activity_session",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("starts_at", sa.Time, nullable=False),
        sa.Column("ends_at", sa.Time, nullable=False),
        sa.Column("volunteers_wanted", sa.Integer, nullable=False),
        sa.Column("engaged", sa.Integer, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_activity_session_hours"),
        sa.CheckConstraint(
            "engaged >= 0 AND engaged <= volunteers_wanted", name="ck_activity_session_engaged"
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.activity_id"]),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_activity_session_day", "activity_session", ["on_date", "activity_id"])


def _make_volunteers() -> None:
    op.create_table(
        "volunteer",
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("daily_areas", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("times", postgresql.JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("insured_until", sa.Date),
        sa.Column("likeness", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_volunteer_likeness", "volunteer", ["likeness"])
    op.create_index("ix_volunteer_skills", "volunteer", ["skills"], postgresql_using="gin")
    op.create_table(
        "engagement",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["activity_session.session_id"]),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.volunteer_id"]),
        sa.PrimaryKeyConstraint("session_id", "volunteer_id"),
    )
    op.create_index("ix_engagement_volunteer", "engagement", ["volunteer_id"])


def _make_food() -> None:
    op.create_table(
        "donor",
        sa.Column("donor_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("likeness", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("donor_id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_donor_likeness", "donor", ["likeness"])
    op.create_table(
        "food_drive",
        sa.Column("drive_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("daily_area", sa.Text),
        sa.Column("donors", sa.Integer, nullable=False),
        sa.Column("donor_id", sa.Uuid),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.donor_id"]),
        sa.PrimaryKeyConstraint("drive_id"),
    )
    op.create_table(
        "food_lot",
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("drive_id", sa.Uuid),
        sa.Column("donor_id", sa.Uuid),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("storage", sa.Text, nullable=False),
        sa.Column("best_before", sa.Date),
        sa.Column("on_hand", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.CheckConstraint("on_hand >= 0", name="ck_food_lot_on_hand"),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.donor_id"]),
        sa.ForeignKeyConstraint(["drive_id"], ["food_drive.drive_id"]),
        sa.PrimaryKeyConstraint("lot_id"),
    )
    op.create_index("ix_food_lot_listed", "food_lot", ["status", "best_before", "lot_id"])
    op.create_table(
        "stock_move",
        sa.Column("move_id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("hand_over_id", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity <> 0", name="ck_stock_move_quantity"),
        sa.ForeignKeyConstraint(["lot_id"], ["food_lot.lot_id"]),
        sa.PrimaryKeyConstraint("move_id"),
    )
    op.create_index("ix_stock_move_hand_over", "stock_move", ["hand_over_id"])
    op.create_index("ix_stock_move_lot", "stock_move", ["lot_id"])
    op.create_table(
        "food_pantry",
        sa.Column("pantry_id", sa.Uuid, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("daily_area", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pantry_id"),
    )
    op.create_table(
        "hand_over",
        sa.Column("hand_over_id", sa.Uuid, nullable=False),
        sa.Column("pantry_id", sa.Uuid, nullable=False),
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("households", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["community_group.group_id"]),
        sa.ForeignKeyConstraint(["pantry_id"], ["food_pantry.pantry_id"]),
        sa.PrimaryKeyConstraint("hand_over_id"),
    )
    op.create_index("ix_hand_over_pantry", "hand_over", ["pantry_id"])
