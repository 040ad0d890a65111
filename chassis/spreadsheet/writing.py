"""Tables as a spreadsheet opens them: CSV that Excel understands, and .xlsx, row by row.

CSV: UTF-8 with BOM (without it Excel takes the file for CP932), CRLF, text quoted. CP932 on
request, where a character that it does not have is named instead of being written as "?".
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from typing import IO, Literal, NamedTuple

import xlsxwriter

from chassis.spreadsheet.formulas import as_written

Cell = str | int | float | date | datetime | None
Encoding = Literal["utf-8", "cp932"]

ADDED = ("列", "理由")
"""The headings that `write_mending` adds. `read_table` gives them like any other."""

MOST_XLSX_ROWS = 1_048_576
MOST_NAMED = 100
"""Characters named at most."""
NARROWEST, WIDEST = 8, 48
"""Columns of a sheet, in characters."""

_TWINS = str.maketrans("〜−‖—¢£¬", "～－∥―￠￡￢")
"""The same characters of JIS X 0208, as Unicode and as CP932 code them."""


class Unencodable(NamedTuple):
    row: int
    """From 1, the headings being row 1."""
    heading: str
    character: str


class UnencodableError(Exception):
    """Characters that CP932 does not have. Nothing was left out: at most MOST_NAMED are named."""

    def __init__(self, found: list[Unencodable]) -> None:
        super().__init__(f"{len(found)} characters cannot be written in CP932")
        self.found = found


class Sheet(NamedTuple):
    """A sheet of a workbook. Numbers and dates stay numbers and dates; text is never a formula."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_csv(
    out: IO[bytes],
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    encoding: Encoding = "utf-8",
) -> None:
    """Write a table. Raises UnencodableError (CP932 only) when everything has been looked at."""
    codec = "utf-8-sig" if encoding == "utf-8" else "cp932"
    missing: list[Unencodable] = []
    text = io.TextIOWrapper(out, encoding=codec, errors="replace", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    try:
        for number, row in enumerate(chain([headings], rows), start=1):
            cells = [_plain(cell) for cell in row]
            if encoding == "cp932":
                cells = [c.translate(_TWINS) if isinstance(c, str) else c for c in cells]
                missing += _missing(number, headings, cells)
            writer.writerow(cells)
    finally:
        text.flush()
        text.detach()
    if missing:
        raise UnencodableError(missing[:MOST_NAMED])


def write_xlsx(out: IO[bytes], *sheets: Sheet) -> None:
    """Write a workbook. Raises ValueError for more rows than a sheet holds."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for place, heading in enumerate(sheet.headings):
                page.set_column(place, place, min(WIDEST, max(NARROWEST, 2 * len(heading) + 2)))
                page.write_string(0, place, heading, bold)
            for number, row in enumerate(sheet.rows, start=1):
                if number >= MOST_XLSX_ROWS:
                    raise ValueError("more rows than a sheet holds")
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(number, place, cell)
                    elif isinstance(cell, date):
                        page.write_datetime(number, place, cell, day)
                    elif cell is not None:
                        page.write_number(number, place, cell)


def write_mending(
    out: IO[bytes],
    headings: Sequence[str],
    refused: Iterable[tuple[dict[str, str], Sequence[tuple[str, str]]]],
    *,
    encoding: Encoding = "utf-8",
) -> None:
    """Write refused rows, each with what is wrong: (column, reason). Mended, it can be sent again.

    Raises UnencodableError (CP932 only).
    """
    kept = [name for name in headings if name not in ADDED]
    rows = (
        (
            *(cells.get(name, "") for name in kept),
            " / ".join(dict.fromkeys(column for column, _ in faults if column)),
            " / ".join(dict.fromkeys(reason for _, reason in faults)),
        )
        for cells, faults in refused
    )
    write_csv(out, (*kept, *ADDED), rows, encoding=encoding)


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return as_written(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _missing(
    row: int, headings: Sequence[str], cells: Sequence[str | int | float]
) -> list[Unencodable]:
    found = []
    for place, cell in enumerate(cells):
        for character in cell if isinstance(cell, str) else "":
            try:
                character.encode("cp932")
            except UnicodeEncodeError:
                heading = headings[place] if place < len(headings) else ""
                found.append(Unencodable(row, heading, character))
    return found
