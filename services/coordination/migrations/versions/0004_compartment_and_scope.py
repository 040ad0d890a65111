"""The compartment of a 支援会議 under row-level security; what a consent covers, in full."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODES = sa.ARRAY(sa.Text())


def upgrade() -> None:
    _columns()
    _tables()
    _row_level_security()


def _columns() -> None:
    for table, column in (
        ("consent", "witnesses"),
        ("disclosure", "categories"),
        ("private_text", "categories"),
    ):
        op.add_column(table, sa.Column(column, CODES, nullable=False, server_default="{}"))
        op.alter_column(table, column, server_default=None)
    op.add_column("consent", sa.Column("obtained_on", sa.Date(), nullable=True))
    op.add_column("consent", sa.Column("document_id", sa.String(), nullable=True))
    op.add_column("disclosure", sa.Column("purpose", sa.String(), nullable=True))
    op.add_column(
        "meeting", sa.Column("papers_close_at", sa.DateTime(timezone=True), nullable=True)
    )
    # Oral consents recorded before witnesses were asked for stay as they are.
    op.execute(
        "ALTER TABLE consent ADD CONSTRAINT two_witnesses"
        " CHECK (method <> 'oral-two-witnesses' OR cardinality(witnesses) >= 2) NOT VALID"
    )


def _tables() -> None:
    op.create_table(
        "secrecy_acknowledgement",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.meeting_id"]),
        sa.PrimaryKeyConstraint("meeting_id", "sub"),
    )
    op.create_table(
        "paper_copy",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.meeting_id"]),
        sa.PrimaryKeyConstraint("meeting_id", "number"),
    )
    # Who acknowledged for an agency of their own before is an attendee of what is still open.
    op.execute(
        "INSERT INTO secrecy_acknowledgement (meeting_id, sub, agency, at)"
        " SELECT seat.meeting_id, seat.acknowledged_by, seat.agency, seat.acknowledged_at"
        " FROM meeting_attendee AS seat"
        " JOIN staff ON staff.sub = seat.acknowledged_by AND staff.agency = seat.agency"
        " WHERE seat.acknowledged_at IS NOT NULL"
    )


def _row_level_security() -> None:
    """Forced, so that it holds for the role that owns the table too: the service itself.

    There is no policy for UPDATE or DELETE: a paper is never changed.
    """
    op.execute(
        """
        CREATE FUNCTION attends(asked uuid) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL RESTRICTED AS $$
            SELECT EXISTS (
                SELECT FROM secrecy_acknowledgement AS word
                JOIN meeting_attendee AS seat
                    ON seat.meeting_id = word.meeting_id AND seat.agency = word.agency
                JOIN meeting ON meeting.meeting_id = word.meeting_id
                WHERE word.meeting_id = asked
                    AND word.sub = nullif(current_setting('kasane.reader', true), '')
                    AND seat.present IS NOT FALSE
                    AND meeting.papers_closed_at IS NULL
                    AND (meeting.papers_close_at IS NULL OR meeting.papers_close_at > now())
            )
        $$
        """
    )
    op.execute("ALTER TABLE private_text ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE private_text FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY written_by_anybody ON private_text FOR INSERT WITH CHECK (true)")
    op.execute(
        "CREATE POLICY read_by_attendees ON private_text FOR SELECT"
        " USING (legal_basis IS DISTINCT FROM 'law-106-6' OR attends(meeting_id))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY read_by_attendees ON private_text")
    op.execute("DROP POLICY written_by_anybody ON private_text")
    op.execute("ALTER TABLE private_text NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE private_text DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION attends(uuid)")
    op.drop_table("paper_copy")
    op.drop_table("secrecy_acknowledgement")
    op.drop_constraint("two_witnesses", "consent", type_="check")
    op.drop_column("meeting", "papers_close_at")
    op.drop_column("disclosure", "purpose")
    op.drop_column("consent", "document_id")
    op.drop_column("consent", "obtained_on")
    for table, column in (
        ("private_text", "categories"),
        ("disclosure", "categories"),
        ("consent", "witnesses"),
    ):
        op.drop_column(table, column)
