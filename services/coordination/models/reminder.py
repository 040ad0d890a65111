"""What is brought to somebody's mind beside the state of a case."""

from uuid import UUID

from sqlmodel import Field

from services.coordination.models.table import Table


class Reminder(Table, table=True):
    """A task that comes back by itself before something ends: a consent, a 支援措置.

    It is no wait of a workflow: it stays when the case moves on, until it is settled.
    """

    __tablename__ = "reminder"

    task_id: UUID = Field(primary_key=True, foreign_key="task.task_id")
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    about: str
    """consent · address-protection."""
    subject_id: UUID
    """The consent's or the flag's id."""
