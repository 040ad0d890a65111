"""The plan's table as an Excel workbook: A4 across; months and areas on sheets of their own."""

import io
from itertools import groupby
from typing import Any

import xlsxwriter

from contracts.catalogue import areas
from services.indicators.figures import MONTHS, Figure
from services.indicators.measures import Arithmetic
from services.indicators.printed.paper import Paper

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
COLUMNS = (("大田区地域福祉計画の基本目標", 30), ("法対象事業", 28), ("アウトプット指標", 62))
ALWAYS = {"font_name": "游ゴシック", "font_size": 10, "valign": "vcenter"}


def as_xlsx(paper: Paper) -> tuple[bytes, str]:
    """Numbers stay numbers; text is never taken for a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        _table(book, paper)
        _months(book, paper)
        if paper.areas:
            _areas(book, paper)
    return out.getvalue(), MEDIA_TYPE


def _table(book: Any, paper: Paper) -> None:
    page = _page(book, "指標", paper)
    title = book.add_format({**ALWAYS, "bold": True, "font_size": 13})
    plain = book.add_format({**ALWAYS, "text_wrap": True})
    head = book.add_format({**ALWAYS, "bold": True, "border": 1, "bg_color": "#E6E6E6"})
    cell = book.add_format({**ALWAYS, "border": 1, "text_wrap": True})
    page.write_string(0, 0, paper.title, title)
    page.write_string(1, 0, paper.heading, plain)
    headings = (*COLUMNS, (paper.title.split(" ")[0], 14), ("単位", 7), ("うち書き", 12), ("注", 8))
    for place, (heading, width) in enumerate(headings):
        page.set_column(place, place, width)
        page.write_string(3, place, heading, head)
    page.repeat_rows(3)
    row = 4
    for goal, group in groupby(paper.figures, paper.goal):
        figures = list(group)
        _merged(page, row, len(figures), 0, goal, cell)
        for figure in figures:
            page.write_string(row, 1, figure.statute_programme, cell)
            page.write_string(row, 2, paper.label(figure), cell)
            page.write_number(row, 3, figure.value, _number(book))
            page.write_string(row, 4, figure.unit, cell)
            if figure.sub_value is None:
                page.write_blank(row, 5, None, cell)
            else:
                page.write_number(row, 5, figure.sub_value, _number(book))
            page.write_string(row, 6, paper.marks(figure), cell)
            row += 1
    for line in (*(note.line for note in paper.notes), paper.footer):
        row += 1
        page.merge_range(row, 0, row, len(headings) - 1, "", plain)
        page.write_string(row, 0, line, plain)
    page.print_area(0, 0, row, len(headings) - 1)


def _months(book: Any, paper: Paper) -> None:
    page = _page(book, "月別", paper)
    head = book.add_format({**ALWAYS, "bold": True, "border": 1, "bg_color": "#E6E6E6"})
    cell = book.add_format({**ALWAYS, "border": 1, "text_wrap": True})
    page.set_column(0, 0, 62)
    page.set_column(1, len(MONTHS) + 1, 9)
    for place, heading in enumerate(("指標", *(f"{m}月" for m in MONTHS), "年度")):
        page.write_string(0, place, heading, head)
    row = 1
    for figure in paper.figures:
        for label, values in _series(figure):
            page.write_string(row, 0, label, cell)
            for place, value in enumerate(values, 1):
                if value is None:
                    page.write_blank(row, place, None, cell)
                else:
                    page.write_number(row, place, value, _number(book))
            row += 1
    page.repeat_rows(0)
    page.freeze_panes(1, 1)


def _areas(book: Any, paper: Paper) -> None:
    """The four 基本圏域, and what tells none; where areas share what they count, that is blank."""
    page = _page(book, "圏域別", paper)
    head = book.add_format({**ALWAYS, "bold": True, "border": 1, "bg_color": "#E6E6E6"})
    cell = book.add_format({**ALWAYS, "border": 1, "text_wrap": True})
    known = list(dict.fromkeys(one.basic_area for one in areas()))
    page.set_column(0, 0, 62)
    page.set_column(1, len(known) + 2, 14)
    for place, heading in enumerate(("指標", *known, "圏域の記載なし", "区全体")):
        page.write_string(0, place, heading, head)
    for row, figure in enumerate(paper.figures, 1):
        told = {one.basic_area: one.value for one in paper.areas.get(figure.id, ())}
        nowhere = figure.value - sum(told.values())
        shared = figure.arithmetic is Arithmetic.DISTINCT
        page.write_string(row, 0, f"{figure.label}({figure.unit})", cell)
        values = [*(told.get(area, 0) for area in known), None if shared else nowhere]
        for place, value in enumerate([*values, figure.value], 1):
            if value is None:
                page.write_blank(row, place, None, cell)
            else:
                page.write_number(row, place, value, _number(book))
    page.repeat_rows(0)
    page.freeze_panes(1, 1)


def _series(figure: Figure) -> list[tuple[str, list[int | None]]]:
    found = [(f"{figure.label}({figure.unit})", [*(m.value for m in figure.months), figure.value])]
    if figure.sub_label is not None:
        part = [*(m.sub_value for m in figure.months), figure.sub_value]
        found.append((f" {figure.sub_label}({figure.unit})", part))
    return found


def _page(book: Any, name: str, paper: Paper) -> Any:
    page = book.add_worksheet(name)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    # In a footer & begins a code, && is the character.
    page.set_footer(f"&L{paper.footer.replace('&', '&&')}&R&P / &N")
    return page


def _merged(page: Any, row: int, rows: int, column: int, text: str, form: Any) -> None:
    if rows > 1:
        page.merge_range(row, column, row + rows - 1, column, "", form)
    page.write_string(row, column, text, form)


def _number(book: Any) -> Any:
    return book.add_format({**ALWAYS, "border": 1, "num_format": "#,##0"})
