"""Files of resources over HTTP: sent, tried, looked after, mended."""

import io
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.context import Ctx, Session
from chassis.problems import Problem
from chassis.spreadsheet import UnencodableError, write_mending
from chassis.spreadsheet.media import as_file
from services.participation.api.door import MAY_WRITE, PREFIX, routes, unknown
from services.participation.api.exports import unencodable
from services.participation.api.writing import Keeper, Write
from services.participation.importing import file_of, rows_in
from services.participation.models import ResourceImport
from services.participation.store.imports import faults_of, imports_of, keep_file

RESOURCE_IMPORTS = f"{PREFIX}/resource-imports"
MOST_FAULTS_SHOWN = 200

router = routes("地域資源のファイル / files of resources")

FILE_PROBLEMS = {
    "file-empty": "ファイルに行がありません",
    "file-cut": "ファイルが途中で切れています",
    "file-kind-unknown": "CSV、.xlsx、HSDS(JSON)のどれでもありません",
    "encoding-unknown": "文字コードが分かりません(UTF-8 か CP932 で保存してください)",
    "file-too-large": "ファイルが大きすぎます",
    "heading-twice": "同じ見出しが二つあります",
    "columns-too-many": "列が多すぎます",
}


class RowFault(BaseModel):
    row: int
    field: str
    code: str
    ja: str
    en: str


class ImportView(BaseModel):
    """A file, and how far it has been taken in."""

    import_id: UUID
    filename: str
    form: str
    dry_run: bool
    publish: bool
    state: str
    """waiting · done · failed."""
    problem: str | None
    problem_ja: str | None
    total: int
    done: int
    made: int
    changed: int
    same: int
    refused: int
    sent_by: str
    sent_at: datetime
    finished_at: datetime | None
    faults: list[RowFault]
    """The first of them; all are in `mending.csv`."""


class ImportList(BaseModel):
    imports: list[ImportView]


@router.post("/resource-imports", response_model=ImportView, status_code=202)
async def send(
    write: Write,
    dry_run: Annotated[bool, Query(description="試行: look, and change nothing")] = False,
    publish: Annotated[bool, Query(description="list new resources at once")] = False,
    form: Annotated[
        Literal["table", "hsds"], Query(description="CSV or .xlsx; HSDS 3.0")
    ] = "table",
    filename: Annotated[str, Query(max_length=200)] = "",
) -> JSONResponse:
    """Send a file; it is taken in beside everything else, its rows one by one."""
    sent = await write.request.body()

    async def act() -> ImportView:
        kept = await keep_file(
            write.session,
            write.ctx.vault,
            sent,
            form=form,
            filename=filename,
            dry_run=dry_run,
            publish=publish,
            by=write.by,
            now=write.now,
        )
        await write.done("resource.import", kept.import_id, of="resource-import")
        return _view(kept)

    return await write.once(act, status=202)


@router.post("/resource-imports/{import_id}/taking-in", response_model=ImportView, status_code=202)
async def take_in(
    import_id: UUID,
    write: Write,
) -> JSONResponse:
    """Take in the file of a trial, as it was sent."""

    async def act() -> ImportView:
        tried = await _found(write.session, import_id)
        if not tried.dry_run or tried.state != "done":
            raise Problem(
                409,
                "no-trial",
                ja="終わった試行ではありません",
                en="This is no trial that has ended",
            )
        kept = await keep_file(
            write.session,
            write.ctx.vault,
            await file_of(write.session, write.ctx.vault, tried),
            form=tried.form,
            filename=tried.filename,
            dry_run=False,
            publish=tried.publish,
            by=write.by,
            now=write.now,
        )
        await write.done("resource.import", kept.import_id, of="resource-import")
        return _view(kept)

    return await write.once(act, status=202)


@router.get("/resource-imports", dependencies=[Depends(MAY_WRITE)])
async def imports(session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> ImportList:
    """The latest files."""
    return ImportList(imports=[_view(row) for row in await imports_of(session, limit)])


@router.get("/resource-imports/{import_id}", dependencies=[Depends(MAY_WRITE)])
async def one_import(import_id: UUID, session: Session) -> ImportView:
    """A file, how far it is, and what is wrong with its rows."""
    found = await _found(session, import_id)
    return _view(found, await faults_of(session, import_id, MOST_FAULTS_SHOWN))


@router.get("/resource-imports/{import_id}/mending.csv")
async def mending(
    import_id: UUID,
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
) -> Response:
    """The refused rows with what is wrong with them: mended, the file can be sent again."""
    found = await _found(session, import_id)
    if found.form != "table" or not found.refused:
        raise unknown("mending", "直す行")
    faults: dict[int, list[tuple[str, str]]] = {}
    for fault in await faults_of(session, import_id):
        faults.setdefault(fault.row, []).append((fault.field, fault.ja))
    rows = list(rows_in(await file_of(session, ctx.vault, found), found.form))
    out = io.BytesIO()
    headings = list(rows[0].cells) if rows else []
    refused = ((row.cells, faults[row.number]) for row in rows if row.number in faults)
    try:
        write_mending(out, headings, refused, encoding=encoding)
    except UnencodableError as error:
        raise unencodable(error) from None
    await audit(session, caller, "resource.import.read", "resource-import", str(import_id))
    return as_file(out.getvalue(), f"mending-{str(import_id)[-6:]}.csv", encoding=encoding)


async def _found(session: AsyncSession, import_id: UUID) -> ResourceImport:
    found = await session.get(ResourceImport, import_id)
    if found is None:
        raise unknown("resource-import", "取り込み")
    return found


def _view(row: ResourceImport, faults: Any = ()) -> ImportView:
    told = row.model_dump(exclude={"sealed"})
    shown = [RowFault.model_validate(fault, from_attributes=True) for fault in faults]
    problem = FILE_PROBLEMS.get(row.problem or "")
    return ImportView(**told, problem_ja=problem, faults=shown)
