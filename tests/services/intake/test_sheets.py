"""Rows of a file: their words, and which line a row without a reference is."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.auth import Principal
from chassis.spreadsheet import TableRow
from services.intake.sheets import Judge, field_of, heading_fault, numbered_by

TODAY = date(2025, 3, 31)
PLACES = ("hiroba-kamata", "hiroba-haneda")


def frontline() -> Principal:
    return Principal(sub="system", kind="frontline", channels=frozenset({"*"}))


def table_row(number: int = 2, **cells: str) -> TableRow:
    return TableRow(number, cells)


def visit(place: str, quantity: str = "1") -> TableRow:
    return table_row(date="2024-07-01", kind="hiroba-visit", quantity=quantity, venue=place)


def a_judge() -> Judge:
    return Judge(frontline(), TODAY, settled=frozenset(), late=False)


def references(rows: list[TableRow]) -> list[str | None]:
    judge = a_judge()
    return [one.line.line_ref for one in map(judge.judge, rows) if one.line is not None]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PLACES), max_size=20), st.randoms())
def test_the_same_rows_have_the_same_references_in_whatever_order_and_none_twice(
    places: list[str], shuffled: object
) -> None:
    rows = [visit(place) for place in places]
    first = references(rows)
    shuffled.shuffle(rows)  # type: ignore[attr-defined]

    assert len(set(first)) == len(rows)
    assert set(references(rows)) == set(first)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PLACES), max_size=10), st.sampled_from(PLACES))
def test_a_longer_file_of_the_same_days_only_adds(places: list[str], more: str) -> None:
    rows = [visit(place) for place in places]

    assert set(references(rows)) <= set(references([*rows, visit(more)]))


CELLS = st.fixed_dictionaries(
    {
        "line_ref": st.sampled_from(["", "a-1", "a-2", "見本", "123456789018"]),
        "date": st.sampled_from(["2024-07-01", "R6.7.1", "2025-04-02", "いつか"]),
        "kind": st.sampled_from(["hiroba-visit", "子育てひろばの利用", "unknown"]),
        "quantity": st.sampled_from(["1", "１２", "-3", ""]),
        "venue": st.sampled_from([*PLACES, "nowhere", ""]),
    }
)


@settings(deadline=None)
@given(st.lists(CELLS, max_size=30))
def test_a_row_is_judged_as_if_none_like_it_had_come_before(rows: list[dict[str, str]]) -> None:
    remembering, forgetful = a_judge(), a_judge()
    for number, cells in enumerate(rows, start=2):
        judged = remembering.judge(TableRow(number, cells))
        forgetful._good.clear()

        assert judged == forgetful.judge(TableRow(number, cells))


def test_another_quantity_is_the_same_row_so_that_nothing_is_counted_beside_it() -> None:
    assert references([visit(PLACES[0], "1")]) == references([visit(PLACES[0], "12")])


def test_quantities_are_read_as_offices_write_them() -> None:
    for text, quantity in (("１２", 12), ("1,200", 1200), ("0", 0)):
        line = a_judge().judge(visit(PLACES[0], text)).line
        assert line is not None
        assert line.quantity == quantity
    for text in ("△3", "−3", "3.5", "三"):
        assert [f.code for f in a_judge().judge(visit(PLACES[0], text)).faults] == [
            "quantity-invalid"
        ]


def test_flags_are_told_apart_by_whatever_stands_between_them() -> None:
    row = table_row(
        date="2024-07-01",
        kind="妊婦面接",
        quantity="1",
        flags="needs-continued-support、specified-pregnancy",
    )
    line = a_judge().judge(row).line

    assert line is not None
    assert (line.channel, line.flags) == (
        "ninpu-mensetsu",
        ("needs-continued-support", "specified-pregnancy"),
    )


def test_headings_are_known_by_several_names_and_unknown_ones_refused() -> None:
    assert [field_of(name) for name in ("日付", "実施日", "ｄａｔｅ", "人数")] == [
        "date",
        "date",
        "date",
        "quantity",
    ]
    assert heading_fault(["date", "kind", "quantity", "列", "理由"]) is None
    assert heading_fault(["date", "kind", "quantity", "氏名"]) == "heading-unknown"
    assert heading_fault(["date", "kind"]) == "heading-missing"


def test_people_of_a_window_share_a_numbering_and_a_system_has_its_own() -> None:
    person = Principal(sub="somebody", kind="person", roles=frozenset({"agency"}))
    numbered = (
        a_judge()
        .judge(
            visit(PLACES[0])._replace(cells=visit(PLACES[0]).cells | {"line_ref": "2024-07-01/1"})
        )
        .line
    )
    by_content = a_judge().judge(visit(PLACES[0])).line

    assert numbered is not None
    assert by_content is not None
    assert numbered_by(person, numbered) == "window:kosodate-hiroba"
    assert numbered_by(frontline(), numbered) == "system"
    assert numbered_by(person, by_content) == numbered_by(frontline(), by_content) == "content"
