"""The papers of a 支援会議: looked at, and copied for print, by its attendees alone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.writing import Write
from services.coordination import reading, views
from services.coordination.api.cases import PREFIX

router = APIRouter(prefix=PREFIX, tags=["会議資料 / papers"])

CLOSED: dict[int | str, dict[str, Any]] = {
    403: {
        "description": "資料は閉じています / The papers are closed to the caller; `code` says why",
        "content": {"application/problem+json": {}},
    }
}


@router.get("/meetings/{meeting_id}/papers", summary="支援会議の資料 / Papers", responses=CLOSED)
async def show_papers(ctx: Ctx, session: Session, caller: Caller, meeting_id: UUID) -> views.Papers:
    """守秘義務を確認した出席者だけが、会議録の承認の翌営業日まで見られます。閲覧は記録されます。

    For attendees who have acknowledged secrecy (法106条の6), until they close; every try is kept.
    """
    return await reading.show_papers(ctx, session, caller, meeting_id)


@router.post(
    "/meetings/{meeting_id}/copies",
    status_code=201,
    response_model=views.Papers,
    summary="印刷用の写し / A numbered copy for print",
    responses=CLOSED,
)
async def make_copy(
    meeting_id: UUID,
    write: Write,
) -> JSONResponse:
    """写しには通し番号と、誰がいつ作ったかが残ります。The answer names the copy, not its texts."""

    async def make() -> views.Papers:
        return await reading.make_copy(write.ctx, write.session, write.caller, meeting_id)

    return await write.once(make, status=201)


@router.get(
    "/meetings/{meeting_id}/copies/{number}", summary="写しの再表示 / A copy", responses=CLOSED
)
async def show_copy(
    ctx: Ctx,
    session: Session,
    caller: Caller,
    meeting_id: UUID,
    number: Annotated[int, Path(ge=1)],
) -> views.Papers:
    return await reading.show_copy(ctx, session, caller, meeting_id, number)
