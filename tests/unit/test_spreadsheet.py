"""Tables in files: what offices save is read, and what is written opens without harm."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chassis.spreadsheet import (
    ADDED,
    FileProblem,
    RowProblem,
    Sheet,
    Table,
    TableRow,
    UnencodableError,
    UnreadableFileError,
    as_text,
    as_written,
    read_table,
    write_csv,
    write_mending,
    write_xlsx,
)
from chassis.spreadsheet.media import as_file

MOST_BYTES = 1_000_000
HEADINGS = ("日付", "会場", "数量")
TEXT = "日付,会場,数量\r\n2024-04-01,ひろば蒲田,12\r\n2024-04-02,ひろば大森,7\r\n"

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12).map(
    str.strip
)
DANGEROUS = st.sampled_from(
    ["", "'", "''", "=", "＝", "−", "－", "+", "-", "@", "|", "\u200b=", "'="]
)


def table(content: bytes) -> Table:
    return read_table(io.BytesIO(content), most_bytes=MOST_BYTES)


def rows(content: bytes) -> list[TableRow]:
    return list(table(content).rows)


def problem(content: bytes, most_bytes: int = MOST_BYTES) -> FileProblem:
    with pytest.raises(UnreadableFileError) as refused:
        list(read_table(io.BytesIO(content), most_bytes=most_bytes).rows)
    return refused.value.problem


def workbook(*values: list[object], number_format: str = "yyyy/m/d") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("報告")
        day = book.add_format({"num_format": number_format})
        for number, row in enumerate(values):
            for place, value in enumerate(row):
                page.write(number, place, value, day if isinstance(value, date) else None)
    return out.getvalue()


@pytest.mark.parametrize(
    ("codec", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_and_said(codec: str, told: str) -> None:
    found = table(TEXT.encode(codec))

    assert (found.kind, found.encoding, found.headings) == ("csv", told, HEADINGS)
    assert [row.cells["会場"] for row in found.rows] == ["ひろば蒲田", "ひろば大森"]


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    content = '\r\n日付,会場\r\n2024-04-01,"二行に\r\nわたる"\r\n\r\n,\r\n2024-04-02,b\r\n'

    assert [row.number for row in rows(content.encode())] == [3, 6]


@pytest.mark.parametrize("codec", ["utf-8", "cp932"])
def test_a_file_cut_anywhere_loses_its_last_row_only_and_says_so(codec: str) -> None:
    whole = TEXT.encode(codec)
    ends = [row.cells for row in rows(whole)]
    second = whole.index("ひろば大森".encode(codec)) - len("2024-04-02,")
    for cut in range(second + 1, len(whole) - 1):
        first, last = rows(whole[:cut])
        assert (first.cells, first.problem) == (ends[0], None)
        assert last.problem is RowProblem.CUT


def test_a_file_cut_within_a_quotation_says_where_it_begins() -> None:
    found = rows('日付,会場\r\n2024-04-01,a\r\n2024-04-02,"ひろ'.encode())

    assert [(row.number, row.problem) for row in found] == [(2, None), (3, RowProblem.QUOTE_OPEN)]


def test_a_row_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    content = 'a,b\r\n"x"y,1\r\n1,2,3\r\n1,2,,\r\n' + "z" * 20_000 + ",1\r\n"

    assert [(row.number, row.problem) for row in rows(content.encode())] == [
        (2, RowProblem.UNREADABLE),
        (3, RowProblem.CELLS_TOO_MANY),
        (4, None),
        (5, RowProblem.CELL_TOO_LONG),
    ]


def test_a_file_of_which_nothing_can_be_read_says_why() -> None:
    xlsx = workbook(["a"], [1])
    assert problem(b"") is FileProblem.EMPTY
    assert problem(b"\r\n,,\r\n") is FileProblem.EMPTY
    assert problem(b"a,b\r\n", most_bytes=3) is FileProblem.TOO_LARGE
    assert problem(b"a,a\r\n1,2\r\n") is FileProblem.HEADING_TWICE
    assert problem(xlsx[: len(xlsx) // 2]) is FileProblem.CUT
    assert problem(b"\xd0\xcf\x11\xe0 old") is FileProblem.KIND_UNKNOWN
    assert problem(b"\x89PNG\x00\x00\x00\r\n") in (
        FileProblem.KIND_UNKNOWN,
        FileProblem.ENCODING_UNKNOWN,
    )
    assert problem(b",".join([b"%d" % n for n in range(65)]) + b"\r\n") is (
        FileProblem.COLUMNS_TOO_MANY
    )


def test_an_xlsx_that_unpacks_to_too_much_is_refused() -> None:
    bomb = workbook(["a"], *[["あ" * 10_000 + str(n)] for n in range(100)])

    assert problem(bomb, most_bytes=len(bomb)) is FileProblem.TOO_LARGE


@pytest.mark.parametrize("number_format", ["yyyy/m/d", '[$-411]ggge"年"m"月"d"日"', "m/d/yy"])
def test_excels_own_dates_become_iso_dates(number_format: str) -> None:
    content = workbook(
        ["日付", "数量", "率"],
        [date(2024, 4, 1), 12, 0.5],
        ["R6.4.1", 12.0, None],
        number_format=number_format,
    )
    found = table(content)

    assert found.kind == "xlsx"
    assert [row.cells for row in found.rows] == [
        {"日付": "2024-04-01", "数量": "12", "率": "0.5"},
        {"日付": "R6.4.1", "数量": "12", "率": ""},
    ]


def test_sheets_that_are_not_read_are_named() -> None:
    out = io.BytesIO()
    write_xlsx(out, Sheet("報告", ["a"], [[1]]), Sheet("記入要領", ["b"], []))

    assert table(out.getvalue()).other_sheets == ("記入要領",)


@settings(deadline=None)
@given(st.lists(st.tuples(DANGEROUS, WORDS).map("".join).map(str.strip), min_size=1, max_size=4))
def test_what_is_written_as_csv_is_read_back_and_no_cell_is_a_formula(cells: list[str]) -> None:
    out = io.BytesIO()
    headings = [f"h{place}" for place in range(len(cells))]
    write_csv(out, [*headings, "n"], [[*cells, -3]])

    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    assert out.getvalue().endswith(b"\r\n")
    (row,) = rows(out.getvalue())
    assert list(row.cells.values()) == [*cells, "-3"]
    for cell in cells:
        written = as_written(cell).lstrip("\u200b\ufeff\u2060 ")
        assert as_text(as_written(cell)) == cell
        assert not written.startswith(("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "−", "＠"))


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(-(10**9), 10**9))
@example(["a\ufffeb", "_x0041_", "a\x0bb", "a\rb"], 0)
def test_what_is_written_as_xlsx_is_read_back(cells: list[str], number: int) -> None:
    out = io.BytesIO()
    headings = [f"h{place}" for place in range(len(cells))]
    on = datetime(2025, 3, 31).date()  # noqa: DTZ001 - only its date is of interest
    write_xlsx(out, Sheet("表", [*headings, "n", "on"], [[*cells, number, on]]))

    (row,) = rows(out.getvalue())
    assert list(row.cells.values()) == [*cells, str(number), "2025-03-31"]


def test_leading_zeros_stay() -> None:
    out = io.BytesIO()
    write_csv(out, ["団体"], [["007"]])

    assert rows(out.getvalue())[0].cells == {"団体": "007"}


def test_cp932_names_what_it_cannot_write_instead_of_writing_a_question_mark() -> None:
    out = io.BytesIO()
    write_csv(out, ["氏名"], [["髙橋〜"]], encoding="cp932")
    assert out.getvalue().decode("cp932").endswith('"髙橋～"\r\n')

    with pytest.raises(UnencodableError) as refused:
        write_csv(io.BytesIO(), ["氏名", "会場"], [["見本", "a"], ["𠮷野", "☎"]], encoding="cp932")
    assert refused.value.found == [(3, "氏名", "𠮷"), (3, "会場", "☎")]


def test_refused_rows_can_be_mended_and_sent_again() -> None:
    out = io.BytesIO()
    bad = {"日付": "2024-13-01", "会場": "=ひろば", "数量": "-1"}
    faults = [("日付", "日付ではありません"), ("数量", "0以上です")]
    write_mending(out, HEADINGS, [(bad, faults)])

    back = table(out.getvalue())
    assert back.headings == (*HEADINGS, *ADDED)
    (row,) = back.rows
    assert row.cells == bad | {"列": "日付 / 数量", "理由": "日付ではありません / 0以上です"}

    again = io.BytesIO()
    write_mending(again, back.headings, [(row.cells, faults)])
    assert again.getvalue() == out.getvalue()


@pytest.mark.parametrize(("encoding", "charset"), [("utf-8", "utf-8"), ("cp932", "shift_jis")])
def test_a_table_says_in_which_characters_it_is_and_is_kept_by_nobody_between(
    encoding: str, charset: str
) -> None:
    answer = as_file(b"", "table.csv", encoding=encoding, title="表.csv")
    assert answer.headers["content-type"] == f"text/csv; charset={charset}"
    assert answer.headers["cache-control"] == "no-store"
    assert "filename*=UTF-8''%E8%A1%A8.csv" in answer.headers["content-disposition"]
