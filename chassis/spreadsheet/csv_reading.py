"""CSV as offices save it: which encoding, which separator, and whether its end is missing."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, NamedTuple

from chassis.spreadsheet.formulas import as_text

CHUNK = 1 << 20
"""Bytes read at once."""
LONGEST_LINE = 1_000_000
"""Characters; a file without line ends is no table."""

_CANDIDATES = (("utf-8", "utf-8-sig"), ("cp932", "cp932"))


class Found(NamedTuple):
    """What a file turned out to be."""

    name: str
    codec: str
    ends_a_line: bool
    binary: bool


def detect(file: IO[bytes]) -> Found:
    """Go through the file once. Raises UnicodeError if it is in none of the known encodings."""
    begins = file.read(2)
    file.seek(0)
    if begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _through(file, "utf-16", "utf-16")
    for name, codec in _CANDIDATES[:-1]:
        try:
            return _through(file, name, codec)
        except UnicodeError:
            continue
    return _through(file, *_CANDIDATES[-1])


def _through(file: IO[bytes], name: str, codec: str) -> Found:
    decoder = codecs.getincrementaldecoder(codec)()
    last, binary = "", False
    file.seek(0)
    while chunk := file.read(CHUNK):
        text = decoder.decode(chunk)
        binary = binary or "\0" in text
        last = text[-1:] or last
    torn = bool(decoder.getstate()[0])
    file.seek(0)
    return Found(name, codec, last in "\r\n" and not torn, binary)


def rows(file: IO[bytes], found: Found) -> Iterator[tuple[int, list[str], str | None]]:
    """Each record with its number from 1, and the code of what is wrong with it."""
    # A torn character at the very end, and nothing else, is left to replace.
    text = io.TextIOWrapper(file, encoding=found.codec, errors="replace", newline="")
    try:
        yield from _records(_Lines(text), found.ends_a_line)
    finally:
        with suppress(ValueError):  # the caller may have closed the file first
            text.detach()


class _Lines:
    """Lines, and whether more of them are left."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.next = text.readline(LONGEST_LINE)
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        while self.next:
            self.last, self.next = self.next, self._text.readline(LONGEST_LINE)
            yield self.last


def _records(lines: _Lines, ends_a_line: bool) -> Iterator[tuple[int, list[str], str | None]]:
    separator = "\t" if "\t" in lines.next and "," not in lines.next else ","
    reader = csv.reader(iter(lines), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = [as_text(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            open_quote = "unexpected end" in str(error) or "field limit" in str(error)
            yield (
                number,
                [lines.last.rstrip("\r\n")],
                "quote-open" if open_quote else ("row-unreadable"),
            )
            if open_quote:
                return
            continue
        cut = not lines.next and not ends_a_line
        yield number, cells, "row-cut" if cut else None
