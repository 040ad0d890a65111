"""The table as files: Excel with real numbers, PDF in an embedded font that has every character."""

import csv
import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from fontTools.ttLib import TTFont
from noto_cjk_sans_jp_regular import FONT_PATH

from contracts.calendar import TOKYO
from services.indicators.comparison import AreaFigure
from services.indicators.events import MEASURES
from services.indicators.figures import MONTHS, MonthFigure, figure_of
from services.indicators.notes import notes_of
from services.indicators.printed import FORMS, TITLES, Paper, stage

YEAR = 2024
ODD_NAME = "=髙橋 𠮷子"
"""Begins like a formula, with characters that old fonts and old code pages lack."""


@pytest.fixture
def paper() -> Paper:
    chosen = [m for m in MEASURES.in_force(YEAR).values() if m.set == "ward"]
    months = [MonthFigure(month=month, value=1_000, sub_value=10) for month in MONTHS]
    at = datetime(2025, 6, 10, 9, 30, tzinfo=TOKYO)
    return Paper(
        title=f"令和6年度 {TITLES['ward']}",
        stage=stage("final", 3, None),
        area=None,
        as_of=at,
        printed_by=ODD_NAME,
        printed_at=at,
        fiscal_year=YEAR,
        figures=[figure_of(measure, YEAR, 12_000, 120, months) for measure in chosen],
        notes=notes_of(MEASURES, chosen, YEAR),
    )


def test_the_workbook_has_the_areas_and_what_tells_none(paper: Paper) -> None:
    first, groups = paper.figures[0], next(f for f in paper.figures if f.arithmetic == "distinct")
    told = [AreaFigure(basic_area="大森", value=7_000), AreaFigure(basic_area="蒲田", value=4_000)]
    made, _ = FORMS["xlsx"](replace(paper, areas={first.id: told, groups.id: told}))
    rows = list(openpyxl.load_workbook(io.BytesIO(made))["圏域別"].iter_rows(values_only=True))
    assert rows[0] == ("指標", "大森", "調布", "蒲田", "糀谷・羽田", "圏域の記載なし", "区全体")
    assert rows[1][1:] == (7_000, 0, 4_000, 0, 1_000, 12_000)
    of_groups = next(row for row in rows if str(row[0]).startswith(groups.label))
    assert of_groups[5] is None, "a group may be in two areas"


def test_the_workbook_has_the_plans_table_and_the_months_as_numbers(paper: Paper) -> None:
    made, _ = FORMS["xlsx"](paper)
    book = openpyxl.load_workbook(io.BytesIO(made))
    table, months = book["指標"], book["月別"]
    cells = [cell for row in table.iter_rows() for cell in row if cell.value is not None]
    assert [c.value for c in cells].count(12_000) == 22
    assert [c.value for c in cells].count(120) == 4
    assert not any(c.data_type == "f" for c in cells), "no cell is a formula"
    said = " ".join(str(c.value) for c in cells)
    for told in ("令和6年度", "確定(第3版)", "※7", ODD_NAME, "令和7年6月10日(火) 09:30"):
        assert told in said
    assert (table.page_setup.orientation, table.page_setup.paperSize) == ("landscape", 9)
    assert months.max_row == 1 + 26, "every figure and every うち has its months"


def test_the_pdf_embeds_its_font(paper: Paper) -> None:
    made, media_type = FORMS["pdf"](paper)
    assert (made[:5], media_type) == (b"%PDF-", "application/pdf")
    assert b"/FontFile3" in made
    assert made.count(b"NotoSansCJK") > 0
    assert b"/Lang (ja)" in made
    assert len(made) < 200_000, "only the characters used are embedded"


def test_the_font_has_every_character_that_is_printed(paper: Paper) -> None:
    known = TTFont(str(FONT_PATH)).getBestCmap()
    national = [m.label for m in MEASURES.all] + [m.sub_label or "" for m in MEASURES.all]
    printed = [paper.label(f) + paper.value(f) + paper.goal(f) for f in paper.figures]
    notes = [choice for q in MEASURES.questions for choice in (q.question, *q.choices.values())]
    everything = "".join([*national, *printed, *notes, *TITLES.values(), paper.footer, "–—※"])
    assert {c for c in everything if ord(c) not in known} == set()


def test_the_csv_stays_one_table_and_keeps_formulas_from_running(paper: Paper) -> None:
    made, _ = FORMS["csv"](replace(paper, area=ODD_NAME))
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
    assert len(rows) == 22
    assert {row["圏域"] for row in rows} == {f"'{ODD_NAME}"}
    assert {row["値"] for row in rows} == {"12000"}
    assert rows[0]["注記"].startswith("※1 ")
