"""The plan's table as a PDF: A4 across, in an embedded Japanese font, with page numbers.

The font is Noto Sans CJK JP from a wheel (SIL Open Font License), so that any machine prints the
same; only the characters used are embedded.
"""

from collections.abc import Callable
from itertools import groupby

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign, WrapMode
from fpdf.fonts import FontFace
from fpdf.table import Table
from noto_cjk_sans_jp_regular import FONT_PATH

from services.indicators.printed.paper import Paper

MEDIA_TYPE = "application/pdf"
FONT = "noto"
SMALL, NORMAL, LARGE = 7, 8, 12
"""Points."""
HEADINGS = ("大田区地域福祉計画の基本目標", "法対象事業", "アウトプット指標")
LINE = 4.2
"""Millimetres."""
PLAIN_HEAD = FontFace(emphasis=None, fill_color=(230, 230, 230))
NO_HEAD = FontFace(emphasis=None)


def as_pdf(paper: Paper) -> tuple[bytes, str]:
    """The table, and the months on the pages after it."""
    pdf = _Pages(paper.footer)
    pdf.set_title(paper.title)
    pdf.set_lang("ja")
    pdf.add_page()
    _line(pdf, paper.title, LARGE)
    _line(pdf, paper.heading, NORMAL)
    pdf.ln(1)
    _table(pdf, paper)
    pdf.ln(1)
    for note in paper.notes:
        _line(pdf, note.line, SMALL)
    pdf.add_page()
    _line(pdf, "月別", LARGE)
    _months(pdf, paper)
    return bytes(pdf.output()), MEDIA_TYPE


class _Pages(FPDF):
    """A4 pages with who printed them, when, and their numbers (expectation C9)."""

    def __init__(self, foot: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self._foot = foot
        self.add_font(FONT, fname=str(FONT_PATH))
        self.set_font(FONT, size=NORMAL)
        self.set_margins(12, 12, 12)
        self.set_auto_page_break(True, margin=14)

    def footer(self) -> None:
        self.set_y(-11)
        self.set_font(FONT, size=SMALL)
        width = self.epw / 2
        self.cell(width, 5, self._foot, align="L")
        self.cell(width, 5, f"{self.page_no()} / {{nb}}", align="R")


def _table(pdf: FPDF, paper: Paper) -> None:
    year = paper.title.split(" ")[0]

    def rows(table: Table) -> None:
        head = table.row()
        for heading in (
            "大田区地域福祉計画の基本目標",
            "法対象事業",
            "アウトプット指標",
            year,
            "注",
        ):
            head.cell(heading)
        for goal, group in groupby(paper.figures, paper.goal):
            figures = list(group)
            for place, figure in enumerate(figures):
                row = table.row()
                if place == 0:
                    row.cell(goal, rowspan=len(figures))
                row.cell(figure.statute_programme)
                row.cell(paper.label(figure))
                row.cell(paper.value(figure), align="RIGHT")
                row.cell(paper.marks(figure))

    _drawn(pdf, (50, 50, 120, 35, 18), rows, SMALL + 0.5)


def _months(pdf: FPDF, paper: Paper) -> None:
    def rows(table: Table) -> None:
        head = table.row()
        for heading in ("指標", *(f"{m.month}月" for m in paper.figures[0].months), "年度"):
            head.cell(heading)
        for figure in paper.figures:
            row = table.row()
            row.cell(f"{figure.label}({figure.unit})")
            for value in (*(m.value for m in figure.months), figure.value):
                row.cell("–" if value is None else f"{value:,}", align="RIGHT")

    if paper.figures:
        _drawn(pdf, (90, *(14,) * 12, 17), rows, SMALL)


def _drawn(pdf: FPDF, widths: tuple[int, ...], rows: Callable[[Table], None], size: float) -> None:
    pdf.set_font(FONT, size=size)
    with pdf.table(
        col_widths=widths,
        headings_style=PLAIN_HEAD,
        line_height=LINE,
        borders_layout=TableBordersLayout.ALL,
        text_align="LEFT",
        v_align=VAlign.M,
        padding=0.4,
        wrapmode=WrapMode.CHAR,
    ) as table:
        rows(table)
    pdf.set_font(FONT, size=NORMAL)


def _line(pdf: FPDF, text: str, size: float) -> None:
    pdf.set_font(FONT, size=size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
