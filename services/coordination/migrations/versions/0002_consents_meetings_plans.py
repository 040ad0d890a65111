"""Consents, disclosures, meetings, assessments and plans."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DECIDED_PLANS_NEVER_CHANGE = (
    """
CREATE FUNCTION refuse_change_of_decided_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'plan_version' THEN
    IF TG_OP = 'DELETE' THEN
      IF OLD.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'a decided plan never changes' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN OLD;
    END IF;
    IF OLD.decided_at IS NOT NULL
       AND to_jsonb(NEW) - 'current' IS DISTINCT FROM to_jsonb(OLD) - 'current' THEN
      RAISE EXCEPTION 'a decided plan never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT FROM plan_version AS p
             WHERE p.plan_id IN (NEW.plan_id, OLD.plan_id) AND p.decided_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a decided plan never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$
""",
    """
CREATE TRIGGER decided_plan_never_changes BEFORE UPDATE OR DELETE ON plan_version
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decided_plan()
""",
    """
CREATE TRIGGER decided_plan_roles_never_change BEFORE INSERT OR UPDATE OR DELETE ON plan_role
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decided_plan()
""",
)
"""Invariant 5 of the process, behind the code: only what is current may change afterwards."""


def upgrade() -> None:
    op.create_table(
        "assessment",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("issues", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("assessment_id"),
    )
    op.create_index(op.f("ix_assessment_case_id"), "assessment", ["case_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("purposes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("recipients", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("given_by <> 'proxy' OR relation IS NOT NULL", name="proxy_relation"),
        sa.CheckConstraint("kind IN ('sharing', 'support')", name="kind"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("consent_id"),
    )
    op.create_index("ix_consent_case", "consent", ["case_id", "person_id"], unique=False)
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["case_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL AND replaced_at IS NULL"),
    )
    op.create_table(
        "consent_refusal",
        sa.Column("refusal_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("refusal_id"),
    )
    op.create_index(
        op.f("ix_consent_refusal_case_id"), "consent_refusal", ["case_id"], unique=False
    )
    op.create_table(
        "disclosure",
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("to_agency", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("legal_basis <> ''", name="legal_basis"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("disclosure_id"),
    )
    op.create_index("ix_disclosure_case", "disclosure", ["case_id", "at"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("scheduled_by", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_agency", sa.String(), nullable=True),
        sa.Column("statutory_meeting", sa.String(), nullable=True),
        sa.Column("minutes_approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes_approved_by", sa.String(), nullable=True),
        sa.Column("papers_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("legal_basis IN ('consent', 'law-106-6')", name="legal_basis"),
        sa.CheckConstraint("minutes_approved_by <> held_by", name="approver_is_not_author"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("meeting_id"),
    )
    op.create_index("ix_meeting_case", "meeting", ["case_id"], unique=False)
    op.create_table(
        "monitoring",
        sa.Column("monitoring_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("monitoring_id"),
    )
    op.create_index(op.f("ix_monitoring_plan_id"), "monitoring", ["plan_id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("participation", sa.Boolean(), nullable=False),
        sa.Column("outreach", sa.Boolean(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('support', 'outreach')", name="kind"),
        sa.CheckConstraint("NOT current OR decided_at IS NOT NULL", name="current_is_decided"),
        sa.CheckConstraint("decided_by <> author", name="approver_is_not_author"),
        sa.CheckConstraint("starts_on <= ends_on", name="period"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("plan_id"),
        sa.UniqueConstraint("case_id", "kind", "version", name="uq_plan_version_number"),
    )
    op.create_index(
        "uq_plan_version_current",
        "plan_version",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "support_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.case_id"],
        ),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index(
        op.f("ix_support_request_case_id"), "support_request", ["case_id"], unique=False
    )
    op.create_table(
        "meeting_attendee",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("sheet_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.meeting_id"],
        ),
        sa.PrimaryKeyConstraint("meeting_id", "agency"),
    )
    op.create_table(
        "plan_acceptance",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.plan_id"],
        ),
        sa.PrimaryKeyConstraint("plan_id", "person_id"),
    )
    op.create_table(
        "plan_role",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.plan_id"],
        ),
        sa.PrimaryKeyConstraint("plan_id", "agency"),
    )
    for statement in DECIDED_PLANS_NEVER_CHANGE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("plan_role")
    op.drop_table("plan_acceptance")
    op.drop_table("meeting_attendee")
    op.drop_table("support_request")
    op.drop_table("plan_version")
    op.drop_table("monitoring")
    op.drop_table("meeting")
    op.drop_table("disclosure")
    op.drop_table("consent_refusal")
    op.drop_table("consent")
    op.drop_table("assessment")
    op.execute("DROP FUNCTION refuse_change_of_decided_plan")
