"""A written year adds up to its table, whatever the table says."""

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.catalogue import activity_kinds, channels
from contracts.venues import venues
from simulation.year.files import write_year
from simulation.year.lines import Detail, lines_of
from simulation.year.season import busyness, days_of, spread
from simulation.year.table import Figure, TableError, read_table

PLAN = read_table()
KINDS = {figure.indicator_id: figure for figure in PLAN}
YEAR = 2024


def small(values: dict[str, tuple[int, int]]) -> list[Figure]:
    return [
        Figure(name, value, min(sub, value) if kind.flags else None, kind)
        for name, (value, sub) in values.items()
        for kind in [KINDS[name].kind]
    ]


def test_the_plans_table_has_26_figures_each_with_a_kind_that_reports_it() -> None:
    assert sum(1 + (figure.sub_value is not None) for figure in PLAN) == 26
    assert len({figure.kind.kind for figure in PLAN}) == len(activity_kinds()) == 22


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 9),
    st.sampled_from(["days", "visits"]),
)
def test_lines_add_up_to_their_figure(
    name: str, value: int, sub: int, seed: int, detail: Detail
) -> None:
    (figure,) = small({name: (value, sub)})
    lines = list(lines_of(figure, YEAR, seed, detail))

    if figure.kind.needs_group:
        assert len({line.group for line in lines}) == value
    else:
        assert sum(line.quantity for line in lines) == value
    assert sum(line.quantity for line in lines if line.flags) == (figure.sub_value or 0)
    assert len({line.ref for line in lines}) == len(lines)
    assert [line.on for line in lines] == sorted(line.on for line in lines)
    for line in lines:
        assert date(2024, 4, 1) <= line.on <= date(2025, 3, 31)
        assert line.channel in channels(line.on)
        assert line.venue is None or line.channel in venues(line.on)[line.venue].channels


@settings(deadline=None)
@given(st.integers(0, 10_000), st.lists(st.floats(0, 100), min_size=1), st.randoms())
def test_what_is_spread_is_neither_more_nor_less(
    total: int, weights: list[float], random: Random
) -> None:
    if not any(weights):
        weights = [1.0]
    parts = list(spread(total, weights, random))

    assert sum(parts) == total
    assert min(parts) >= 0
    assert len(parts) == len(weights)


def test_nothing_happens_at_the_turn_of_the_year_and_little_on_holidays() -> None:
    assert busyness(date(2025, 1, 1)) == 0
    assert busyness(date(2024, 7, 15)) < busyness(date(2024, 7, 16)) / 3
    assert len(days_of(2024)) == 365


def test_the_same_seed_writes_the_same_year_and_another_seed_another(tmp_path: Path) -> None:
    figures = small(dict.fromkeys(sorted(KINDS), (60, 7)))
    years = [
        write_year(figures, YEAR, seed, "visits", tmp_path / str(number))
        for number, seed in enumerate((1, 1, 2))
    ]
    written = [
        [(path.name, path.read_bytes()) for path in year.files if path.suffix == ".csv"]
        for year in years
    ]

    assert written[0] == written[1]
    assert written[0] != written[2]
    assert years[0].lines == years[1].lines


def test_some_lines_come_late_some_twice_and_files_out_of_order(tmp_path: Path) -> None:
    year = write_year(small({"2.12.hiroba-users": (6_000, 0)}), YEAR, 1, "visits", tmp_path)
    months = [path.name[:7] for path in year.files]
    rows = [row for path in year.files for row in path.read_text("utf-8-sig").splitlines()[1:]]
    refs = Counter(row.split(",")[0] for row in rows)

    assert months != sorted(months)
    assert len(refs) == year.lines == 6_000
    assert len(rows) == year.rows > 6_000
    assert any(
        row.split(",")[3] < f"{path.name[:7]}-01"
        for path in year.files
        for row in path.read_text("utf-8-sig").splitlines()[1:]
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("id\n1", "columns are missing"),
        ("indicator_id,r6_value,r6_sub_value\nnone,1,", "no such indicator"),
        ("indicator_id,r6_value,r6_sub_value\n1.8.flat-visitors,x,", "not a number"),
        ("indicator_id,r6_value,r6_sub_value\n1.8.flat-visitors,-1,", "not negative"),
        ("indicator_id,r6_value,r6_sub_value\n1.8.flat-visitors,3,1", "うち"),
        ("indicator_id,r6_value,r6_sub_value\n1.6.outreach-support,3,4", "うち"),
        (
            "indicator_id,r6_value,r6_sub_value\n1.8.flat-visitors,3,\n1.8.flat-visitors,3,",
            "two rows",
        ),
    ],
)
def test_a_table_that_cannot_be_played_says_why(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(rows, "utf-8")
    with pytest.raises(TableError, match=said):
        read_table(path)
