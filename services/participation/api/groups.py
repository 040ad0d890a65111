"""Community groups (団体) over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.audit import audit
from chassis.context import Ctx, Session
from contracts.events import new_id
from contracts.message import Code, Private
from services.participation.api.door import KEEPERS, STAFF
from services.participation.api.writing import Reader, Write, records
from services.participation.fields import DailyArea, Line, Sent, titled
from services.participation.likeness import fold
from services.participation.models import Group
from services.participation.refusals import missing, refuse
from services.participation.store import groups as store

router = records("団体 / groups")

PURPOSES = {
    "activity": "地域活動",
    "pantry": "フードパントリー・こども食堂",
    "exercise": "体操・健康づくり",
    "carers": "家族会・当事者会",
}
Purpose = Literal["activity", "pantry", "exercise", "carers"]


class NewGroup(Sent):
    code: Code = Field(title="団体の符号", description="活動報告のファイルと同じ符号")
    name: Line = Field(title="団体の名前")
    purposes: list[Purpose] = Field(
        title="活動", min_length=1, json_schema_extra={"items": titled(PURPOSES)}
    )
    daily_area: DailyArea | None = Field(None, title="日常生活圏域")
    households: Annotated[int, Field(ge=0, le=10_000, strict=True)] = Field(
        0, title="食の支援をする世帯数"
    )
    contact: Annotated[str, Field(max_length=500)] | None = Field(
        None, title="連絡先", description="暗号化して保管し、見た記録が残ります"
    )


class GroupStanding(Sent):
    active: bool = Field(False, title="活動中")


class GroupView(BaseModel):
    group_id: UUID
    code: str
    name: str
    purposes: list[str]
    daily_area: str | None
    households: int
    active: bool


class GroupDetail(GroupView):
    contact: Private


class GroupList(BaseModel):
    groups: list[GroupView]
    next: str | None


@router.post("/groups", response_model=GroupView, status_code=201)
async def enter_group(sent: NewGroup, write: Write) -> JSONResponse:
    """Register a group. The same name written otherwise is the same group."""

    async def act() -> GroupView:
        group_id, key = new_id(), fold(sent.name)
        known = await store.group_named(write.session, key)
        if known is not None:
            raise refuse(409, "possible-duplicate", "name", group_id=str(known.group_id))
        sealed = await store.seal_contact(write.session, write.ctx.vault, group_id, sent.contact)
        group = Group(
            group_id=group_id,
            name_key=key,
            active=True,
            sealed=sealed,
            created_at=write.now,
            **sent.model_dump(exclude={"contact"}),
        )
        if not await store.enter_group(write.session, group):
            raise refuse(409, "code-taken", "code")
        await write.done("group.enter", group_id)
        return _view(group)

    return await write.once(act, status=201)


@router.get("/groups", dependencies=[Depends(STAFF)])
async def group_list(
    session: Session,
    purpose: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> GroupList:
    rows = await store.list_groups(session, purpose=purpose, after=after, limit=limit + 1)
    more = rows[limit - 1].code if len(rows) > limit else None
    return GroupList(groups=[_view(row) for row in rows[:limit]], next=more)


@router.get("/groups/{group_id}")
async def read_group(group_id: UUID, caller: Reader, ctx: Ctx, session: Session) -> GroupDetail:
    """A group; its contact for those who keep the records, and each look at it is recorded."""
    group = await store.find_group(session, group_id)
    if group is None:
        raise missing("group")
    contact = None
    if caller.has(*KEEPERS) and group.sealed is not None:
        contact = await store.contact_of(session, ctx.vault, group)
        await audit(session, caller, "group.contact.read", "group", str(group_id))
    return GroupDetail(**_view(group).model_dump(), contact=contact)


@router.post("/groups/{group_id}/standing", response_model=GroupView)
async def set_standing(group_id: UUID, sent: GroupStanding, write: Write) -> JSONResponse:
    """Whether the group is active: one that is not is given no food and no support."""

    async def act() -> GroupView:
        group = await store.find_group(write.session, group_id, lock=True)
        if group is None:
            raise missing("group")
        group.active = sent.active
        await write.done("group.standing", group_id, active=sent.active)
        return _view(group)

    return await write.once(act)


def _view(group: Group) -> GroupView:
    return GroupView(**group.model_dump(exclude={"name_key", "sealed", "created_at"}))
