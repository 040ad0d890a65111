"""The indicator table as a spreadsheet opens it: CSV, UTF-8 with BOM, CRLF (expectation C8)."""

import io

from chassis.spreadsheet import write_csv
from contracts.calendar import fiscal_year_label
from services.indicators.figures import MONTHS
from services.indicators.printed.paper import Paper

MEDIA_TYPE = "text/csv; charset=utf-8"

HEADINGS = (
    "年度",
    "基本目標",
    "事業番号",
    "法対象事業",
    "指標ID",
    "指標",
    "単位",
    "値",
    "うち書き",
    "うち書きの値",
    *(f"{month}月" for month in MONTHS),
    "区分",
    "圏域",
    "注記",
    "出力",
)


def as_csv(paper: Paper) -> tuple[bytes, str]:
    """One line a figure, the notes beside it, so that the file stays one table."""
    notes = {note.mark: note.line for note in paper.notes}
    rows = [
        (
            fiscal_year_label(paper.fiscal_year),
            figure.basic_goal,
            figure.programme_no,
            figure.statute_programme,
            figure.id,
            figure.label,
            figure.unit,
            figure.value,
            figure.sub_label or "",
            figure.sub_value,
            *(month.value for month in figure.months),
            paper.stage,
            paper.area or "区全体",
            " / ".join(notes[mark] for mark in paper.marks(figure).split()),
            paper.footer,
        )
        for figure in paper.figures
    ]
    out = io.BytesIO()
    write_csv(out, HEADINGS, rows)
    return out.getvalue(), MEDIA_TYPE
