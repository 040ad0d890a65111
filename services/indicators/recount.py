"""A measure's rule as SQL over the ledger: what the lineage lists and the recount adds up.

It is written apart from `measures.counted`, which the figures are kept by, so that comparing the
two says something.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from services.indicators.measures import Arithmetic, Measure, Source
from services.indicators.models import LedgerEntry
from services.indicators.tally import WHOLE_WARD, WHOLE_YEAR

LEDGER = LedgerEntry.metadata.tables["ledger_entry"]

COUNTED = ("entry_id", "on_date", "basic_area", "value", "sub_value", "key")


def first_day(fiscal_year: int) -> date:
    return date(fiscal_year, 4, 1)


def last_day(fiscal_year: int) -> date:
    return date(fiscal_year + 1, 3, 31)


def counted_by(
    measure: Measure, source: Source, since: date, until: date, *, only_sub: bool = False
) -> Select[tuple[Any, ...]]:
    """The ledger entries that a source of a measure counts between two days, both included."""
    value = {"quantity": LEDGER.c.quantity, "one": literal(1), "minus-one": literal(-1)}[
        source.value
    ]
    in_sub = _any_flag(measure.sub_flags)
    key = _key(measure)
    rows = select(
        LEDGER.c.entry_id,
        LEDGER.c.on_date,
        LEDGER.c.basic_area,
        value.label("value"),
        case((in_sub, value), else_=0).label("sub_value"),
        key.label("key"),
    ).where(~LEDGER.c.withdrawn, LEDGER.c.on_date.between(since, until), *_passes(source))
    if measure.arithmetic is Arithmetic.DISTINCT:
        rows = rows.where(key.is_not(None), value > 0)
    return rows.where(in_sub) if only_sub else rows


def counted_in(
    measure: Measure, since: date, until: date
) -> CompoundSelect[tuple[Any, ...]] | Select[tuple[Any, ...]]:
    """The ledger entries that a measure counts between two days, from all its sources."""
    parts = [counted_by(measure, source, since, until) for source in measure.sources]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def added_up(measure: Measure, things: Subquery) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The value and the うち value of counted things, by the measure's arithmetic."""
    if measure.arithmetic is Arithmetic.DISTINCT:
        return (
            func.count(things.c.key.distinct()),
            func.count(case((things.c.sub_value > 0, things.c.key)).distinct()),
        )
    return func.sum(things.c.value), func.sum(things.c.sub_value)


def recounted(measure: Measure, fiscal_year: int) -> Select[tuple[Any, ...]]:
    """The cells of a measure in a fiscal year, counted anew from the ledger."""
    things = _things(measure, fiscal_year)
    value, sub = added_up(measure, things)
    return _by_cell(
        measure, fiscal_year, things, [], [value.label("value"), sub.label("sub_value")]
    )


def members(measure: Measure, fiscal_year: int) -> Select[tuple[Any, ...]]:
    """The members of a distinct count's cells in a fiscal year, with how many entries name each."""
    things = _things(measure, fiscal_year)
    refs = func.count().label("refs")
    sub_refs = func.count(case((things.c.sub_value > 0, 1))).label("sub_refs")
    return _by_cell(measure, fiscal_year, things, [things.c.key.label("member")], [refs, sub_refs])


def _things(measure: Measure, fiscal_year: int) -> Subquery:
    return counted_in(measure, first_day(fiscal_year), last_day(fiscal_year)).subquery()


def _by_cell(
    measure: Measure,
    fiscal_year: int,
    things: Subquery,
    also: list[ColumnElement[Any]],
    amounts: list[ColumnElement[Any]],
) -> Select[tuple[Any, ...]]:
    """Amounts by cell, and by what else they are told apart by."""
    month, area = extract("month", things.c.on_date), things.c.basic_area
    everywhere = func.grouping(area) == 1
    cells = (tuple_(*also), tuple_(*also, area), tuple_(*also, month), tuple_(*also, area, month))
    return (
        select(
            literal(measure.id).label("measure_id"),
            literal(measure.version).label("measure_version"),
            literal(fiscal_year).label("fiscal_year"),
            func.coalesce(area, WHOLE_WARD).label("basic_area"),
            func.coalesce(month, WHOLE_YEAR).label("month"),
            *also,
            *amounts,
        )
        .group_by(func.grouping_sets(*cells))
        # An entry without an area has no cell of its own, and an empty year has none at all.
        .having(and_(or_(everywhere, area.is_not(None)), func.count() > 0))
    )


def _passes(source: Source) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [LEDGER.c.event_type == source.event]
    if source.kinds:
        filters.append(LEDGER.c.kind.in_(source.kinds))
    if source.agencies:
        filters.append(LEDGER.c.agency.in_(source.agencies))
    if source.programmes:
        filters.append(LEDGER.c.programme_no.in_(source.programmes))
    if source.flags:
        filters.append(_any_flag(source.flags))
    return filters


def _any_flag(flags: tuple[str, ...]) -> ColumnElement[bool]:
    if not flags:
        return false()
    shared: ColumnElement[bool] = cast(LEDGER.c.flags, ARRAY(String)).overlap(list(flags))
    return shared


def _key(measure: Measure) -> ColumnElement[Any]:
    if measure.key is None:
        return cast(literal(None), String)
    own = {"group": LEDGER.c.group_code, "venue": LEDGER.c.venue}
    key: ColumnElement[Any] = own.get(measure.key, LEDGER.c.attrs[measure.key].astext)
    return key
