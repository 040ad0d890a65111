"""The indicator table as a spreadsheet opens it: CSV, UTF-8 with BOM, CRLF (expectation C8)."""

import csv
import io
from collections.abc import Iterable

from contracts.calendar import fiscal_year_label
from services.indicators.figures import MONTHS, Figure

BOM = "\ufeff"
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
)


def as_csv(fiscal_year: int, figures: Iterable[Figure]) -> str:
    """One line a figure. Codes and numbers only: no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(HEADINGS)
    for figure in figures:
        writer.writerow(
            (
                fiscal_year_label(fiscal_year),
                _number(figure.basic_goal),
                _number(figure.programme_no),
                figure.statute_programme,
                figure.id,
                figure.label,
                figure.unit,
                figure.value,
                figure.sub_label or "",
                _number(figure.sub_value),
                *(_number(month.value) for month in figure.months),
            )
        )
    return BOM + out.getvalue()


def _number(value: int | None) -> int | str:
    return "" if value is None else value
