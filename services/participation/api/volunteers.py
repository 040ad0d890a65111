"""Volunteers and helpers over HTTP: the register."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.context import Context, Ctx
from chassis.context import Session as Db
from contracts.catalogue import areas
from contracts.community import volunteer_skills
from contracts.message import Private
from services.participation.api.door import KEEPERS, page_end
from services.participation.api.writing import Reader, Write, records, same_version
from services.participation.fields import (
    Confirmed,
    DailyArea,
    Line,
    Reference,
    Sent,
    Skill,
    Version,
    hours_in_order,
    overlaps,
    titled,
)
from services.participation.likeness import likeness
from services.participation.models import Volunteer
from services.participation.refusals import missing, refuse
from services.participation.store import volunteers as store

router = records("ボランティア / volunteers")

ROLES = {"volunteer": "ボランティア", "helper": "サポーター・有償の担い手"}
STATUSES = {"active": "活動中", "paused": "休止中", "left": "終了"}
WEEKDAYS = dict(enumerate("月火水木金土日"))
AREAS = {one.daily_area: one.daily_area for one in areas()}


class Span(Sent):
    weekday: Annotated[int, Field(ge=0, le=6)] = Field(
        title="曜日",
        json_schema_extra={
            "oneOf": [{"const": n, "title": f"{day}曜日"} for n, day in WEEKDAYS.items()]
        },
    )
    since: time = Field(alias="from", title="から")
    until: time = Field(alias="to", title="まで")


class NewVolunteer(Sent):
    reference: Reference | None = Field(None, title="整理番号")
    role: Literal["volunteer", "helper"] = Field(
        "volunteer", title="区分", json_schema_extra=titled(ROLES)
    )
    name: Line = Field(title="氏名", description="暗号化して保管し、見た記録が残ります")
    kana: Line = Field(title="フリガナ")
    phone: Annotated[str, Field(max_length=40)] | None = Field(None, title="電話番号")
    skills: list[Skill] = Field(
        [],
        title="できること",
        max_length=13,
        json_schema_extra={"items": titled(volunteer_skills())},
    )
    daily_areas: list[DailyArea] = Field(
        [],
        title="活動できる圏域",
        description="選ばなければ区内どこでも",
        max_length=18,
        json_schema_extra={"items": titled(AREAS)},
    )
    times: list[Span] = Field([], title="活動できる曜日と時間", max_length=21)
    insured_until: date | None = Field(None, title="ボランティア保険の期限")
    another: Confirmed = False


class VolunteerChange(Sent):
    version: Version
    status: Literal["active", "paused", "left"] = Field(
        title="状態", json_schema_extra=titled(STATUSES)
    )
    insured_until: date | None = Field(None, title="ボランティア保険の期限")


class VolunteerView(BaseModel):
    volunteer_id: UUID
    reference: str | None
    role: str
    role_label: str
    skills: list[str]
    skill_labels: list[str]
    daily_areas: list[str]
    times: list[dict[str, Any]]
    status: str
    status_label: str
    insured_until: date | None
    version: int
    registered_at: datetime
    name: Private = None
    """None for those who do not keep the records."""
    kana: Private = None
    phone: Private = None


class VolunteerList(BaseModel):
    volunteers: list[VolunteerView]
    next: str | None


@router.post("/volunteers", response_model=VolunteerView, status_code=201)
async def register(sent: NewVolunteer, write: Write) -> JSONResponse:
    """Register a volunteer or a helper. Somebody alike is pointed out, never merged."""

    async def act() -> VolunteerView:
        made = await register_volunteer(write.session, write.ctx, sent, write.by, write.now)
        await write.done("volunteer.enter", made.volunteer_id)
        return await _named(write.session, write.ctx, made)

    return await write.once(act, status=201)


@router.get("/volunteers")
async def volunteer_list(
    caller: Reader,
    ctx: Ctx,
    session: Db,
    skill: str | None = None,
    status: str | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> VolunteerList:
    """The register; names for those who keep it, and each look at them is recorded."""
    rows = list(
        await store.list_volunteers(
            session, skill=skill, status=status, after=after, limit=limit + 1
        )
    )
    shown, named = rows[:limit], caller.has(*KEEPERS)
    for row in shown if named else ():
        await audit(session, caller, "volunteer.read", "volunteer", str(row.volunteer_id))
    return VolunteerList(
        volunteers=[await _named(session, ctx, row) if named else _view(row) for row in shown],
        next=page_end(rows, limit, lambda row: row.volunteer_id),
    )


@router.post("/volunteers/{volunteer_id}/change", response_model=VolunteerView)
async def change(volunteer_id: UUID, sent: VolunteerChange, write: Write) -> JSONResponse:
    """Pause, come back or leave; renew the insurance."""

    async def act() -> VolunteerView:
        found = await found_volunteer(write.session, volunteer_id)
        same_version(found.version, sent.version)
        found.status = sent.status
        if sent.insured_until is not None:
            found.insured_until = sent.insured_until
        found.version += 1
        await write.done("volunteer.change", volunteer_id, status=sent.status)
        return await _named(write.session, write.ctx, found)

    return await write.once(act)


async def register_volunteer(
    session: AsyncSession, ctx: Context, sent: NewVolunteer, by: str, now: datetime
) -> Volunteer:
    """Raises Problem 409 for a taken reference or a likely duplicate, 422 for wrong hours."""
    for place, span in enumerate(sent.times):
        hours_in_order(span.since, span.until, f"times.{place}.to")
        for other in sent.times[:place]:
            if span.weekday == other.weekday and overlaps(
                (span.since, span.until), (other.since, other.until)
            ):
                raise refuse(422, "hours-overlap", f"times.{place}.from")
    digests = likeness(ctx.settings, sent.kana, sent.phone)
    if sent.reference and await store.by_reference(session, sent.reference):
        raise refuse(409, "reference-taken", "reference")
    if not sent.another and (known := await store.like(session, digests)):
        raise refuse(409, "possible-duplicate", "another", candidates=[str(known.volunteer_id)])
    return await store.register(
        session,
        ctx.vault,
        {"name": sent.name, "kana": sent.kana, "phone": sent.phone},
        reference=sent.reference,
        role=sent.role,
        skills=list(dict.fromkeys(sent.skills)),
        daily_areas=list(dict.fromkeys(sent.daily_areas)),
        times=[span.model_dump(mode="json", by_alias=True) for span in sent.times],
        insured_until=sent.insured_until,
        likeness=digests[0],
        registered_by=by,
        registered_at=now,
    )


async def found_volunteer(session: AsyncSession, volunteer_id: UUID) -> Volunteer:
    """The volunteer, locked. Raises Problem 404."""
    found = await store.find_volunteer(session, volunteer_id, lock=True)
    if found is None:
        raise missing("volunteer")
    return found


def _view(volunteer: Volunteer) -> VolunteerView:
    return VolunteerView(
        **volunteer.model_dump(exclude={"likeness", "sealed", "registered_by"}),
        role_label=ROLES[volunteer.role],
        status_label=STATUSES[volunteer.status],
        skill_labels=[volunteer_skills().get(one, one) for one in volunteer.skills],
    )


async def _named(session: AsyncSession, ctx: Context, volunteer: Volunteer) -> VolunteerView:
    private = await store.private_of(session, ctx.vault, volunteer)
    return _view(volunteer).model_copy(update=private)
