"""What coordination has been told of a case's household; names and words stay with intake."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from services.coordination.models.table import Instant, Table


class HouseholdMember(Table, table=True):
    """Somebody who became known after the intake; a subject of the case once an act says so."""

    __tablename__ = "household_member"

    case_id: UUID = Field(primary_key=True, foreign_key="case_file.case_id")
    person_id: UUID = Field(primary_key=True)
    known_at: Instant


class GuardFlag(Table, table=True):
    """A flag on a person of the household: whom to be careful of, whose address is protected."""

    __tablename__ = "guard_flag"

    flag_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.case_id", index=True)
    person_id: UUID
    kind: str
    """staff-safety · address-protection."""
    starts_on: date
    expires_on: date
    """Its last day; past it there is no flag."""
    renewable_from: date | None = None
    ended_on: date | None = None
