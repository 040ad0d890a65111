"""Courses, who takes them, and certificates: never more learners than places."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from contracts.calendar import fiscal_year
from contracts.events import new_id
from services.participation.models import (
    Attendance,
    Certificate,
    CertificateCounter,
    Course,
    CourseSession,
    Learner,
    Registration,
)
from services.participation.store.work import count_work
from services.participation.training import valid_until
from services.participation.work import Figure

VAULT_KIND = "learner"
PARK_EXERCISE, PARK_CHANNEL = "park-exercise-course", "kaigo-yobo"


async def enter_course(session: AsyncSession, course: Course) -> bool:
    """Keep a new course; False if its code is taken."""
    made = await session.scalar(
        insert(Course)
        .values(**course.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Course.course_id))
    )
    return made is not None


async def find_course(
    session: AsyncSession, course_id: UUID, *, lock: bool = False
) -> Course | None:
    rows = select(Course).where(col(Course.course_id) == course_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_courses(session: AsyncSession, limit: int) -> Sequence[Course]:
    rows = select(Course).order_by(col(Course.course_id).desc()).limit(limit)
    return (await session.scalars(rows)).all()


async def sessions_of(session: AsyncSession, course_id: UUID) -> Sequence[CourseSession]:
    rows = select(CourseSession).where(col(CourseSession.course_id) == course_id)
    rows = rows.order_by(col(CourseSession.on_date), col(CourseSession.starts_at))
    return (await session.scalars(rows)).all()


async def find_session(session: AsyncSession, session_id: UUID) -> CourseSession | None:
    return await session.get(CourseSession, session_id)


async def sessions_at(session: AsyncSession, place: str, on: date) -> Sequence[CourseSession]:
    """What is on at a place on a day; nobody else enters something there in the meantime."""
    lock = func.hashtextextended(f"place {place} {on}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    rows = select(CourseSession).where(
        col(CourseSession.place) == place, col(CourseSession.on_date) == on
    )
    return (await session.scalars(rows)).all()


async def sessions_of_learner(
    session: AsyncSession, learner_id: UUID, days: Sequence[date]
) -> Sequence[CourseSession]:
    """The sessions, on some days, of the courses that a learner has a place on."""
    rows = (
        select(CourseSession)
        .join(Registration, col(Registration.course_id) == col(CourseSession.course_id))
        .where(
            col(Registration.learner_id) == learner_id,
            col(Registration.status) == "registered",
            col(CourseSession.on_date).in_(days),
        )
    )
    return (await session.scalars(rows)).all()


async def enter_learner(
    session: AsyncSession, vault: Vault, private: Mapping[str, str | None], **fields: Any
) -> Learner | None:
    """Keep a learner; None if the agency's number is taken."""
    learner_id = new_id()
    sealed = await vault.seal(
        session, VAULT_KIND, learner_id, json.dumps(dict(private), ensure_ascii=False)
    )
    made = await session.scalar(
        insert(Learner)
        .values(learner_id=learner_id, sealed=sealed, active=True, **fields)
        .on_conflict_do_nothing()
        .returning(col(Learner.learner_id))
    )
    return await find_learner(session, made) if made else None


