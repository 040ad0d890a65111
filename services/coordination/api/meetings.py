"""Meetings: one with all that belongs to it, and sittings of several cases."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.auth import Caller
from chassis.context import Session
from chassis.writing import Write
from services.coordination import reading, views
from services.coordination.api.cases import PREFIX
from services.coordination.store.sittings import call_sitting

router = APIRouter(prefix=PREFIX, tags=["会議 / meetings"])


class NewSitting(BaseModel):
    """合同開催: a time and a place."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime
    venue: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")] = "ward-office"


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
