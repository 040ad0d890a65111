"""A table in a file, row by row: what a person saved, however their program wrote it.

Rows come one at a time, whatever the file's size. A row that cannot be read is still a row, with
its problem, so that the others need not wait for it. A CSV file that ends within a row, a quotation
or a character was cut on its way; its last row is never taken for whole.
"""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import IO, NamedTuple

from chassis.spreadsheet import csv_reading, xlsx_reading

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an .xlsx begins, and how an old .xls or a file with a password does."""

MOST_COLUMNS = 64
LONGEST_CELL = 10_000
"""Characters."""


class FileProblem(StrEnum):
    """Why nothing of a file can be read."""

    EMPTY = "file-empty"
    CUT = "file-cut"
    """An .xlsx that is not whole; of such a file no row can be had."""
    KIND_UNKNOWN = "file-kind-unknown"
    """Neither CSV nor .xlsx: an old .xls, a file with a password, a picture."""
    ENCODING_UNKNOWN = "encoding-unknown"
    TOO_LARGE = "file-too-large"
    HEADING_TWICE = "heading-twice"
    COLUMNS_TOO_MANY = "columns-too-many"


class RowProblem(StrEnum):
    """Why a row cannot be taken as it stands."""

    CUT = "row-cut"
    """The file ends here without the end of a line: nobody knows whether the row is whole."""
    QUOTE_OPEN = "quote-open"
    """A quotation begins here and never ends; nothing behind it could be read."""
    UNREADABLE = "row-unreadable"
    CELLS_TOO_MANY = "cells-too-many"
    """More cells than headings."""
    CELL_TOO_LONG = "cell-too-long"


class UnreadableFileError(Exception):
    """Nothing of the file can be read."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class TableRow(NamedTuple):
    number: int
    """As a spreadsheet numbers it: the headings are row 1 in most files."""
    cells: dict[str, str]
    """By heading, without surrounding blanks; a date cell of .xlsx is an ISO date."""
    problem: RowProblem | None = None


@dataclass
class Table:
    """What a file says of itself, and its rows, to be gone through once."""

    kind: str
    """csv · xlsx."""
    encoding: str | None
    """utf-8 · utf-16 · cp932; None for .xlsx."""
    headings: tuple[str, ...]
    rows: Iterator[TableRow]
    other_sheets: tuple[str, ...] = ()
    """Sheets of a workbook behind the first; they are not read."""
    file: IO[bytes] | None = None
    size: int = 0

    def percent(self) -> int:
        """About how much of the file has been gone through."""
        return 100 * self.file.tell() // self.size if self.file and self.size else 0


class RawRow(NamedTuple):
    """A row as the format's own reader gives it."""

    number: int
    cells: Sequence[str]
    problem: RowProblem | None = None


def read_table(
    file: IO[bytes], *, most_bytes: int, heading: Callable[[str], str] = str.strip
) -> Table:
    """The table in a seekable file; `heading` may translate a heading (an alias, say).

    Raises UnreadableFileError; also while its rows are gone through, if more than `most_bytes`
    come to light.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size == 0:
        raise UnreadableFileError(FileProblem.EMPTY)
    if size > most_bytes:
        raise UnreadableFileError(FileProblem.TOO_LARGE)
    begins = file.read(4)
    file.seek(0)
    if begins == ZIP:
        table = _read_xlsx(file, most_bytes, heading)
        return replace(table, file=file, size=size)
    if begins == OLE:
        raise UnreadableFileError(FileProblem.KIND_UNKNOWN)
    return replace(_read_csv(file, heading), file=file, size=size)


def _read_csv(file: IO[bytes], heading: Callable[[str], str]) -> Table:
    try:
        found = csv_reading.detect(file)
    except UnicodeError:
        raise UnreadableFileError(FileProblem.ENCODING_UNKNOWN) from None
    if found.binary:
        raise UnreadableFileError(FileProblem.KIND_UNKNOWN)
    rows = (
        RawRow(number, cells, RowProblem(problem) if problem else None)
        for number, cells, problem in csv_reading.rows(file, found)
    )
    return _table("csv", found.name, rows, heading)


def _read_xlsx(file: IO[bytes], most_bytes: int, heading: Callable[[str], str]) -> Table:
    try:
        with zipfile.ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        raise UnreadableFileError(FileProblem.CUT) from None
    if unpacked > most_bytes * xlsx_reading.MOST_UNPACKED:
        raise UnreadableFileError(FileProblem.TOO_LARGE)
    try:
        others, cells = xlsx_reading.open_first_sheet(file, MOST_COLUMNS + 1)
    except xlsx_reading.NoWorkbookError:
        raise UnreadableFileError(FileProblem.KIND_UNKNOWN) from None
    rows = (RawRow(number, row) for number, row in enumerate(cells, start=1))
    return _table("xlsx", None, rows, heading, others)


def _table(
    kind: str,
    encoding: str | None,
    rows: Iterator[RawRow],
    heading: Callable[[str], str],
    others: tuple[str, ...] = (),
) -> Table:
    first = next((row for row in rows if any(cell.strip() for cell in row.cells)), None)
    if first is None:
        raise UnreadableFileError(FileProblem.EMPTY)
    headings = [heading(cell) for cell in first.cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFileError(FileProblem.COLUMNS_TOO_MANY)
    named = [name for name in headings if name]
    if len(named) != len(set(named)):
        raise UnreadableFileError(FileProblem.HEADING_TWICE)
    if first.problem is not None:
        raise UnreadableFileError(FileProblem.CUT)
    return Table(kind, encoding, tuple(named), _rows(headings, rows), others)


def _rows(headings: list[str], rows: Iterator[RawRow]) -> Iterator[TableRow]:
    nothing = dict.fromkeys(filter(None, headings), "")
    plain = len(nothing) == len(headings)
    for row in rows:
        cells = [cell.strip() for cell in row.cells]
        if plain and len(cells) == len(headings) and max(map(len, cells)) <= LONGEST_CELL:
            if row.problem is not None or any(cells):
                yield TableRow(row.number, dict(zip(headings, cells, strict=True)), row.problem)
            continue
        if not any(cells) and row.problem is None:
            continue
        named = nothing | {
            name: cell[:LONGEST_CELL] for name, cell in zip(headings, cells, strict=False) if name
        }
        yield TableRow(row.number, named, row.problem or _problem(headings, cells))


def _problem(headings: list[str], cells: list[str]) -> RowProblem | None:
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return RowProblem.CELL_TOO_LONG
    beside = [
        cell for place, cell in enumerate(cells) if place >= len(headings) or not headings[place]
    ]
    return RowProblem.CELLS_TOO_MANY if any(beside) else None
