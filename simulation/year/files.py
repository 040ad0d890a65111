"""What frontline systems send in a year: monthly files, some late, and reports by program.

Offices differ: most send UTF-8, some CP932 with 和暦, one keeps .xlsx. A few lines come months
late, some come twice, some files come twice, and none in order. The systems that report by program
make mistakes, which they correct, and enter lines that they take back.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import xlsxwriter

from contracts.calendar import wareki
from simulation.year.lines import Detail, Line, lines_of
from simulation.year.table import Figure

HEADINGS = ("整理番号", "窓口", "活動の種別", "日付", "数量", "会場", "団体", "うち区分")

BY_PROGRAM = ("sapota", "jobota", "shogai-support-center", "hoiku-adviser")
"""Channels whose systems report by program, not by file."""
IN_EXCEL = ("food-network",)
IN_CP932 = ("kaigo-yobo", "jidokan", "flat-ota", "takikan")

LATE = 0.03
"""Share of lines that come a month or two late."""
TWICE = 0.01
"""Share of lines that stand once more in the next month's file."""
FILES_TWICE = 0.05
WRONG_AT_FIRST = 0.012
TAKEN_BACK = 0.008
"""Shares of the lines reported by program."""
MOST_LATE = 2
"""Months."""


@dataclass(frozen=True)
class ByProgram:
    """A line that a system reports by program, and what becomes of it."""

    line: Line
    at_first: int | None = None
    """The quantity that it says at first, by mistake."""
    taken_back: bool = False


@dataclass
class Year:
    """Everything that is sent for a year."""

    files: list[Path] = field(default_factory=list)
    """In the order of their sending; some stand twice."""
    by_program: list[ByProgram] = field(default_factory=list)
    lines: int = 0
    """That count in the end."""
    rows: int = 0
    """That are sent, some of them more than once."""


def write_year(
    figures: Iterable[Figure], fiscal_year: int, seed: int, detail: Detail, folder: Path
) -> Year:
    """Write the files of a year, and say what is sent besides."""
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(f"{seed}/{fiscal_year}/sending")  # noqa: S311 - a simulation
    year = Year()
    rows: dict[Path, int] = {}
    for figure in figures:
        lines = lines_of(figure, fiscal_year, seed, detail)
        if figure.kind.channels[0] in BY_PROGRAM:
            sent = list(_with_mistakes(lines, random))
            year.by_program += sent
            year.lines += sum(not one.taken_back for one in sent)
            year.rows += len(sent)
            continue
        for month in _monthly(lines, random):
            if not month.lines:  # all of them come late
                continue
            path = _write(folder, month)
            rows[path] = len(month.lines) + len(month.again)
            year.lines += len(month.lines)
    year.files = random.sample(list(rows), len(rows))
    year.files += random.sample(year.files, round(FILES_TWICE * len(year.files)))
    year.rows += sum(rows[path] for path in year.files)
    return year


@dataclass
class _Month:
    """What a system sends at the end of a month: its lines, and some that were sent before."""

    begins: date
    lines: list[Line] = field(default_factory=list)
    again: list[Line] = field(default_factory=list)


def _monthly(lines: Iterable[Line], random: Random) -> Iterator[_Month]:
    """Lines in order of their days, by the month in which they are sent."""
    late: dict[date, _Month] = {}
    current: _Month | None = None
    for line in lines:
        begins = line.on.replace(day=1)
        if current is None or current.begins != begins:
            if current is not None:
                yield current
            current = late.pop(begins, _Month(begins))
        chance = random.random()
        if chance < LATE:
            coming = _months_later(begins, random.randint(1, MOST_LATE))
            late.setdefault(coming, _Month(coming)).lines.append(line)
            continue
        current.lines.append(line)
        if chance < LATE + TWICE:
            coming = _months_later(begins, 1)
            late.setdefault(coming, _Month(coming)).again.append(line)
    yield from filter(None, (current, *(late[begins] for begins in sorted(late))))


def _months_later(begins: date, months: int) -> date:
    index = begins.year * 12 + begins.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _with_mistakes(lines: Iterable[Line], random: Random) -> Iterator[ByProgram]:
    for line in lines:
        chance = random.random()
        if chance < TAKEN_BACK:
            yield ByProgram(line._replace(ref=f"{line.ref}-x"), taken_back=True)
        wrong = TAKEN_BACK <= chance < TAKEN_BACK + WRONG_AT_FIRST
        yield ByProgram(line, at_first=line.quantity + random.randint(1, 9) if wrong else None)


def _write(folder: Path, month: _Month) -> Path:
    lines = month.lines + month.again
    kind, channel = lines[0].kind, lines[0].channel
    name = f"{month.begins:%Y-%m}_{kind}"
    if channel in IN_EXCEL:
        return _write_xlsx(folder / f"{name}.xlsx", lines)
    old = channel in IN_CP932
    path = folder / f"{name}.csv"
    with path.open("w", encoding="cp932" if old else "utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        days = {line.on: wareki(line.on) if old else line.on.isoformat() for line in lines}
        writer.writerows((*_cells(line)[:3], days[line.on], *_cells(line)[4:]) for line in lines)
    return path


def _write_xlsx(path: Path, lines: Iterable[Line]) -> Path:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("活動報告")
        day = book.add_format({"num_format": "yyyy/m/d"})
        page.write_row(0, 0, HEADINGS)
        for row, line in enumerate(lines, start=1):
            for column, cell in enumerate(_cells(line)):
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell, day)
                elif cell:
                    page.write(row, column, cell)
    return path


def _cells(line: Line) -> tuple[str | int | date, ...]:
    return (
        line.ref,
        line.channel,
        line.kind,
        line.on,
        line.quantity,
        line.venue or "",
        line.group or "",
        ";".join(line.flags),
    )
