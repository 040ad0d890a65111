"""Whole lists sent from the portal: tried first, taken in, and the refused rows given back."""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from chassis.problems import Problem
from chassis.spreadsheet.media import as_file
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.pages import render
from services.coordination.portal.records import PARTICIPATION

router = APIRouter()

LISTS = {
    "volunteers": (
        "ボランティアの名簿の取込み",
        "/community/volunteers",
        "整理番号、区分、氏名、フリガナ、電話番号、できること、圏域、曜日と時間、保険の期限",
    ),
    "donors": ("提供者の名簿の取込み", "/community/donors", "整理番号、種別、名前、連絡先"),
    "day-sheets": (
        "日報の取込み",
        "/community/venues",
        "会場、日付、開始時刻、終了時刻、備考と、その事業の日報の項目(保護者、こども、ボランティアなど)",
    ),
}
"""By list: title, the page it belongs to, and the headings of the file."""


@router.get("/community/imports/{kind}")
async def choose(looking: Looking, request: Request, kind: str) -> Response:
    return _page(request, kind)


@router.post("/community/imports/{kind}")
async def send(sent: Sent, request: Request, kind: str) -> Response:
    """Tries a file, or takes it in; every refused row is shown with its column and its reason."""
    file = sent.form.get("file")
    if not isinstance(file, UploadFile) or not file.size:
        return _page(request, kind, error="ファイルを選んでください")
    try:
        told = await request.app.state.elsewhere.send_file(
            sent.viewer.token,
            f"{PARTICIPATION}/lists/{kind}",
            await file.read(),
            file.content_type or "application/octet-stream",
            dry_run="true" if sent.text("dry_run") else "",
        )
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        more = problem.more.get("headings")
        said = f"{problem.ja}:{more}" if more else problem.ja
        return _page(request, kind, error=said, status=problem.status)
    return _page(request, kind, told=told)


@router.post("/community/mending")
async def mending(sent: Sent) -> Response:
    """The refused rows as a file, to be mended and sent again."""
    rows = sent.form.get("mending", "")
    content = rows if isinstance(rows, str) else ""
    # A browser sends every line end of a field as CR LF, which is what the file has.
    return as_file(content.encode("utf-8"), "mending.csv")


def _page(
    request: Request,
    kind: str,
    *,
    told: dict[str, object] | None = None,
    error: str | None = None,
    status: int | None = None,
) -> Response:
    if kind not in LISTS:
        raise Problem(404, "not-found", ja="この画面はありません", en="No such list")
    title, back, headings = LISTS[kind]
    return render(
        request,
        "list_import.html",
        status or (422 if error else 200),
        kind=kind,
        title=title,
        back=back,
        headings=headings,
        told=told,
        error=error,
    )
