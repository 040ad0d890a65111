"""Training and exchange (plan §10), and courses for residents such as park exercise instructors."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from services.participation.models.base import Table, codes, instant


class Course(Table, table=True):
    """A training, an exchange meeting, or a course for residents."""

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="ck_course_taken"),
        CheckConstraint("capacity > 0", name="ck_course_capacity"),
    )

    course_id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    title: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    """training · exchange · park-exercise."""
    subject: str = Field(sa_type=Text)
    """What a certificate of it stands for; a later course of the same subject renews it."""
    required_for: list[str] = codes()
    """Kinds of work for which it is expected."""
    valid_months: int | None
    """How long a certificate holds; None: for good."""
    capacity: int
    taken: int
    """Places taken by registrations that are not cancelled or waiting."""
    status: str = Field(sa_type=Text)
    """open · completed · cancelled."""
    completed_on: date | None
    version: int


class CourseSession(Table, table=True):
    """One date of a course."""

    __tablename__ = "course_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_course_session_hours"),
        Index("ix_course_session_course", "course_id", "on_date"),
    )

    session_id: UUID = Field(primary_key=True)
    course_id: UUID = Field(sa_column=Column(ForeignKey("course.course_id"), nullable=False))
    on_date: date
    starts_at: time
    ends_at: time
    place: str = Field(sa_type=Text)


class Learner(Table, table=True):
    """A welfare worker of any agency, or a resident, who takes courses. The name is sealed."""

    __tablename__ = "learner"
    __table_args__ = (Unique("agency", "reference", name="uq_learner_reference"),)

    learner_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    """A code of the catalogue, or of a private provider; `resident` for residents."""
    reference: str = Field(sa_type=Text)
    """The agency's own number for the person."""
    job: str = Field(sa_type=Text)
    """Kind of work: care-manager, counsellor …"""
    sealed: bytes = Field(sa_type=LargeBinary)
    active: bool


class Registration(Table, table=True):
    """A learner on a course: a place, or a place in the queue."""

    __tablename__ = "registration"
    __table_args__ = (Index("ix_registration_learner", "learner_id"),)

    course_id: UUID = Field(sa_column=Column(ForeignKey("course.course_id"), primary_key=True))
    learner_id: UUID = Field(sa_column=Column(ForeignKey("learner.learner_id"), primary_key=True))
    status: str = Field(sa_type=Text)
    """registered · waiting · cancelled."""
    at: datetime = instant()


class Attendance(Table, table=True):
    """Whether a learner was there on a date of the course."""

    __tablename__ = "attendance"

    session_id: UUID = Field(
        sa_column=Column(ForeignKey("course_session.session_id"), primary_key=True)
    )
    learner_id: UUID = Field(sa_column=Column(ForeignKey("learner.learner_id"), primary_key=True))
    present: bool
    by: str = Field(sa_type=Text)
    at: datetime = instant()


class Certificate(Table, table=True):
    """修了証: a number, for whom, for what, from when until when."""

    __tablename__ = "certificate"
    __table_args__ = (
        Unique("course_id", "learner_id", name="uq_certificate_course"),
        Unique("fiscal_year", "serial", name="uq_certificate_serial"),
    )

    certificate_id: UUID = Field(primary_key=True)
    fiscal_year: int
    serial: int
    course_id: UUID = Field(sa_column=Column(ForeignKey("course.course_id"), nullable=False))
    learner_id: UUID = Field(sa_column=Column(ForeignKey("learner.learner_id"), nullable=False))
    subject: str = Field(sa_type=Text)
    issued_on: date
    valid_until: date | None


class CertificateCounter(Table, table=True):
    """The last certificate number given in a fiscal year."""

    __tablename__ = "certificate_counter"

    fiscal_year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    last: int