async def find_learner(
    session: AsyncSession, learner_id: UUID, *, lock: bool = False
) -> Learner | None:
    rows = select(Learner).where(col(Learner.learner_id) == learner_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_learners(
    session: AsyncSession, *, agency: str | None, after: UUID | None, limit: int
) -> Sequence[Learner]:
    rows = select(Learner).order_by(col(Learner.learner_id)).limit(limit)
    if agency is not None:
        rows = rows.where(col(Learner.agency) == agency)
    if after is not None:
        rows = rows.where(col(Learner.learner_id) > after)
    return (await session.scalars(rows)).all()


async def name_of(session: AsyncSession, vault: Vault, learner: Learner) -> str | None:
    opened = await vault.open(session, VAULT_KIND, learner.learner_id, learner.sealed)
    return json.loads(opened)["name"] if opened else None


async def find_registration(
    session: AsyncSession, course_id: UUID, learner_id: UUID
) -> Registration | None:
    return await session.get(Registration, (course_id, learner_id))


async def register(
    session: AsyncSession, course: Course, learner_id: UUID, now: datetime
) -> Registration:
    """A place, or one in the queue where all are taken. The caller holds the course's lock."""
    status = "registered" if course.taken < course.capacity else "waiting"
    found = await find_registration(session, course.course_id, learner_id)
    if found is None:
        found = Registration(
            course_id=course.course_id, learner_id=learner_id, status=status, at=now
        )
        session.add(found)
    found.status, found.at = status, now
    course.taken += int(status == "registered")
    await session.flush()
    return found


async def cancel(session: AsyncSession, course: Course, registration: Registration) -> UUID | None:
    """Give a place back; who waits longest gets it. The learner who moved up, if any."""
    had_place = registration.status == "registered"
    registration.status = "cancelled"
    await session.flush()
    if not had_place:
        return None
    course.taken -= 1
    rows = (
        select(Registration)
        .where(
            col(Registration.course_id) == course.course_id,
            col(Registration.status) == "waiting",
        )
        .order_by(col(Registration.at), col(Registration.learner_id))
        .limit(1)
    )
    following = (await session.scalars(rows)).first()
    if following is None:
        return None
    following.status = "registered"
    course.taken += 1
    await session.flush()
    return following.learner_id


async def registrations_of(session: AsyncSession, course_id: UUID) -> Sequence[Registration]:
    rows = select(Registration).where(col(Registration.course_id) == course_id)
    rows = rows.order_by(col(Registration.at), col(Registration.learner_id))
    return (await session.scalars(rows)).all()


async def attend(
    session: AsyncSession,
    session_id: UUID,
    presence: Mapping[UUID, bool],
    by: str,
    now: datetime,
) -> None:
    """Who was there on a date; said again, the last word stands."""
    for learner_id, present in sorted(presence.items()):
        await session.merge(
            Attendance(session_id=session_id, learner_id=learner_id, present=present, by=by, at=now)
        )
    await session.flush()


async def attendance_of(session: AsyncSession, course_id: UUID) -> dict[UUID, set[UUID]]:
    """By learner, the sessions at which they were."""
    rows = await session.scalars(
        select(Attendance)
        .join(CourseSession, col(CourseSession.session_id) == col(Attendance.session_id))
        .where(col(CourseSession.course_id) == course_id, col(Attendance.present))
    )
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row.learner_id, set()).add(row.session_id)
    return found


async def issue_certificate(
    session: AsyncSession, course: Course, learner_id: UUID, on: date
) -> Certificate:
    """The certificate of a learner for a course: the same one whenever it is asked for."""
    rows = select(Certificate).where(
        col(Certificate.course_id) == course.course_id,
        col(Certificate.learner_id) == learner_id,
    )
    known = (await session.scalars(rows)).one_or_none()
    if known is not None:
        return known
    year = fiscal_year(on)
    counter = insert(CertificateCounter).values(fiscal_year=year, last=1)
    serial = await session.scalar(
        counter.on_conflict_do_update(
            index_elements=["fiscal_year"], set_={"last": CertificateCounter.last + 1}
        ).returning(col(CertificateCounter.last))
    )
    made = Certificate(
        certificate_id=new_id(),
        fiscal_year=year,
        serial=serial or 1,
        course_id=course.course_id,
        learner_id=learner_id,
        subject=course.subject,
        issued_on=on,
        valid_until=valid_until(on, course.valid_months),
    )
    session.add(made)
    await session.flush()
    return made


async def find_certificate(session: AsyncSession, certificate_id: UUID) -> Certificate | None:
    return await session.get(Certificate, certificate_id)


async def certificates_of(session: AsyncSession, learner_id: UUID) -> Sequence[Certificate]:
    rows = select(Certificate).where(col(Certificate.learner_id) == learner_id)
    return (await session.scalars(rows.order_by(col(Certificate.issued_on).desc()))).all()


async def certificates_for(session: AsyncSession, course_id: UUID) -> Sequence[Certificate]:
    rows = select(Certificate).where(col(Certificate.course_id) == course_id)
    return (await session.scalars(rows.order_by(col(Certificate.serial)))).all()


async def lacking(session: AsyncSession, course: Course, on: date, limit: int) -> Sequence[Learner]:
    """Active workers for whose job the subject is expected, without a certificate that holds."""
    holds = exists().where(
        col(Certificate.learner_id) == col(Learner.learner_id),
        col(Certificate.subject) == course.subject,
        or_(col(Certificate.valid_until).is_(None), col(Certificate.valid_until) >= on),
    )
    rows = (
        select(Learner)
        .where(col(Learner.active), col(Learner.job).in_(course.required_for), ~holds)
        .order_by(col(Learner.agency), col(Learner.learner_id))
        .limit(limit)
    )
    return (await session.scalars(rows)).all()


async def complete(session: AsyncSession, course: Course, on: date, by: str, now: datetime) -> None:
    """The course was held; one for park exercise instructors counts for 2.9."""
    course.status, course.completed_on = "completed", on
    course.version += 1
    if course.purpose == "park-exercise":
        figure = Figure(PARK_EXERCISE, PARK_CHANNEL, on, 1)
        await count_work(session, "course", course.course_id, figure, by, now)
    await session.flush()
