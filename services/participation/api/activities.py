"""Community activities and platforms over HTTP: registered, supported, their sessions."""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.context import Ctx
from chassis.context import Session as Db
from contracts.catalogue import basic_area_of, community_themes
from contracts.community import volunteer_skills
from contracts.events import new_id
from services.participation.api.door import STAFF, page_end
from services.participation.api.supports import SupportView, found_activity, support_view
from services.participation.api.writing import Write, records, same_version
from services.participation.fields import (
    DailyArea,
    Line,
    Sent,
    Skill,
    Theme,
    Version,
    hours_in_order,
    overlaps,
    titled,
)
from services.participation.models import Activity, Session
from services.participation.refusals import refuse
from services.participation.store import activities as store
from services.participation.store.groups import find_group

router = records("地域活動 / activities")

FORMS = {"activity": "地域活動", "platform": "プラットフォーム(場づくり)"}
STATUSES = {"planned": "準備中", "running": "活動中", "ended": "終了"}
Wanted = Annotated[int, Field(ge=0, le=500, strict=True)]


class NewActivity(Sent):
    form: Literal["activity", "platform"] = Field(title="種別", json_schema_extra=titled(FORMS))
    name: Line = Field(title="名前")
    group_id: UUID | None = Field(None, title="団体")
    themes: list[Theme] = Field(
        [], title="テーマ", max_length=8, json_schema_extra={"items": titled(community_themes())}
    )
    skills: list[Skill] = Field(
        [],
        title="ボランティアに求める技能",
        max_length=8,
        json_schema_extra={"items": titled(volunteer_skills())},
    )
    daily_area: DailyArea | None = Field(None, title="日常生活圏域")
    place: Annotated[str, Field(max_length=200)] = Field("", title="場所")
    started_on: date = Field(title="始めた日")


class ActivityChange(Sent):
    version: Version
    status: Literal["planned", "running", "ended"] = Field(
        title="状態", json_schema_extra=titled(STATUSES)
    )
    ended_on: date | None = Field(None, title="終えた日")


class NewSession(Sent):
    on: date = Field(title="日付")
    starts_at: time = Field(title="開始時刻")
    ends_at: time = Field(title="終了時刻")
    volunteers_wanted: Wanted = Field(0, title="募集するボランティアの人数")


class ActivityView(BaseModel):
    activity_id: UUID
    form: str
    form_label: str
    name: str
    group_id: UUID | None
    themes: list[str]
    skills: list[str]
    daily_area: str | None
    basic_area: str | None
    place: str
    status: str
    status_label: str
    started_on: date
    ended_on: date | None
    version: int


class ActivityList(BaseModel):
    activities: list[ActivityView]
    next: str | None


class SessionView(BaseModel):
    session_id: UUID
    activity_id: UUID
    on: date
    starts_at: time
    ends_at: time
    volunteers_wanted: int
    engaged: int


class ActivityDetail(ActivityView):
    supports: list[SupportView]
    sessions: list[SessionView]


@router.post("/activities", response_model=ActivityView, status_code=201)
async def enter_activity(sent: NewActivity, write: Write) -> JSONResponse:
    """Register what residents do together, or a platform where they come to talk about it."""

    async def act() -> ActivityView:
        if sent.group_id is not None and await find_group(write.session, sent.group_id) is None:
            raise refuse(422, "value-unknown", "group_id")
        made = Activity(
            activity_id=new_id(),
            basic_area=basic_area_of(sent.daily_area) if sent.daily_area else None,
            status="running",
            ended_on=None,
            version=1,
            **sent.model_dump(),
        )
        write.session.add(made)
        await write.done("activity.enter", made.activity_id)
        return activity_view(made)

    return await write.once(act, status=201)


@router.get("/activities", dependencies=[Depends(STAFF)])
async def activity_list(
    session: Db,
    form: str | None = None,
    status: str | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> ActivityList:
    rows = list(
        await store.list_activities(session, form=form, status=status, after=after, limit=limit + 1)
    )
    return ActivityList(
        activities=[activity_view(row) for row in rows[:limit]],
        next=page_end(rows, limit, lambda row: row.activity_id),
    )


@router.get("/activities/{activity_id}", dependencies=[Depends(STAFF)])
async def read_activity(activity_id: UUID, session: Db, ctx: Ctx) -> ActivityDetail:
    activity = await found_activity(session, activity_id)
    return ActivityDetail(
        **activity_view(activity).model_dump(),
        supports=[
            await support_view(session, ctx, one)
            for one in await store.supports_of(session, activity_id)
        ],
        sessions=[session_view(one) for one in await store.sessions_of(session, activity_id)],
    )


@router.post("/activities/{activity_id}/status", response_model=ActivityView)
async def change_activity(activity_id: UUID, sent: ActivityChange, write: Write) -> JSONResponse:
    async def act() -> ActivityView:
        activity = await found_activity(write.session, activity_id, lock=True)
        same_version(activity.version, sent.version)
        if sent.ended_on is not None and sent.ended_on < activity.started_on:
            raise refuse(422, "end-before-start", "ended_on")
        activity.status, activity.ended_on = sent.status, sent.ended_on
        activity.version += 1
        await write.done("activity.change", activity_id, status=sent.status)
        return activity_view(activity)

    return await write.once(act)


@router.post("/activities/{activity_id}/sessions", response_model=SessionView, status_code=201)
async def enter_session(activity_id: UUID, sent: NewSession, write: Write) -> JSONResponse:
    """A date of the activity; it does not overlap with another one of the same activity."""

    async def act() -> SessionView:
        await found_activity(write.session, activity_id, lock=True)
        hours_in_order(sent.starts_at, sent.ends_at)
        hours = (sent.starts_at, sent.ends_at)
        for other in await store.sessions_of(write.session, activity_id, sent.on):
            if overlaps(hours, (other.starts_at, other.ends_at)):
                raise refuse(409, "hours-overlap", "starts_at", session_id=str(other.session_id))
        made = Session(
            session_id=new_id(),
            activity_id=activity_id,
            on_date=sent.on,
            engaged=0,
            **sent.model_dump(exclude={"on"}),
        )
        write.session.add(made)
        await write.done("activity.session", made.session_id)
        return session_view(made)

    return await write.once(act, status=201)


def activity_view(activity: Activity) -> ActivityView:
    return ActivityView(
        **activity.model_dump(),
        form_label=FORMS[activity.form],
        status_label=STATUSES[activity.status],
    )


def session_view(one: Session) -> SessionView:
    return SessionView(**one.model_dump(exclude={"on_date"}), on=one.on_date)
