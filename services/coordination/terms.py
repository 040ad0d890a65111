"""Conditions on `case_file` that who may see, the list and the search ask alike.

Each stands for itself: the query it is put into may read from the same tables.
"""

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col

from services.coordination.models import CaseFile, Task, TeamMember


def in_team(agency: str) -> ColumnElement[bool]:
    """The agency is in the case's team now."""
    return (
        exists()
        .where(
            col(TeamMember.case_id) == col(CaseFile.case_id),
            col(TeamMember.agency) == agency,
            col(TeamMember.until).is_(None),
        )
        .correlate(CaseFile)
    )


def of_agency(agency: str) -> ColumnElement[bool]:
    """The case is the agency's to coordinate, or the agency is in its team now."""
    return or_(col(CaseFile.coordinator_agency) == agency, in_team(agency))


def has_open_task(term: ColumnElement[bool]) -> ColumnElement[bool]:
    """A task of the case is open and is so."""
    return (
        exists()
        .where(col(Task.case_id) == col(CaseFile.case_id), col(Task.closed_at).is_(None), term)
        .correlate(CaseFile)
    )
