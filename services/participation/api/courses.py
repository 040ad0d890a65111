"""Courses over HTTP: training and exchange (plan §10), and courses for residents."""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context, Ctx, Session
from chassis.writing import Writing
from contracts.calendar import today
from contracts.events import new_id
from contracts.message import Code
from services.participation.api.door import KEEPERS, STAFF
from services.participation.api.learners import JOBS, Job, LearnerRow, learner_row
from services.participation.api.writing import Reader, Write, records
from services.participation.fields import Line, Sent, hours_in_order, overlaps, titled
from services.participation.models import Course, CourseSession, Registration
from services.participation.refusals import missing, refuse
from services.participation.store import training as store
from services.participation.training import certificate_number

router = records("研修・交流 / courses")

PURPOSES = {"training": "研修", "exchange": "交流会", "park-exercise": "公園体操指導員養成講座"}
STATUSES = {"open": "受付中", "completed": "修了", "cancelled": "中止"}
REGISTRATIONS = {"registered": "申込済み", "waiting": "キャンセル待ち", "cancelled": "取消し"}
ON_PAGE = 200
MOST_LACKING = 500


class NewCourse(Sent):
    code: Code = Field(title="講座の符号")
    title: Line = Field(title="講座名")
    purpose: Literal["training", "exchange", "park-exercise"] = Field(
        title="種別", json_schema_extra=titled(PURPOSES)
    )
    subject: Code = Field(title="修了証の科目", description="同じ科目の講座を受けると更新されます")
    required_for: list[Job] = Field(
        [], title="受講が必要な職種", json_schema_extra={"items": titled(JOBS)}
    )
    valid_months: Annotated[int, Field(ge=1, le=120, strict=True)] | None = Field(
        None, title="修了証の有効月数", description="期限がなければ空欄"
    )
    capacity: Annotated[int, Field(ge=1, le=5000, strict=True)] = Field(title="定員")


class NewSession(Sent):
    on: date = Field(title="日付")
    starts_at: time = Field(title="開始時刻")
    ends_at: time = Field(title="終了時刻")
    place: Line = Field(title="会場")


class SessionView(BaseModel):
    session_id: UUID
    on: date
    starts_at: time
    ends_at: time
    place: str


class CourseView(BaseModel):
    course_id: UUID
    code: str
    title: str
    purpose: str
    purpose_label: str
    subject: str
    required_for: list[str]
    valid_months: int | None
    capacity: int
    taken: int
    status: str
    status_label: str
    completed_on: date | None
    version: int


class CourseList(BaseModel):
    courses: list[CourseView]


class Place(BaseModel):
    learner: LearnerRow
    status: str
    status_label: str
    attended: list[UUID]
    certificate_id: UUID | None
    certificate_number: str | None


class CourseDetail(CourseView):
    sessions: list[SessionView]
    places: list[Place]


class Lacking(BaseModel):
    course_id: UUID
    learners: list[LearnerRow]


@router.post("/courses", response_model=CourseView, status_code=201)
async def enter_course(sent: NewCourse, write: Write) -> JSONResponse:
    async def act() -> CourseView:
        course = Course(
            course_id=new_id(),
            taken=0,
            status="open",
            completed_on=None,
            version=1,
            **sent.model_dump(),
        )
        if not await store.enter_course(write.session, course):
            raise refuse(409, "code-taken", "code")
        await write.done("course.enter", course.course_id)
        return course_view(course)

    return await write.once(act, status=201)


@router.get("/courses", dependencies=[Depends(STAFF)])
async def course_list(session: Session) -> CourseList:
    return CourseList(courses=[course_view(c) for c in await store.list_courses(session, ON_PAGE)])


@router.get("/courses/{course_id}")
async def read_course(course_id: UUID, caller: Reader, ctx: Ctx, session: Session) -> CourseDetail:
    """A course: its dates, who has a place, who was there, who has the certificate."""
    return await _detail(session, ctx, caller, await found_course(session, course_id))


@router.get("/courses/{course_id}/lacking")
async def lacking(course_id: UUID, caller: Reader, ctx: Ctx, session: Session) -> Lacking:
    """Who should have this subject and has no certificate that holds today."""
    course = await found_course(session, course_id)
    named = ctx if caller.has(*KEEPERS) else None
    return Lacking(
        course_id=course_id,
        learners=[
            await learner_row(session, named, one)
            for one in await store.lacking(session, course, today(), MOST_LACKING)
        ],
    )


@router.post("/courses/{course_id}/sessions", response_model=SessionView, status_code=201)
async def enter_session(course_id: UUID, sent: NewSession, write: Write) -> JSONResponse:
    """A date of a course; one place does not hold two at a time."""

    async def act() -> SessionView:
        course = await open_course(write, course_id)
        hours_in_order(sent.starts_at, sent.ends_at)
        hours = (sent.starts_at, sent.ends_at)
        same_day = [
            s for s in await store.sessions_of(write.session, course_id) if s.on_date == sent.on
        ]
        for other in (*same_day, *await store.sessions_at(write.session, sent.place, sent.on)):
            if overlaps(hours, (other.starts_at, other.ends_at)):
                raise refuse(409, "hours-overlap", "starts_at", session_id=str(other.session_id))
        made = CourseSession(
            session_id=new_id(),
            course_id=course.course_id,
            on_date=sent.on,
            **sent.model_dump(exclude={"on"}),
        )
        write.session.add(made)
        await write.done("course.session", made.session_id)
        return _session(made)

    return await write.once(act, status=201)


def course_view(course: Course) -> CourseView:
    return CourseView(
        **course.model_dump(),
        purpose_label=PURPOSES[course.purpose],
        status_label=STATUSES[course.status],
    )


def _session(one: CourseSession) -> SessionView:
    return SessionView(**one.model_dump(exclude={"on_date", "course_id"}), on=one.on_date)


async def found_course(session: AsyncSession, course_id: UUID, *, lock: bool = False) -> Course:
    """Raises Problem 404."""
    course = await store.find_course(session, course_id, lock=lock)
    if course is None:
        raise missing("course")
    return course


async def open_course(write: Writing, course_id: UUID) -> Course:
    """The course, locked. Raises Problem 404, or 409 `course-not-open`."""
    course = await found_course(write.session, course_id, lock=True)
    if course.status != "open":
        raise refuse(409, "course-not-open")
    return course


async def _detail(
    session: AsyncSession, ctx: Context, caller: Principal, course: Course
) -> CourseDetail:
    named = ctx if caller.has(*KEEPERS) else None
    there = await store.attendance_of(session, course.course_id)
    given = {c.learner_id: c for c in await store.certificates_for(session, course.course_id)}

    async def place(one: Registration) -> Place | None:
        learner = await store.find_learner(session, one.learner_id)
        if learner is None:
            return None
        if named is not None:
            await audit(session, caller, "learner.read", "learner", str(one.learner_id))
        certificate = given.get(one.learner_id)
        return Place(
            learner=await learner_row(session, named, learner),
            status=one.status,
            status_label=REGISTRATIONS[one.status],
            attended=sorted(there.get(one.learner_id, set())),
            certificate_id=certificate.certificate_id if certificate else None,
            certificate_number=certificate_number(certificate.fiscal_year, certificate.serial)
            if certificate
            else None,
        )

    places = [await place(one) for one in await store.registrations_of(session, course.course_id)]
    return CourseDetail(
        **course_view(course).model_dump(),
        sessions=[_session(one) for one in await store.sessions_of(session, course.course_id)],
        places=[one for one in places if one is not None],
    )
