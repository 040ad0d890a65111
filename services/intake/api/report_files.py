"""Whole files of activity lines: sent, tried or taken in, looked after, and mended row by row."""

import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from chassis.auth import Caller, Principal
from chassis.context import Context, Ctx, Session
from chassis.spreadsheet import UnencodableError, write_mending
from chassis.spreadsheet.media import TABLE_AS_BODY, as_file
from chassis.writing import Write
from services.intake.access import may_report
from services.intake.api.door import PREFIX, routes
from services.intake.faults import WORDS, refuse
from services.intake.file_reader import WAKE
from services.intake.models import ReportFile
from services.intake.sheets import HEADINGS
from services.intake.store.files import (
    files_of,
    find_file,
    keep_file,
    rows_to_look_at,
    send_after_trial,
)

REPORT_FILES = f"{PREFIX}/report-files"
MOST_FILES = 200

router = routes("活動報告のファイル / files of activity lines")


class FileProblemView(BaseModel):
    """Why nothing of a file could be read."""

    code: str
    ja: str
    en: str


class FileView(BaseModel):
    """A file, and how far it has been taken in."""

    file_id: UUID
    sent_at: datetime
    size: int
    digest: str = Field(description="SHA-256 of the file")
    dry_run: bool
    late: bool
    status: str = Field(examples=["waiting", "running", "done", "failed"])
    problem: FileProblemView | None
    kind: str | None = Field(description="csv / xlsx")
    encoding: str | None = Field(description="utf-8 / utf-16 / cp932, as it was found to be")
    other_sheets: list[str] = Field(description="Sheets behind the first, which are not read")
    percent: int
    counts: dict[str, int] = Field(
        examples=[{"rows": 4, "accepted": 1, "already_reported": 2, "differing": 1, "refused": 1}]
    )
    links: dict[str, str]


class FileList(BaseModel):
    items: list[FileView]


class RowFault(BaseModel):
    field: str
    column: str = Field(description="The heading in the file")
    code: str
    ja: str
    en: str


class RowView(BaseModel):
    """A row that was refused, or that is known already and says something else."""

    row: int = Field(description="As a spreadsheet numbers it")
    cells: dict[str, str] = Field(description="By field; what looked like a 個人番号 is left out")
    faults: list[RowFault]


class RowPage(BaseModel):
    items: list[RowView]
    next_after: int | None


@router.post(
    "/report-files",
    status_code=202,
    response_model=FileView,
    summary="活動報告のファイルの送信 / Send a file of activity lines",
    openapi_extra=TABLE_AS_BODY,
)
async def send_file(
    write: Write,
    dry_run: Annotated[bool, Query(description="確認のみ / Judge the rows, keep none")] = False,
    late: Annotated[
        bool, Query(description="確定後の追加 / Also for fiscal years whose figures stand")
    ] = False,
) -> JSONResponse:
    """CSV (UTF-8, CP932) か .xlsx をそのまま送ります。見出しは 整理番号, 窓口, 活動の種別 など。

    The body is the file. It is durable when this answers; its rows are judged in the background
    (`links.self` tells how far): good ones are kept, the others can be had with their reasons
    (`links.rows`, `links.mending`). The same rows sent again change nothing.
    """
    _allow(write.caller)
    content = await write.request.body()

    async def keep() -> FileView:
        if not content:
            raise refuse(422, "file-empty")
        file = await keep_file(
            write.session, write.ctx.vault, write.caller, content, dry_run=dry_run, late=late
        )
        await write.done("report-file.send", file.file_id)
        return _view(file)

    answer = await write.once(keep, status=202)
    _wake(write.ctx)
    return answer


@router.get("/report-files", summary="送信したファイルの一覧 / One's own files, the latest first")
async def list_files(
    caller: Caller, session: Session, limit: Annotated[int, Query(ge=1, le=MOST_FILES)] = 50
) -> FileList:
    _allow(caller)
    return FileList(items=[_view(file) for file in await files_of(session, caller.sub, limit)])


@router.get("/report-files/{file_id}", summary="ファイルの処理状況 / How far a file has come")
async def read_file(file_id: UUID, caller: Caller, session: Session) -> FileView:
    return _view(await _own(session, caller, file_id))


