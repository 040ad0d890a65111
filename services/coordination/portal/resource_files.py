"""Files of resources in the portal: sent, tried, taken in, mended; and photos."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from chassis.problems import Problem
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.acts import KEY_FIELD, PARTICIPATION
from services.coordination.portal.pages import render, see

router = APIRouter()

FILES, PHOTOS = "/resources/files", "/resources/photos"
"""Pages to which whole files are sent."""
OCTETS = "application/octet-stream"
IMPORTS = f"{PARTICIPATION}/resource-imports"
STATES = {"waiting": "取り込み中", "done": "完了", "failed": "読み込めません"}
FORMS = {"table": "CSV・Excel", "hsds": "HSDS 3.0(JSON)"}


@router.get("/resources/files")
async def files(looking: Looking, request: Request) -> Response:
    found = await request.app.state.elsewhere.get(looking.token, IMPORTS)
    return _page(request, found["imports"])


@router.post("/resources/files")
async def send(sent: Sent, request: Request) -> Response:
    """A file, to be tried or taken in at once."""
    file = sent.form.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    name = file.filename or "" if isinstance(file, UploadFile) else ""
    if not content:
        found = await request.app.state.elsewhere.get(sent.viewer.token, IMPORTS)
        return _page(request, found["imports"], "ファイルを選んでください", 422)
    made = await request.app.state.elsewhere.send_file(
        sent.viewer.token,
        IMPORTS,
        content,
        OCTETS,
        key=sent.text(KEY_FIELD) or str(new_id()),
        form="hsds" if name.lower().endswith(".json") else "table",
        filename=name[:200],
        dry_run="false" if sent.text("at_once") == "true" else "true",
        publish="true" if sent.text("publish") == "true" else "false",
    )
    return see(request, f"/resources/files/{made['import_id']}")


@router.get("/resources/files/{import_id}")
async def one_file(looking: Looking, request: Request, import_id: UUID) -> Response:
    """How far it is; the page asks again by itself until it is done."""
    found = await request.app.state.elsewhere.get(looking.token, f"{IMPORTS}/{import_id}")
    return render(
        request, "resource_file.html", one=found, states=STATES, forms=FORMS, key=str(new_id())
    )


@router.post("/resources/files/{import_id}/taking-in")
async def take_in(sent: Sent, request: Request, import_id: UUID) -> Response:
    key = sent.text(KEY_FIELD) or str(new_id())
    path = f"{IMPORTS}/{import_id}/taking-in"
    made = await request.app.state.elsewhere.post(sent.viewer.token, path, key, {})
    return see(request, f"/resources/files/{made['import_id']}")


@router.get("/resources/files/{import_id}/mending.csv")
async def mending(
    looking: Looking,
    request: Request,
    import_id: UUID,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
) -> Response:
    return await _file(request, looking.token, f"{IMPORTS}/{import_id}/mending.csv", encoding)


@router.get("/resources.csv")
async def as_csv(
    looking: Looking, request: Request, encoding: Literal["utf-8", "cp932"] = "utf-8"
) -> Response:
    return await _file(request, looking.token, f"{PARTICIPATION}/resources.csv", encoding)


@router.get("/resources.xlsx")
async def as_workbook(looking: Looking, request: Request) -> Response:
    return await _file(request, looking.token, f"{PARTICIPATION}/resources.xlsx")


@router.post("/resources/photos")
async def add_photo(sent: Sent, request: Request) -> Response:
    """A photo of a resource, with words for those who do not see it."""
    resource_id = UUID(sent.text("resource_id"))
    file = sent.form.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    said = "写真を追加しました"
    try:
        await request.app.state.elsewhere.send_file(
            sent.viewer.token,
            f"{PARTICIPATION}/resource-photos",
            content,
            OCTETS,
            resource_id=resource_id,
            alt=sent.text("alt"),
        )
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        said = problem.ja
    return see(request, f"/resources/{resource_id}", said)


@router.get("/resources/{resource_id}/photos/{photo_id}")
async def photo(looking: Looking, request: Request, resource_id: UUID, photo_id: UUID) -> Response:
    path = f"{PARTICIPATION}/resources/{resource_id}/photos/{photo_id}"
    found = await request.app.state.elsewhere.file(looking.token, path)
    return Response(found.content, media_type=found.headers["content-type"])


async def _file(request: Request, token: str, path: str, encoding: str | None = None) -> Response:
    found = await request.app.state.elsewhere.file(token, path, encoding=encoding)
    kept = ("content-type", "content-disposition")
    headers = {name: found.headers[name] for name in kept if name in found.headers}
    return Response(found.content, headers=headers | {"Cache-Control": "no-store"})


def _page(
    request: Request, found: list[Any], error: str | None = None, status: int = 200
) -> Response:
    return render(
        request,
        "resource_files.html",
        status,
        imports=found,
        states=STATES,
        forms=FORMS,
        error=error,
        key=str(new_id()),
    )
