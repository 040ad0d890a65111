"""Places on a course over HTTP: taken and given back, who was there, and the certificates."""

from datetime import date
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.participation.api.courses import CourseView, course_view, open_course
from services.participation.api.writing import Write, records
from services.participation.fields import Sent, overlaps, past_day
from services.participation.refusals import missing, refuse
from services.participation.store import training as store
from services.participation.training import taken

router = records("研修・交流 / courses")


class NewRegistration(Sent):
    learner_id: UUID = Field(title="受講者")


class Presence(Sent):
    learner_id: UUID
    present: bool


class AttendanceList(Sent):
    attendances: list[Presence] = Field(min_length=1, max_length=5000)


class Completion(Sent):
    on: date = Field(title="修了日")


@router.post("/courses/{course_id}/registrations", response_model=CourseView, status_code=201)
async def register(course_id: UUID, sent: NewRegistration, write: Write) -> JSONResponse:
    """A place on the course, or one in the queue; not on two courses at the same hours."""

    async def act() -> CourseView:
        course = await open_course(write, course_id)
        learner = await store.find_learner(write.session, sent.learner_id, lock=True)
        if learner is None or not learner.active:
            raise refuse(422, "value-unknown", "learner_id")
        known = await store.find_registration(write.session, course_id, sent.learner_id)
        if known is not None and known.status != "cancelled":
            raise refuse(409, "already-registered", "learner_id")
        await _check_hours(write.session, course_id, sent.learner_id)
        made = await store.register(write.session, course, sent.learner_id, write.now)
        await write.done("course.register", course_id, status=made.status)
        return course_view(course)

    return await write.once(act, status=201)


@router.post("/courses/{course_id}/cancellations", response_model=CourseView)
async def cancel(course_id: UUID, sent: NewRegistration, write: Write) -> JSONResponse:
    """Give a place back; whoever waits longest gets it."""

    async def act() -> CourseView:
        course = await open_course(write, course_id)
        known = await store.find_registration(write.session, course_id, sent.learner_id)
        if known is None or known.status == "cancelled":
            raise refuse(409, "not-registered", "learner_id")
        await store.cancel(write.session, course, known)
        await write.done("course.cancel", course_id)
        return course_view(course)

    return await write.once(act)


@router.post("/course-sessions/{session_id}/attendance", response_model=CourseView)
async def attend(session_id: UUID, sent: AttendanceList, write: Write) -> JSONResponse:
    """Who was there on a date; only those with a place on the course."""

    async def act() -> CourseView:
        one = await store.find_session(write.session, session_id)
        if one is None:
            raise missing("course-session")
        past_day(one.on_date)
        course = await open_course(write, one.course_id)
        places = {
            r.learner_id
            for r in await store.registrations_of(write.session, one.course_id)
            if r.status == "registered"
        }
        for place, presence in enumerate(sent.attendances):
            if presence.learner_id not in places:
                raise refuse(409, "not-registered", f"attendances.{place}.learner_id")
        said = {presence.learner_id: presence.present for presence in sent.attendances}
        await store.attend(write.session, session_id, said, write.by, write.now)
        await write.done("course.attend", session_id, present=sum(said.values()))
        return course_view(course)

    return await write.once(act)


@router.post("/courses/{course_id}/completion", response_model=CourseView)
async def complete(course_id: UUID, sent: Completion, write: Write) -> JSONResponse:
    """The course was held: everybody who was there often enough gets a certificate."""

    async def act() -> CourseView:
        course = await open_course(write, course_id)
        past_day(sent.on)
        sessions = await store.sessions_of(write.session, course_id)
        if not sessions:
            raise refuse(409, "course-without-session")
        if sent.on < max(one.on_date for one in sessions):
            raise refuse(422, "end-before-start", "on")
        there = await store.attendance_of(write.session, course_id)
        for one in await store.registrations_of(write.session, course_id):
            if one.status == "registered" and taken(sessions, there.get(one.learner_id, ())):
                await store.issue_certificate(write.session, course, one.learner_id, sent.on)
        await store.complete(write.session, course, sent.on, write.by, write.now)
        await write.done("course.complete", course_id)
        return course_view(course)

    return await write.once(act)


async def _check_hours(session: AsyncSession, course_id: UUID, learner_id: UUID) -> None:
    """Raises Problem 409 if another course of the learner is at the same hours."""
    own = await store.sessions_of(session, course_id)
    others = await store.sessions_of_learner(session, learner_id, [one.on_date for one in own])
    for one in own:
        for other in others:
            if one.on_date == other.on_date and overlaps(
                (one.starts_at, one.ends_at), (other.starts_at, other.ends_at)
            ):
                raise refuse(409, "hours-overlap", "learner_id")
