"""Fiscal years, frozen versions, what stood before, targets, comments, flagged figures."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = (
    """
    CREATE FUNCTION keep_ledger_before() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO ledger_before (entry_id, revision, on_date, said, replaced_at)
        VALUES (OLD.entry_id, OLD.revision, OLD.on_date, to_jsonb(OLD), now())
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entry_before AFTER UPDATE ON ledger_entry
        FOR EACH ROW WHEN (OLD.revision < NEW.revision) EXECUTE FUNCTION keep_ledger_before()
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END $$
    """,
    """
    CREATE TRIGGER frozen_figure_stays BEFORE UPDATE OR DELETE ON frozen_figure
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_before_stays BEFORE UPDATE OR DELETE ON ledger_before
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.status = 'proposed' AND NEW.status <> 'proposed'
           AND to_jsonb(OLD) - ARRAY['status', 'decided_by', 'decided_at']
             = to_jsonb(NEW) - ARRAY['status', 'decided_by', 'decided_at'] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END $$
    """,
    """
    CREATE TRIGGER frozen_version_stays BEFORE UPDATE OR DELETE ON frozen_version
        FOR EACH ROW EXECUTE FUNCTION refuse_version_change()
    """,
)


def upgrade() -> None:
    _ledger()
    _years()
    _versions()
    _attention()
    for statement in TRIGGERS:
        op.execute(statement)


def _ledger() -> None:
    op.add_column("ledger_entry", sa.Column("reason", sa.String))
    op.add_column("ledger_entry", sa.Column("trace_id", sa.String))
    op.create_index(
        "ix_ledger_entry_recorded_at", "ledger_entry", ["recorded_at"], postgresql_using="brin"
    )
    op.create_table(
        "ledger_before",
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("on_date", sa.Date, index=True),
        sa.Column("said", JSONB, nullable=False),
        _instant("replaced_at"),
    )
    op.create_table(
        "counted_rule",
        _number("fiscal_year"),
        sa.Column("measure_id", sa.String, primary_key=True),
        _number("measure_version"),
        sa.Column("rule", sa.String, nullable=False),
    )


def _years() -> None:
    op.create_table(
        "fiscal_year",
        _number("fiscal_year"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        _instant("since"),
        _instant("waits_until", nullable=True),
    )
    op.create_table(
        "fiscal_year_step",
        _number("fiscal_year"),
        _number("number"),
        _instant("at"),
        sa.Column("came_from", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("cause", sa.String),
        sa.Column("act", sa.String),
        sa.Column("actor", sa.String),
        sa.Column("command_id", sa.Uuid),
        sa.Column("version", sa.Integer),
    )
    op.create_table(
        "year_command",
        sa.Column("command_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("sub", sa.String),
        sa.Column("sub_name", sa.String),
        sa.Column("sealed_note", sa.LargeBinary),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("outcome", JSONB, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _instant("next_try_at"),
        _instant("created_at"),
        sa.Column("traceparent", sa.String),
        sa.Column("tracestate", sa.String),
        sa.CheckConstraint("status IN ('pending', 'applied', 'refused')", name="ck_year_command"),
    )
    op.create_index(
        "ix_year_command_pending",
        "year_command",
        ["seq"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def _versions() -> None:
    op.create_table(
        "frozen_version",
        _number("fiscal_year"),
        _number("number"),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("month", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
        _instant("frozen_at"),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("measures", JSONB, nullable=False),
        sa.Column("notes", JSONB, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("command_id", sa.Uuid),
        sa.Column("proposed_by", sa.String),
        sa.Column("decided_by", sa.String),
        _instant("decided_at", nullable=True),
    )
    op.create_table(
        "frozen_figure",
        _number("fiscal_year"),
        _number("number"),
        sa.Column("measure_id", sa.String, primary_key=True),
        sa.Column("basic_area", sa.String, primary_key=True),
        _number("month"),
        sa.Column("value", sa.BigInteger),
        sa.Column("sub_value", sa.BigInteger),
    )


def _attention() -> None:
    op.create_table(
        "target",
        _number("fiscal_year"),
        sa.Column("measure_id", sa.String, primary_key=True),
        _number("number"),
        sa.Column("value", sa.BigInteger),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_by_name", sa.String),
        _instant("set_at"),
    )
    op.create_table(
        "figure_comment",
        sa.Column("comment_id", sa.Uuid, primary_key=True),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("measure_id", sa.String, nullable=False),
        sa.Column("month", sa.Integer),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("by_name", sa.String),
        _instant("at"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "ix_figure_comment_figure", "figure_comment", ["fiscal_year", "measure_id", "at"]
    )
    op.create_table(
        "venue_usual",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("venue", sa.String, primary_key=True),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "flagged_figure",
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("measure_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("venue", sa.String, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("usual", sa.Float, nullable=False),
        _instant("flagged_at"),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reviewed_by", sa.String),
        _instant("reviewed_at", nullable=True),
    )
    op.create_index(
        "ix_flagged_figure_open",
        "flagged_figure",
        ["flagged_at"],
        postgresql_where=sa.text("status = 'open'"),
    )


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
