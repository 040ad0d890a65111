"""The first sheet of a workbook, row by row, as text."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

MOST_UNPACKED = 12
"""How many times its own largest size a workbook may unpack to; a sheet of text makes about 10."""


class NoWorkbookError(Exception):
    """The archive holds no workbook that can be read."""


def open_first_sheet(
    file: IO[bytes], most_columns: int
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The names of the other sheets, and the rows of the first. Raises NoWorkbookError."""
    try:
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = workbook.worksheets
        first = sheets[0]
    except Exception as error:  # openpyxl lets through whatever its parts raise
        raise NoWorkbookError(type(error).__name__) from error
    # What the sheet says of its own size is often wrong.
    first.reset_dimensions()
    return tuple(sheet.title for sheet in sheets[1:]), _rows(first, most_columns)


def _rows(sheet: Any, most_columns: int) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_text(value) for value in row[:most_columns]]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # _x000D_ and its like stand for what XML cannot hold (ECMA-376 part 1, 22.9.2.19).
        return unescape(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)
