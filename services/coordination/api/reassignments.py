"""人事異動: many cases to somebody else in one act."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Caller
from chassis.context import Session
from chassis.writing import Write
from contracts.message import Code
from services.coordination import reassigning, views
from services.coordination.api.cases import PREFIX

router = APIRouter(prefix=f"{PREFIX}/reassignments", tags=["担当替え / reassignments"])

MOST = 1000
"""Cases that one act may name."""


class Reassigning(BaseModel):
    """Whose cases, to whom, from when. Without `case_ids`: all that they have on the day."""

    model_config = ConfigDict(extra="forbid")

    reason: Code = "personnel-change"
    from_coordinator: str | None = Field(None, max_length=200)
    from_agency: Code | None = None
    case_ids: tuple[UUID, ...] | None = Field(None, min_length=1, max_length=MOST)
    to_coordinator: str | None = Field(None, max_length=200)
    to_agency: Code | None = None
    effective_on: date | None = Field(None, description="空欄は即時 / empty: at once")

    @property
    def wanted(self) -> reassigning.Wanted:
        return reassigning.Wanted(**dict(self))


class TakingBack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Code = "taken-back"


@router.post("/preview", summary="担当替えの確認 / What a reassignment would do")
async def preview(session: Session, caller: Caller, sent: Reassigning) -> views.ReassignmentView:
    """何も変更しません。Changes nothing."""
    return await reassigning.preview(session, caller, sent.wanted)


@router.post("", summary="担当替え / Reassign", response_model=views.ReassignmentView)
async def reassign(sent: Reassigning, write: Write) -> JSONResponse:
    """ケースごとの結果を返します。将来の日を指定すると予定になります。

    The result case by case; for a day to come it is planned, and done when that day begins.
    """

    async def act() -> views.ReassignmentView:
        return await reassigning.reassign(write.session, write.caller, sent.wanted)

    return await write.once(act)


@router.get("", summary="担当替えの一覧 / Reassignments")
async def list_reassignments(session: Session, caller: Caller) -> views.Reassignments:
    return await reassigning.list_reassignments(session, caller)


@router.get("/{reassignment_id}", summary="担当替えの結果 / One reassignment")
async def show(session: Session, caller: Caller, reassignment_id: UUID) -> views.ReassignmentView:
    return await reassigning.show_reassignment(session, caller, reassignment_id)


@router.post(
    "/{reassignment_id}/cancel",
    summary="予定の取消し / Cancel a planned one",
    response_model=views.ReassignmentView,
)
async def cancel(reassignment_id: UUID, write: Write) -> JSONResponse:
    async def act() -> views.ReassignmentView:
        return await reassigning.cancel(write.session, write.caller, reassignment_id)

    return await write.once(act)


@router.post(
    "/{reassignment_id}/undo",
    summary="担当替えを戻す / Take a reassignment back",
    response_model=views.ReassignmentView,
)
async def undo(
    reassignment_id: UUID,
    sent: TakingBack,
    write: Write,
) -> JSONResponse:
    """その後さらに担当が替わったケースは戻しません。What changed hands since stays where it is."""

    async def act() -> views.ReassignmentView:
        return await reassigning.undo(write.session, write.caller, reassignment_id, sent.reason)

    return await write.once(act)