@router.get(
    "/report-files/{file_id}/rows",
    summary="確認が必要な行 / Rows refused, or known and different",
)
async def list_rows(
    file_id: UUID,
    caller: Caller,
    ctx: Ctx,
    session: Session,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RowPage:
    await _own(session, caller, file_id)
    found = await rows_to_look_at(session, ctx.vault, file_id, after)
    rows = [RowView.model_validate(row) for row in found[:limit]]
    return RowPage(items=rows, next_after=rows[-1].row if rows else None)


@router.get(
    "/report-files/{file_id}/mending.csv",
    response_class=Response,
    summary="直して送り直すためのファイル / The refused rows, to be mended and sent again",
    responses={200: {"content": {"text/csv": {}}}},
)
async def mending_file(
    file_id: UUID,
    caller: Caller,
    ctx: Ctx,
    session: Session,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
) -> Response:
    """The rows as they were sent, with the columns 列 and 理由, which are ignored on the way in.

    422 `not-in-cp932` names the characters that CP932 does not have.
    """
    await _own(session, caller, file_id)
    rows = [
        ([row["cells"].get(field, "") for field in HEADINGS], row["faults"])
        async for row in _all_rows(session, ctx, file_id)
        if all(fault["code"] != "line-differs" for fault in row["faults"])
    ]
    out = io.BytesIO()
    names = list(HEADINGS.values())
    try:
        write_mending(
            out,
            names,
            (
                (
                    dict(zip(names, cells, strict=True)),
                    [(fault["column"], fault["ja"]) for fault in faults],
                )
                for cells, faults in rows
            ),
            encoding=encoding,
        )
    except UnencodableError as error:
        told = [one._asdict() for one in error.found]
        raise refuse(422, "not-in-cp932", "encoding", characters=told) from None
    return as_file(out.getvalue(), f"mending-{file_id}.csv", encoding=encoding)


@router.post(
    "/report-files/{file_id}/sending",
    status_code=202,
    response_model=FileView,
    summary="確認したファイルの送信 / Take in a file that was only tried",
)
async def send_tried_file(
    file_id: UUID,
    write: Write,
) -> JSONResponse:
    async def send() -> FileView:
        file = await _own(write.session, write.caller, file_id, lock=True)
        if not file.dry_run or file.status == "failed":
            raise refuse(409, "file-sent")
        if file.status != "done":
            raise refuse(409, "file-busy")
        await send_after_trial(write.session, file)
        await write.done("report-file.send", file_id)
        return _view(file)

    answer = await write.once(send, status=202)
    _wake(write.ctx)
    return answer


def _allow(caller: Principal) -> None:
    if not may_report(caller):
        raise refuse(403, "reporting-not-allowed")


def _wake(ctx: Context) -> None:
    """The reader looks at once. It finds the file even if nobody tells it."""
    if (wake := ctx.parts.get(WAKE)) is not None:
        wake.set()


async def _own(
    session: Session, caller: Principal, file_id: UUID, *, lock: bool = False
) -> ReportFile:
    file = await find_file(session, file_id, lock=lock)
    if file is None or file.sender != caller.sub:
        raise refuse(404, "file-unknown")
    return file


async def _all_rows(session: Session, ctx: Context, file_id: UUID) -> AsyncIterator[dict[str, Any]]:
    after = 0
    while rows := await rows_to_look_at(session, ctx.vault, file_id, after):
        for row in rows:
            yield row
        after = rows[-1]["row"]


def _view(file: ReportFile) -> FileView:
    at = f"{REPORT_FILES}/{file.file_id}"
    ja, en = WORDS[file.problem] if file.problem else ("", "")
    return FileView(
        **file.model_dump(include=set(FileView.model_fields) - {"problem"}),
        problem=FileProblemView(code=file.problem, ja=ja, en=en) if file.problem else None,
        counts={
            "rows": file.rows_done,
            "accepted": file.accepted,
            "already_reported": file.already_reported,
            "differing": file.differing,
            "refused": file.refused,
        },
        links={"self": at, "rows": f"{at}/rows", "mending": f"{at}/mending.csv"},
    )
