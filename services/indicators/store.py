"""Entries enter the ledger, and the figures change with them, in the caller's transaction.

A batch (at most the 500 lines of a report) is three statements, whatever its size: the ledger,
the members of distinct counts, the tallies. Rows are locked in the order of their keys, so that
two batches never wait for each other in a circle.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import (
    Text,
    TextClause,
    TextualSelect,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sent_rows import SENT, in_words, sent_rows
from services.indicators.entry import Entry
from services.indicators.measures import Measures
from services.indicators.models import DistinctMember, LedgerEntry, Tally
from services.indicators.tally import Amount, Cell, Changes, Member, appeared

LEDGER = LedgerEntry.metadata.tables["ledger_entry"]
MEMBERS = DistinctMember.metadata.tables["distinct_member"]
TALLIES = Tally.metadata.tables["tally"]

ENTRIES = TypeAdapter(list[Entry])

TOLD = tuple(name for name in Entry.model_fields)
"""The columns of the ledger that an entry fills."""

TRACE = "trace_id"
"""The column that says in which trace a fact came."""

LAST_WORD = frozenset({"entry_id", "event_id", "revision", "withdrawn", "reason", "trace_id"})
"""The columns that a withdrawal changes; the others keep what the withdrawn entry said."""


Replaced = tuple[Entry | None, Entry]
"""An entry that stands now, and what stood before it."""


async def record(
    session: AsyncSession, measures: Measures, entries: Iterable[Entry], trace_id: str | None = None
) -> list[Replaced]:
    """Take entries in: the highest revision of each stands, and the figures follow.

    An entry whose revision is not higher than the one that stands changes nothing. `trace_id` is
    the trace of the fact that the entries come from.
    """
    latest: dict[Any, Entry] = {}
    for entry in entries:
        known = latest.get(entry.entry_id)
        if known is None or known.revision < entry.revision:
            latest[entry.entry_id] = entry
    changes = Changes(measures)
    replaced = await _enter(session, list(latest.values()), trace_id)
    for before, after in replaced:
        changes.replace(before, after)
    await _count_members(session, changes)
    await _count(session, changes.cells())
    return replaced


async def _enter(
    session: AsyncSession, entries: list[Entry], trace_id: str | None
) -> list[Replaced]:
    """Put entries in the ledger; those that now stand, each with what stood before it."""
    told = {entry.entry_id: entry for entry in entries}
    sent = {SENT: ENTRIES.dump_json(entries).decode(), TRACE: trace_id}
    returned = await session.execute(_entering(), sent)
    return [
        (None if before is None else Entry.model_validate(before), told[entry_id])
        for entry_id, before in returned
    ]


@cache
def _entering() -> TextualSelect:
    rows = sent_rows(LEDGER, TOLD)
    statement = insert(LEDGER).from_select(
        (*TOLD, TRACE),
        select(*(rows.c[name] for name in TOLD), bindparam(TRACE, type_=Text)).order_by(
            rows.c.entry_id
        ),
    )
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["entry_id"],
        set_={
            name: new[name]
            if name in LAST_WORD
            else case((new.withdrawn, LEDGER.c[name]), else_=new[name])
            for name in (*TOLD, TRACE)
        }
        | {"recorded_at": func.now()},
        where=LEDGER.c.revision < new.revision,
    )
    before = literal_column("to_jsonb(old)", JSONB).label("before")
    returning = statement.returning(LEDGER.c.entry_id, before)
    return in_words(returning).columns(LEDGER.c.entry_id, before)


async def _count_members(session: AsyncSession, changes: Changes) -> None:
    """Count the references of members; where one comes or goes, its cell changes by one."""
    members = changes.members()
    if not members:
        return
    returned = await session.execute(
        _referring(),
        {SENT: to_json([_member_row(member, amount) for member, amount in members]).decode()},
    )
    for *cell, refs_before, subs_before, refs, subs in returned:
        changes.add(Cell(*cell), appeared(refs_before, refs), appeared(subs_before, subs))


@cache
def _referring() -> TextClause:
    columns = (*Cell._fields, "member", "refs", "sub_refs")
    rows = sent_rows(MEMBERS, columns)
    statement = insert(MEMBERS).from_select(columns, select(*(rows.c[name] for name in columns)))
    new = statement.excluded
    referring = statement.on_conflict_do_update(
        index_elements=[*Cell._fields, "member"],
        set_={
            "refs": MEMBERS.c.refs + new.refs,
            "sub_refs": MEMBERS.c.sub_refs + new.sub_refs,
        },
    ).returning(
        *(MEMBERS.c[name] for name in Cell._fields),
        literal_column("coalesce(old.refs, 0)"),
        literal_column("coalesce(old.sub_refs, 0)"),
        MEMBERS.c.refs,
        MEMBERS.c.sub_refs,
    )
    return in_words(referring)


async def _count(session: AsyncSession, cells: list[tuple[Cell, Amount]]) -> None:
    if cells:
        rows = [cell._asdict() | amount._asdict() for cell, amount in cells]
        await session.execute(_adding(), {SENT: to_json(rows).decode()})


@cache
def _adding() -> TextClause:
    columns = (*Cell._fields, "value", "sub_value")
    rows = sent_rows(TALLIES, columns)
    statement = insert(TALLIES).from_select(columns, select(*(rows.c[name] for name in columns)))
    new = statement.excluded
    adding = statement.on_conflict_do_update(
        index_elements=list(Cell._fields),
        set_={
            "value": TALLIES.c.value + new.value,
            "sub_value": TALLIES.c.sub_value + new.sub_value,
        },
    )
    return in_words(adding)


def _member_row(member: Member, amount: Amount) -> dict[str, Any]:
    return member.cell._asdict() | {
        "member": member.key,
        "refs": amount.value,
        "sub_refs": amount.sub_value,
    }
