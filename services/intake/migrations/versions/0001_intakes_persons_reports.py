"""Intakes, households, persons, duplicate candidates, receipt counters, activity reports."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null, **more)


def _number(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, **more)


def _yes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _codes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.ARRAY(sa.Text), nullable=False)


def _sealed(name: str = "sealed") -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _id(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid, primary_key=True, **more)


def _of(name: str, target: str, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), primary_key=primary_key, nullable=False)


def upgrade() -> None:
    _intakes()
    _persons()
    _duplicates()
    _reports()


def _intakes() -> None:
    op.create_table(
        "intake",
        _id("intake_id"),
        _text("receipt_number", unique=True),
        _text("channel"),
        _number("programme_no"),
        sa.Column("received_on", sa.Date, nullable=False),
        _instant("accepted_at"),
        _text("sender"),
        _text("source_reference", null=True),
        _yes("urgent"),
        _yes("referred_in"),
        _text("basic_area", null=True),
        _text("daily_area", null=True),
        _codes("topics"),
        _text("main_topic", null=True),
        sa.Column("household_id", sa.Uuid),
        _number("revision"),
        _text("status"),
        _text("withdrawal_reason", null=True),
        _sealed(),
    )
    op.create_index(
        "uq_intake_source_reference",
        "intake",
        ["sender", "source_reference"],
        unique=True,
        postgresql_where="source_reference IS NOT NULL AND status = 'accepted'",
    )
    op.create_table(
        "intake_revision",
        _of("intake_id", "intake.intake_id", primary_key=True),
        _number("revision", primary_key=True),
        _text("reason"),
        _codes("changed"),
        sa.Column("before", JSONB, nullable=False),
        _sealed("sealed_before"),
        _text("changed_by"),
        _instant("changed_at"),
    )
    op.create_table(
        "receipt_counter",
        _number("fiscal_year", primary_key=True, autoincrement=False),
        _text("area", primary_key=True),
        _number("last"),
    )


def _persons() -> None:
    op.create_table(
        "household",
        _id("household_id"),
        _of("intake_id", "intake.intake_id"),
        _text("basic_area", null=True),
        _text("daily_area", null=True),
        _instant("created_at"),
    )
    op.create_table(
        "person",
        _id("person_id"),
        _of("intake_id", "intake.intake_id"),
        _of("household_id", "household.household_id"),
        _number("place"),
        _text("relation"),
        _yes("key_person"),
        _yes("carer"),
        _yes("birth_unknown"),
        _sealed(),
    )
    op.create_index("ix_person_intake_id", "person", ["intake_id"])
    op.create_index("ix_person_household_id", "person", ["household_id"])
    op.create_table(
        "person_revision",
        _of("person_id", "person.person_id", primary_key=True),
        _number("revision", primary_key=True),
        sa.Column("before", JSONB, nullable=False),
        _sealed("sealed_before"),
    )


def _duplicates() -> None:
    op.create_table(
        "search_key",
        _of("person_id", "person.person_id", primary_key=True),
        _text("kind", primary_key=True),
        _sealed("digest"),
    )
    op.create_index("ix_search_key_digest", "search_key", ["kind", "digest", "person_id"])
    op.create_table(
        "duplicate_candidate",
        _of("person_id", "person.person_id", primary_key=True),
        _of("other_person_id", "person.person_id", primary_key=True),
        _of("intake_id", "intake.intake_id"),
        _of("other_intake_id", "intake.intake_id"),
        _codes("reasons"),
        _instant("found_at"),
    )
    op.create_index("ix_duplicate_candidate_intake_id", "duplicate_candidate", ["intake_id"])
    op.create_index(
        "ix_duplicate_candidate_other_intake_id", "duplicate_candidate", ["other_intake_id"]
    )


def _reports() -> None:
    op.create_table("activity_report", _id("report_id"), _text("sender"), _instant("reported_at"))
    op.create_table(
        "activity_line",
        _id("line_id"),
        _of("report_id", "activity_report.report_id"),
        _number("row"),
        _text("sender"),
        _text("line_ref", null=True),
        _text("channel"),
        _text("kind"),
        _number("programme_no"),
        sa.Column("on_date", sa.Date, nullable=False),
        _number("quantity"),
        _text("venue", null=True),
        _text("group_code", null=True),
        _text("daily_area", null=True),
        _text("basic_area", null=True),
        _codes("flags"),
        _number("revision"),
        _text("status"),
        sa.UniqueConstraint("sender", "line_ref", name="uq_activity_line_ref"),
        sa.UniqueConstraint("report_id", "row", name="uq_activity_line_row"),
    )
    op.create_table(
        "activity_line_revision",
        _of("line_id", "activity_line.line_id", primary_key=True),
        _number("revision", primary_key=True),
        _text("reason"),
        sa.Column("before", JSONB, nullable=False),
        _text("changed_by"),
        _instant("changed_at"),
    )


def downgrade() -> None:
    for table in (
        "activity_line_revision",
        "activity_line",
        "activity_report",
        "duplicate_candidate",
        "search_key",
        "person_revision",
        "person",
        "household",
        "receipt_counter",
        "intake_revision",
        "intake",
    ):
        op.drop_table(table)
