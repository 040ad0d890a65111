"""Whole files of resources on their way into the directory: a part of the service that goes on
where it was killed.

Every hundred rows are one transaction that also counts them as done, so that a row is taken in
once. A trial (試行) does the same and takes it back.
"""

import asyncio
import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context
from chassis.spreadsheet import FileProblem, RowProblem, UnreadableFileError, read_table
from chassis.vault import Vault
from services.participation.models import ResourceImport
from services.participation.resource_sheet import heading
from services.participation.store.imports import (
    VAULT_KIND,
    Row,
    fail_import,
    next_import,
    take_in_rows,
)

ROWS_AT_ONCE = 100
LOOK_EVERY_SECONDS = 1.0
MOST_BYTES = 32 * 1024 * 1024

ROW_PROBLEMS = {
    RowProblem.CUT: ("ファイルがこの行の途中で終わっています", "The file ends within this row"),
    RowProblem.QUOTE_OPEN: ("引用符が閉じていません", "A quotation never ends"),
    RowProblem.UNREADABLE: ("読めない文字があります", "Some characters cannot be read"),
    RowProblem.CELLS_TOO_MANY: ("見出しより列が多くなっています", "More cells than headings"),
    RowProblem.CELL_TOO_LONG: ("長すぎる項目があります", "A cell is too long"),
}


@dataclass(frozen=True)
class Read:
    """A file that has been read: kept while it is taken in."""

    import_id: UUID
    rows: list[Row]


async def import_resources(context: Context) -> None:
    """The service's background part."""
    read: Read | None = None
    while True:
        read, worked = await import_some(context, read)
        if not worked:
            await asyncio.sleep(LOOK_EVERY_SECONDS)


async def import_some(context: Context, read: Read | None = None) -> tuple[Read | None, bool]:
    """Take in the next rows of the oldest file that waits; whether there was one."""
    async with context.database.transaction() as session:
        job = await next_import(session)
        if job is None:
            return None, False
        if read is None or read.import_id != job.import_id:
            try:
                rows = await _read(session, context.vault, job)
            except UnreadableFileError as error:
                await fail_import(session, job, error.problem.value)
                return None, True
            read = Read(job.import_id, rows)
        job.total = len(read.rows)
        some = read.rows[job.done : job.done + ROWS_AT_ONCE]
        await take_in_rows(session, context.vault, job, some)
        return read, True


async def _read(session: AsyncSession, vault: Vault, job: ResourceImport) -> list[Row]:
    sent = await file_of(session, vault, job)
    return await asyncio.to_thread(lambda: list(rows_in(sent, job.form)))


async def file_of(session: AsyncSession, vault: Vault, job: ResourceImport) -> bytes:
    """The file as it was sent; empty once it was destroyed."""
    if job.sealed is None:
        return b""
    opened = await vault.open(session, VAULT_KIND, job.import_id, job.sealed)
    return base64.b64decode(opened or "")


def rows_in(sent: bytes, form: str) -> Iterator[Row]:
    """The rows of a file. Raises UnreadableFileError if nothing of it can be read."""
    if form == "hsds":
        yield from _services(sent)
        return
    table = read_table(io.BytesIO(sent), most_bytes=MOST_BYTES, heading=heading)
    for row in table.rows:
        problem = (row.problem.value, *ROW_PROBLEMS[row.problem]) if row.problem else None
        yield Row(row.number, cells=row.cells, problem=problem)


def _services(sent: bytes) -> Iterator[Row]:
    """A list of services, or a page as the HSDS API gives it."""
    try:
        found: Any = json.loads(sent)
    except ValueError:
        raise UnreadableFileError(FileProblem.KIND_UNKNOWN) from None
    if isinstance(found, dict):
        found = found.get("contents", [found])
    if not isinstance(found, list) or not found:
        raise UnreadableFileError(FileProblem.EMPTY)
    for number, service in enumerate(found, start=1):
        yield Row(number, service=service)
