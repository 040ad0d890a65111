"""Meetings: one with all that belongs to it, and sittings of several cases."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.idempotency import IdempotencyKey
from chassis.writing import Write
from services.coordination import reading, sitting_acts, views
from services.coordination.api.cases import PREFIX
from services.coordination.store.sittings import call_sitting

router = APIRouter(prefix=PREFIX, tags=["会議 / meetings"])


class NewSitting(BaseModel):
    """合同開催: a time and a place."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime
    venue: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")] = "ward-office"


class WholeAct(BaseModel):
    """`postpone_meeting`, `cancel_meeting` or `report_no_quorum`, for every case of a sitting."""

    model_config = ConfigDict(extra="forbid")

    act: dict[str, Any]


@router.get("/meetings/{meeting_id}", summary="会議の詳細 / One meeting")
async def show_meeting(session: Session, caller: Caller, meeting_id: UUID) -> views.MeetingPage:
    """招いた機関、日程の回答、準備シート、守秘義務、結論、役割分担、会議録の状態を返します。

    Who is invited and what they answered; what was decided, who does what, and where the minutes
    are. Of a 支援会議 whoever was not invited sees the decision alone. Texts are records.
    """
    return await reading.show_meeting(session, caller, meeting_id)


@router.get("/sittings", summary="合同開催の一覧 / Sittings")
async def list_sittings(session: Session, caller: Caller) -> views.Sittings:
    return await reading.list_sittings(session, caller)


@router.get("/sittings/{sitting_id}", summary="合同開催の詳細 / One sitting")
async def show_sitting(session: Session, caller: Caller, sitting_id: UUID) -> views.SittingView:
    """同意・出席機関・資料は各ケースのままです。Each case keeps its own gate and papers."""
    return await reading.show_sitting(session, caller, sitting_id)


@router.post(
    "/sittings",
    status_code=201,
    response_model=views.SittingView,
    summary="合同開催の設定 / Call a sitting",
)
async def make_sitting(sent: NewSitting, write: Write) -> JSONResponse:
    """会議の設定(schedule_meeting)で `sitting_id` を指定すると、そのケースが加わります。"""

    async def make() -> views.SittingView:
        called = await call_sitting(write.session, write.caller, sent.starts_at, sent.venue)
        return await reading.show_sitting(write.session, write.caller, called.sitting_id)

    return await write.once(make, status=201)


@router.post("/sittings/{sitting_id}/acts", summary="合同開催全体の操作 / Act on a whole sitting")
async def act_on_sitting(
    ctx: Ctx, caller: Caller, key: IdempotencyKey, sitting_id: UUID, sent: WholeAct
) -> views.SittingActView:
    """延期・中止・定足数不足を、すべてのケースに一度に記録します。結果はケースごとに返します。

    Each case follows under its own rules; the attendees are told once for all their cases.
    """
    return await sitting_acts.act_on_sitting(ctx, caller, sitting_id, sent.act, key)


@router.get(
    "/sitting-acts/{sitting_act_id}", summary="合同開催全体の操作の結果 / What became of it"
)
async def show_sitting_act(
    session: Session, caller: Caller, sitting_act_id: UUID
) -> views.SittingActView:
    return await reading.show_sitting_act(session, caller, sitting_act_id)
