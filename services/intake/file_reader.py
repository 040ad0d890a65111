"""Reads the files of activity lines that were sent, in the background, a chunk at a time.

A chunk is one report, told in events of at most 500 lines. What is read is told at once; what stops
the process stops between two chunks.
"""

import asyncio
import io
from contextlib import suppress
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.context import Context
from chassis.spreadsheet import ADDED, Table, UnreadableFileError, read_table
from chassis.telemetry import log
from contracts.calendar import today
from services.intake.faults import Fault
from services.intake.lines import MOST_LINES_IN_EVENT, ReportedLine
from services.intake.models import ReportFile
from services.intake.reporting import Ways, counted_elsewhere
from services.intake.sheets import HEADINGS, Judge, Judged, field_of, heading_fault, numbered_by
from services.intake.store.files import (
    claim_file,
    content_of,
    held_file,
    keep_rows,
)
from services.intake.store.reports import Kept, keep_report, try_report
from services.intake.store.ways import ways_now
from services.intake.store.years import settled_years

LOOK_SECONDS = 1.0
"""How often the reader looks for files that nobody told it of."""

ROWS_AT_ONCE = 4 * MOST_LINES_IN_EVENT
"""Rows in a chunk: enough that its transaction costs little beside them, few enough that its locks
last a fraction of a second and that little is read again after a kill."""

WAKE = "report-files"
"""The reader's place among the parts of a running service."""


async def read_files(context: Context) -> None:
    """Take files in for ever, one after the other."""
    wake = asyncio.Event()
    context.parts[WAKE] = wake
    while True:
        wake.clear()
        if not await read_next(context):
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await wake.wait()


async def read_next(context: Context) -> bool:
    """Take the next waiting file in; False if there is none."""
    async with context.database.transaction() as session:
        file = await claim_file(session)
        if file is None:
            return False
        content = await content_of(session, context.vault, file)
        settled = await settled_years(session)
    try:
        table = await asyncio.to_thread(
            read_table,
            io.BytesIO(content),
            most_bytes=context.settings.max_file_bytes,
            heading=field_of,
        )
        problem = heading_fault(table.headings)
    except UnreadableFileError as error:
        problem = error.problem.value
    if problem is not None:
        await _end(context, file.file_id, file.rows_done, problem)
        return True
    await _Reading(context, file, table, settled).go_on()
    return True


class _Reading:
    """One file on its way through."""

    def __init__(
        self, context: Context, file: ReportFile, table: Table, settled: frozenset[int]
    ) -> None:
        self._context, self._file, self._table = context, file, table
        self._sender = Principal.model_validate(file.principal)
        self._judge = Judge(self._sender, today(), settled=settled, late=file.late)
        self._done = file.rows_done

    async def go_on(self) -> None:
        """From where the file stands to its end, or until another reader has it."""
        skip = self._done
        problem = None
        coming = asyncio.ensure_future(asyncio.to_thread(self._next))
        while True:
            try:
                judged = await coming
            except Exception as error:  # whatever a broken workbook makes its reader raise
                log.warning("report file unreadable", error=type(error).__name__)
                problem = "file-unreadable"
                break
            if not judged:
                break
            # The next chunk is read while the database takes this one.
            coming = asyncio.ensure_future(asyncio.to_thread(self._next))
            fresh, skip = judged[skip:], max(0, skip - len(judged))
            try:
                taken = not fresh or await self._take(fresh)
            except BaseException:
                await asyncio.wait([coming])
                raise
            if not taken:
                await asyncio.wait([coming])
                return
        await _end(self._context, self._file.file_id, self._done, problem)

    def _next(self) -> list[Judged]:
        return [self._judge.judge(row) for row in islice(self._table.rows, ROWS_AT_ONCE)]

    async def _take(self, judged: list[Judged]) -> bool:
        """One chunk, one transaction; False if the file is not this reader's any more."""
        async with self._context.database.transaction() as session:
            file = await held_file(session, self._file.file_id, self._done)
            if file is None:
                return False
            ways = await ways_now(session)
            judged = [_counted_here(one, ways) for one in judged]
            good = [(one.row.number, one.line) for one in judged if one.line is not None]
            looks = [_shown(one, one.faults) for one in judged if one.faults]
            kept = await self._keep(session, file, good) if good else []
            changed = {one.row for one in kept if one.differs}
            looks += [
                _shown(one, [Fault("quantity", "line-differs")])
                for one in judged
                if one.row.number in changed
            ]
            new = sum(one.new for one in kept)
            await keep_rows(
                session, self._context.vault, file.file_id, sorted(looks, key=lambda r: r["row"])
            )
            file.kind, file.encoding = self._table.kind, self._table.encoding
            file.other_sheets = list(self._table.other_sheets)
            file.rows_done += len(judged)
            file.accepted += new
            file.already_reported += len(kept) - new
            file.differing += len(changed)
            file.refused += len(judged) - len(good)
            file.percent = min(99, self._table.percent())
        self._done += len(judged)
        return True

    async def _keep(
        self, session: AsyncSession, file: ReportFile, good: list[tuple[int, ReportedLine]]
    ) -> list[Kept]:
        def whose(line: ReportedLine) -> str:
            return numbered_by(self._sender, line)

        if file.dry_run:
            return await try_report(session, good, whose)
        _, kept = await keep_report(session, self._sender, good, numbered_by=whose)
        return kept


def _counted_here(one: Judged, ways: Ways) -> Judged:
    """The row as it was judged, unless records elsewhere count what it says."""
    fault = counted_elsewhere(one.line, ways) if one.line is not None else None
    return one if fault is None else one._replace(line=None, faults=[fault])


def _shown(one: Judged, faults: list[Fault]) -> dict[str, object]:
    cells = {name: cell for name, cell in one.row.cells.items() if name not in ADDED}
    told = [{**fault.told(), "column": _column(fault.field)} for fault in faults]
    return {"row": one.row.number, "cells": cells, "faults": told}


def _column(field: str) -> str:
    name = field.split(".")[0]
    return HEADINGS.get(name, name)


async def _end(context: Context, file_id: UUID, rows_done: int, problem: str | None) -> None:
    async with context.database.transaction() as session:
        file = await held_file(session, file_id, rows_done)
        if file is None:
            return
        file.status = "done" if problem is None else "failed"
        file.problem, file.percent, file.leased_until = problem, 100, None
        if problem is not None or not file.dry_run:
            # Whoever sent the file has it; here its lines remain, and its rows to be mended.
            file.sealed = None
        log.info(
            "report file read",
            file_id=str(file_id),
            status=file.status,
            accepted=file.accepted,
            refused=file.refused,
        )
