"""Community activities and platforms over HTTP: registered, supported, their sessions."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context, Ctx
from chassis.context import Session as Db
from contracts.catalogue import activity_kinds, basic_area_of, community_themes, volunteer_skills
from contracts.events import new_id
from contracts.message import Code
from services.participation.api.door import STAFF, page_end
from services.participation.api.writing import Write, records, same_version
from services.participation.fields import (
    DailyArea,
    Line,
    Sent,
    Skill,
    Theme,
    Version,
    Why,
    Words,
    hours_in_order,
    overlaps,
    past_day,
    titled,
)
from services.participation.models import Activity, Session, Support
from services.participation.refusals import missing, refuse
from services.participation.store import activities as store
from services.participation.store.groups import find_group
from services.participation.store.work import work_of

router = records("地域活動 / activities")

FORMS = {"activity": "地域活動", "platform": "プラットフォーム(場づくり)"}
STATUSES = {"planned": "準備中", "running": "活動中", "ended": "終了"}
HOW = {
    "launch": "立ち上げの支援",
    "advice": "運営の相談・助言",
    "people": "担い手・参加者とのつなぎ",
    "place": "場所の確保",
    "funds": "助成・資金",
    "publicity": "広報",
    "meeting": "話し合いの場への参加",
}
CHANNELS = {
    "chiiki-coordinate": "事業7 参加支援",
    "chiiki-coordinate-9": "事業9 介護予防",
    "chiiki-coordinate-10": "事業10 生活支援体制整備",
}
How = Literal["launch", "advice", "people", "place", "funds", "publicity", "meeting"]
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


class SupportFields(Sent):
    on: date = Field(title="支援した日")
    channel: Code = Field(title="事業", json_schema_extra=titled(CHANNELS))


class NewSupport(SupportFields):
    how: How = Field(title="支援の内容", json_schema_extra=titled(HOW))
    note: Words | None = Field(None, title="記録")


class SupportCorrection(SupportFields):
    reason: Why


class SupportWithdrawal(Sent):
    reason: Why


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


class SupportView(BaseModel):
    support_id: UUID
    activity_id: UUID
    on: date
    channel: str
    how: str
    how_label: str
    note: str | None
    withdrawn: bool
    counted: bool
    """Whether the figures count it: not while the kind is reported by file."""
    by: str
    at: datetime


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
    activity = await _found(session, activity_id)
    return ActivityDetail(
        **activity_view(activity).model_dump(),
        supports=[
            await _support(session, ctx, one)
            for one in await store.supports_of(session, activity_id)
        ],
        sessions=[session_view(one) for one in await store.sessions_of(session, activity_id)],
    )


@router.post("/activities/{activity_id}/status", response_model=ActivityView)
async def change_activity(activity_id: UUID, sent: ActivityChange, write: Write) -> JSONResponse:
    async def act() -> ActivityView:
        activity = await _found(write.session, activity_id, lock=True)
        same_version(activity.version, sent.version)
        if sent.ended_on is not None and sent.ended_on < activity.started_on:
            raise refuse(422, "end-before-start", "ended_on")
        activity.status, activity.ended_on = sent.status, sent.ended_on
        activity.version += 1
        await write.done("activity.change", activity_id, status=sent.status)
        return activity_view(activity)

    return await write.once(act)


@router.post("/activities/{activity_id}/supports", response_model=SupportView, status_code=201)
async def record_support(activity_id: UUID, sent: NewSupport, write: Write) -> JSONResponse:
    """One time of support by a 地域福祉コーディネーター: counts for 2.7 by the activity's form."""

    async def act() -> SupportView:
        activity = await _found(write.session, activity_id)
        _check_support(activity, sent)
        made = Support(
            support_id=new_id(),
            activity_id=activity_id,
            on_date=sent.on,
            channel=sent.channel,
            how=sent.how,
            sealed=None,
            withdrawn=False,
            by=write.by,
            at=write.now,
        )
        if sent.note:
            made.sealed = await write.ctx.vault.seal(
                write.session, store.VAULT_KIND, made.support_id, sent.note
            )
        await store.record_support(write.session, activity, made, write.by, write.now)
        await write.done("support.enter", made.support_id)
        return await _support(write.session, write.ctx, made)

    return await write.once(act, status=201)


@router.post("/supports/{support_id}/correction", response_model=SupportView)
async def correct_support(support_id: UUID, sent: SupportCorrection, write: Write) -> JSONResponse:
    async def act() -> SupportView:
        support = await _standing(write.session, support_id)
        activity = await _found(write.session, support.activity_id)
        _check_support(activity, sent)
        if (sent.on, sent.channel) == (support.on_date, support.channel):
            raise refuse(422, "nothing-changed", "on")
        await store.correct_support(
            write.session,
            activity,
            support,
            sent.on,
            sent.channel,
            sent.reason,
            write.by,
            write.now,
        )
        await write.done("support.correct", support_id, why=sent.reason)
        return await _support(write.session, write.ctx, support)

    return await write.once(act)


@router.post("/supports/{support_id}/withdrawal", response_model=SupportView)
async def withdraw_support(support_id: UUID, sent: SupportWithdrawal, write: Write) -> JSONResponse:
    async def act() -> SupportView:
        support = await _standing(write.session, support_id)
        await store.withdraw_support(write.session, support, sent.reason, write.by, write.now)
        await write.done("support.withdraw", support_id, why=sent.reason)
        return await _support(write.session, write.ctx, support)

    return await write.once(act)


@router.post("/activities/{activity_id}/sessions", response_model=SessionView, status_code=201)
async def enter_session(activity_id: UUID, sent: NewSession, write: Write) -> JSONResponse:
    """A date of the activity; it does not overlap with another one of the same activity."""

    async def act() -> SessionView:
        await _found(write.session, activity_id, lock=True)
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


def _check_support(activity: Activity, sent: SupportFields) -> None:
    past_day(sent.on)
    if sent.channel not in activity_kinds()[store.KIND_OF_FORM[activity.form]].channels:
        raise refuse(422, "value-unknown", "channel")
    if sent.on < activity.started_on:
        raise refuse(422, "end-before-start", "on")


async def _found(session: AsyncSession, activity_id: UUID, *, lock: bool = False) -> Activity:
    activity = await store.find_activity(session, activity_id, lock=lock)
    if activity is None:
        raise missing("activity")
    return activity


async def _standing(session: AsyncSession, support_id: UUID) -> Support:
    support = await store.find_support(session, support_id)
    if support is None:
        raise missing("support")
    if support.withdrawn:
        raise refuse(409, "already-withdrawn")
    return support


async def _support(session: AsyncSession, ctx: Context, support: Support) -> SupportView:
    note = None
    if support.sealed is not None:
        note = await ctx.vault.open(session, store.VAULT_KIND, support.support_id, support.sealed)
    return SupportView(
        **support.model_dump(exclude={"on_date", "sealed"}),
        on=support.on_date,
        how_label=HOW[support.how],
        note=note,
        counted=any(work.counted for work in await work_of(session, support.support_id)),
    )
