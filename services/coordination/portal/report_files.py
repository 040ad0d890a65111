"""Files of activity reports from the browser: tried first, then taken in, and mended row by row."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from chassis.problems import Problem
from chassis.spreadsheet.media import as_file
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.acts import KEY_FIELD
from services.coordination.portal.pages import render

PAGE = "/report-files"
FILES = "/api/intake/v1/report-files"
ROWS_SHOWN = 100

STATES = {
    "waiting": "順番を待っています",
    "running": "読んでいます",
    "done": "読み終わりました",
    "failed": "読めませんでした",
}
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp932": "Shift_JIS (CP932)"}
COLUMNS = ("整理番号", "窓口", "活動の種別", "日付", "数量", "会場", "団体", "うち区分")

router = APIRouter(prefix=PAGE)


@router.get("")
async def files(looking: Looking, request: Request) -> Response:
    return await _list(request, looking.token)


@router.post("")
async def send(sent: Sent, request: Request) -> Response:
    """Sends the chosen file as this person. Without a file, or with a bad one, the page says so."""
    file = sent.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _list(request, sent.viewer.token, "ファイルを選んでください", 422)
    try:
        made = await request.app.state.elsewhere.send_file(
            sent.viewer.token,
            FILES,
            await file.read(),
            file.content_type or "application/octet-stream",
            key=sent.text(KEY_FIELD) or str(new_id()),
            dry_run=sent.text("dry_run") == "yes",
            late=sent.text("late") == "yes",
        )
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        return await _list(request, sent.viewer.token, problem.ja, problem.status)
    return RedirectResponse(f"{PAGE}/{made['file_id']}", status_code=303)


@router.get("/{file_id}")
async def file(looking: Looking, request: Request, file_id: UUID) -> Response:
    ask = request.app.state.elsewhere.get
    found = await ask(looking.token, f"{FILES}/{file_id}")
    rows = await ask(looking.token, f"{FILES}/{file_id}/rows", limit=ROWS_SHOWN)
    return render(
        request,
        "report_file.html",
        file=found,
        rows=rows["items"],
        shown=ROWS_SHOWN,
        states=STATES,
        encodings=ENCODINGS,
        key=str(new_id()),
        key_field=KEY_FIELD,
    )


@router.post("/{file_id}/sending")
async def take_in(sent: Sent, request: Request, file_id: UUID) -> Response:
    """Takes in a file that was only tried; one that is on its way already stays so."""
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            f"{FILES}/{file_id}/sending",
            sent.text(KEY_FIELD) or str(new_id()),
            {},
        )
    except Problem as problem:
        if problem.code not in ("file-sent", "file-busy"):
            raise
        request.session["flash"] = problem.ja
    return RedirectResponse(f"{PAGE}/{file_id}", status_code=303)


@router.get("/{file_id}/mending.csv")
async def mending(
    looking: Looking,
    request: Request,
    file_id: UUID,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
) -> Response:
    """The refused rows, as intake writes them."""
    found = await request.app.state.elsewhere.file(
        looking.token, f"{FILES}/{file_id}/mending.csv", encoding=encoding
    )
    return as_file(found.content, f"mending-{file_id}.csv", encoding=encoding)


async def _list(
    request: Request, token: str, error: str | None = None, status: int = 200
) -> Response:
    found: dict[str, Any] = await request.app.state.elsewhere.get(token, FILES)
    return render(
        request,
        "report_files.html",
        status,
        files=found["items"],
        states=STATES,
        columns=COLUMNS,
        error=error,
        key=str(new_id()),
        key_field=KEY_FIELD,
    )
