"""The support that coordinators give to activities over HTTP: recorded, corrected, taken back."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context
from contracts.catalogue import activity_kinds
from contracts.events import new_id
from contracts.message import Code, Private
from services.participation.api.writing import Write, records
from services.participation.fields import Sent, Why, Words, past_day, titled
from services.participation.models import Activity, Support
from services.participation.refusals import missing, refuse
from services.participation.store import activities as store
from services.participation.store.work import work_of

router = records("地域活動の支援 / supports")

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


class SupportView(BaseModel):
    support_id: UUID
    activity_id: UUID
    on: date
    channel: str
    how: str
    how_label: str
    note: Private
    withdrawn: bool
    counted: bool
    """Whether the figures count it: not while the kind is reported by file."""
    by: str
    at: datetime


@router.post("/activities/{activity_id}/supports", response_model=SupportView, status_code=201)
async def record_support(activity_id: UUID, sent: NewSupport, write: Write) -> JSONResponse:
    """One time of support by a 地域福祉コーディネーター: counts for 2.7 by the activity's form."""

    async def act() -> SupportView:
        activity = await found_activity(write.session, activity_id)
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
        return await support_view(write.session, write.ctx, made)

    return await write.once(act, status=201)


@router.post("/supports/{support_id}/correction", response_model=SupportView)
async def correct_support(support_id: UUID, sent: SupportCorrection, write: Write) -> JSONResponse:
    async def act() -> SupportView:
        support = await _standing(write.session, support_id)
        activity = await found_activity(write.session, support.activity_id)
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
        return await support_view(write.session, write.ctx, support)

    return await write.once(act)


@router.post("/supports/{support_id}/withdrawal", response_model=SupportView)
async def withdraw_support(support_id: UUID, sent: SupportWithdrawal, write: Write) -> JSONResponse:
    async def act() -> SupportView:
        support = await _standing(write.session, support_id)
        await store.withdraw_support(write.session, support, sent.reason, write.by, write.now)
        await write.done("support.withdraw", support_id, why=sent.reason)
        return await support_view(write.session, write.ctx, support)

    return await write.once(act)


async def found_activity(
    session: AsyncSession, activity_id: UUID, *, lock: bool = False
) -> Activity:
    activity = await store.find_activity(session, activity_id, lock=lock)
    if activity is None:
        raise missing("activity")
    return activity


def _check_support(activity: Activity, sent: SupportFields) -> None:
    past_day(sent.on)
    if sent.channel not in activity_kinds()[store.KIND_OF_FORM[activity.form]].channels:
        raise refuse(422, "value-unknown", "channel")
    if sent.on < activity.started_on:
        raise refuse(422, "end-before-start", "on")


async def _standing(session: AsyncSession, support_id: UUID) -> Support:
    support = await store.find_support(session, support_id)
    if support is None:
        raise missing("support")
    if support.withdrawn:
        raise refuse(409, "already-withdrawn")
    return support


async def support_view(session: AsyncSession, ctx: Context, support: Support) -> SupportView:
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
