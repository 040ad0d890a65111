"""The directory as a file, to be changed and sent back."""

import io
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Ctx, Session
from chassis.problems import Problem
from chassis.spreadsheet import Sheet, UnencodableError, write_csv, write_xlsx
from chassis.spreadsheet.media import XLSX, as_file
from services.participation.api.door import routes
from services.participation.api.writing import Keeper
from services.participation.models import Resource
from services.participation.resource_sheet import HEADINGS, cells_of
from services.participation.store.directory import list_resources
from services.participation.store.resources import current_fields

router = routes("地域資源のファイル / files of resources")

ROWS_AT_ONCE = 500


@router.get("/resources.csv")
async def as_csv(
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
    private: Annotated[bool, Query(description="contacts and confidential places too")] = False,
) -> Response:
    """The whole directory as a table that can be changed and sent back."""
    headings, rows = await _table(session, ctx, caller, private)
    out = io.BytesIO()
    try:
        write_csv(out, headings, rows, encoding=encoding)
    except UnencodableError as error:
        raise unencodable(error) from None
    return as_file(out.getvalue(), "resources.csv", encoding=encoding)


@router.get("/resources.xlsx")
async def as_workbook(
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    private: Annotated[bool, Query(description="contacts and confidential places too")] = False,
) -> Response:
    """The same as a workbook."""
    headings, rows = await _table(session, ctx, caller, private)
    out = io.BytesIO()
    write_xlsx(out, Sheet("地域資源", headings, rows))
    return as_file(out.getvalue(), "resources.xlsx", XLSX)


async def _table(
    session: AsyncSession, ctx: Any, caller: Principal, private: bool
) -> tuple[list[str], list[list[str]]]:
    headings = [name for name in HEADINGS if private or "非公開)" not in name]
    rows = []
    async for resource in _all(session):
        fields = await current_fields(session, ctx.vault, resource)
        if resource.confidential_location and not private:
            fields["place"] = None
        cells = cells_of(str(resource.resource_id), fields)
        rows.append([cells[name] for name in headings])
    action = "resource.export.private" if private else "resource.export"
    await audit(session, caller, action, "resource", "all", rows=len(rows))
    return headings, rows


async def _all(session: AsyncSession) -> AsyncIterator[Resource]:
    after = None
    while some := await list_resources(session, after=after, limit=ROWS_AT_ONCE):
        for resource in some:
            if resource.status != "withdrawn":
                yield resource
        after = some[-1].resource_id


def unencodable(error: UnencodableError) -> Problem:
    """The 422 that names what CP932 does not have."""
    return Problem(
        422,
        "unencodable",
        ja="CP932 では表せない文字があります。UTF-8 で保存してください",
        en="Some characters do not exist in CP932; use UTF-8",
        characters=sorted({one.character for one in error.found}),
    )
