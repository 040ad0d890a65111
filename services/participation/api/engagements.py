"""Sessions over HTTP: which volunteers suit one, and who is engaged for it."""

from typing import Any, Literal
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.context import Context, Ctx
from chassis.context import Session as Db
from contracts.message import Private
from services.participation.api.activities import SessionView, session_view
from services.participation.api.volunteers import found_volunteer
from services.participation.api.writing import Keeper, Write, records
from services.participation.fields import Sent, overlaps, titled
from services.participation.models import Session, Volunteer
from services.participation.refusals import missing, refuse
from services.participation.store import activities
from services.participation.store import volunteers as store
from services.participation.volunteering import REASON_LABELS, Wanted, rank

router = records("ボランティア / volunteers")

ANSWERS = {
    "engaged": "参加予定",
    "attended": "参加した",
    "absent": "欠席",
    "called-off": "取りやめ",
}


class EngagementChange(Sent):
    volunteer_id: UUID = Field(title="ボランティア")
    status: Literal["engaged", "attended", "absent", "called-off"] = Field(
        "engaged", title="参加", json_schema_extra=titled(ANSWERS)
    )


class SuitsView(BaseModel):
    volunteer_id: UUID
    name: Private
    score: int
    reason_labels: list[str]


class EngagementView(BaseModel):
    volunteer_id: UUID
    name: Private
    status: str
    status_label: str


class SessionDetail(SessionView):
    activity_name: str
    engagements: list[EngagementView]
    suited: list[SuitsView]
    """Volunteers who could be asked, the best first, without those who are engaged."""


@router.get("/sessions/{session_id}")
async def read_session(session_id: UUID, caller: Keeper, ctx: Ctx, session: Db) -> SessionDetail:
    """A session: who is engaged, and who could be asked, with the reasons."""
    return await _detail(session, ctx, caller, await _session(session, session_id))


@router.post("/sessions/{session_id}/engagements", response_model=SessionView)
async def engage(session_id: UUID, sent: EngagementChange, write: Write) -> JSONResponse:
    """Engage a volunteer, or say what became of it. Not twice at a time, not more than wanted."""

    async def act() -> SessionView:
        of = await _session(write.session, session_id, lock=True)
        volunteer = await found_volunteer(write.session, sent.volunteer_id)
        known = await store.find_engagement(write.session, session_id, sent.volunteer_id)
        if known is None and sent.status != "engaged":
            raise refuse(409, "not-registered", "volunteer_id")
        if known is None or known.status == "called-off":
            await _check(write.session, of, volunteer, sent.status)
        await store.engage(write.session, of, volunteer, sent.status, write.by, write.now)
        await write.done("engagement.write", session_id, status=sent.status)
        return session_view(of)

    return await write.once(act)


async def _check(session: AsyncSession, of: Session, volunteer: Volunteer, status: str) -> None:
    if status == "called-off":
        return
    if volunteer.status != "active":
        raise refuse(409, "volunteer-not-active", "volunteer_id")
    if volunteer.insured_until is not None and volunteer.insured_until < of.on_date:
        raise refuse(409, "insurance-ended", "volunteer_id")
    for other in await store.engagements_on(session, volunteer.volunteer_id, of.on_date):
        if overlaps((of.starts_at, of.ends_at), (other.starts_at, other.ends_at)):
            raise refuse(409, "hours-overlap", "volunteer_id")
    if of.engaged >= of.volunteers_wanted:
        raise refuse(409, "session-full", "volunteer_id")


async def _detail(session: AsyncSession, ctx: Context, caller: Any, of: Session) -> SessionDetail:
    activity = await activities.find_activity(session, of.activity_id)
    if activity is None:
        raise missing("activity")
    wanted = Wanted(of.on_date, of.starts_at, of.ends_at, activity.skills, activity.daily_area)
    engaged = await store.engagements_of(session, of.session_id)
    taken = {one.volunteer_id for one in engaged if one.status in store.HOLDING}
    suited = [
        one
        for one in rank(wanted, await store.helpers(session, activity.skills))
        if one.volunteer_id not in taken
    ]
    names = {}
    for volunteer_id in sorted(
        {*(e.volunteer_id for e in engaged), *(s.volunteer_id for s in suited)}
    ):
        found = await store.find_volunteer(session, volunteer_id)
        if found is not None:
            names[volunteer_id] = (await store.private_of(session, ctx.vault, found))["name"]
            await audit(session, caller, "volunteer.read", "volunteer", str(volunteer_id))
    return SessionDetail(
        **session_view(of).model_dump(),
        activity_name=activity.name,
        engagements=[
            EngagementView(
                volunteer_id=one.volunteer_id,
                name=names.get(one.volunteer_id),
                status=one.status,
                status_label=ANSWERS[one.status],
            )
            for one in engaged
        ],
        suited=[
            SuitsView(
                volunteer_id=one.volunteer_id,
                name=names.get(one.volunteer_id),
                score=one.score,
                reason_labels=[REASON_LABELS[reason] for reason in one.reasons],
            )
            for one in suited
        ],
    )


async def _session(session: AsyncSession, session_id: UUID, *, lock: bool = False) -> Session:
    found = await activities.find_session(session, session_id, lock=lock)
    if found is None:
        raise missing("session")
    return found
