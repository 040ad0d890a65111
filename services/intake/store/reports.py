"""Activity reports: lines kept once each, told in events of at most 500."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Table, TextualSelect, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from chassis.sent_rows import SENT, in_words, sent_rows
from contracts import catalogue
from contracts.events import new_id
from contracts.events.intake import ActivityReported, ReportLine
from contracts.venues import venues
from services.intake.lines import MOST_LINES_IN_EVENT, ReportedLine
from services.intake.models import ActivityLine, ActivityReport

SAYS = ("channel", "kind", "on_date", "quantity", "venue", "group", "daily_area", "flags")
"""The columns that say what was done."""

FOLLOWS = ("programme_no", "basic_area")
"""The columns that follow from those."""

TABLE: Table = ActivityLine.metadata.tables["activity_line"]


class Kept(NamedTuple):
    """What became of a good row."""

    row: int
    line_id: UUID
    line_ref: str | None
    new: bool
    differs: bool
    """A line known already that said something else; it stands as it was."""


async def keep_report(
    session: AsyncSession,
    sender: Principal,
    rows: Sequence[tuple[int, ReportedLine]],
    *,
    numbered_by: Callable[[ReportedLine], str] | None = None,
) -> tuple[UUID, list[Kept]]:
    """Remember a report's good rows and tell of those that are new.

    `numbered_by` says whose numbering a line's `line_ref` belongs to; the sender's if left out.
    """
    report_id = new_id()
    session.add(
        ActivityReport(report_id=report_id, sender=sender.sub, reported_at=datetime.now(UTC))
    )
    await session.flush()
    kept: list[Kept] = []
    for first in range(0, len(rows), MOST_LINES_IN_EVENT):
        lines = {}
        for row, reported in rows[first : first + MOST_LINES_IN_EVENT]:
            line_id = new_id()
            whose = numbered_by(reported) if numbered_by else sender.sub
            lines[line_id] = _columns(reported) | {
                "line_id": line_id,
                "report_id": report_id,
                "row": row,
                "sender": whose,
                "line_ref": reported.line_ref,
                "revision": 1,
                "status": "standing",
            }
        new = await _enter(session, lines.values())
        if told := tuple(_told(lines[line_id]) for line_id in lines if line_id in new):
            await emit(session, ActivityReported(report_id=report_id, lines=told))
        known = await _known(session, [lines[line_id] for line_id in lines if line_id not in new])
        for line_id, line in lines.items():
            was = known.get(line_id, _Known(line_id, differs=False))
            kept.append(
                Kept(line["row"], was.line_id, line["line_ref"], line_id in new, was.differs)
            )
    return report_id, kept


async def try_report(
    session: AsyncSession,
    rows: Sequence[tuple[int, ReportedLine]],
    numbered_by: Callable[[ReportedLine], str],
) -> list[Kept]:
    """What `keep_report` would say of good rows, no two under one reference; nothing is kept."""
    lines = [
        _columns(line)
        | {
            "line_id": new_id(),
            "row": row,
            "sender": numbered_by(line),
            "line_ref": line.line_ref,
        }
        for row, line in rows
    ]
    known = await _known(session, lines)
    tried = []
    for line in lines:
        was = known.get(line["line_id"])
        new, differs = was is None, was is not None and was.differs
        tried.append(Kept(line["row"], line["line_id"], line["line_ref"], new, differs))
    return tried


def as_told(line: ActivityLine) -> ReportLine:
    """A line as the bus tells it."""
    return _told({name: getattr(line, name) for name in (*SAYS, *FOLLOWS, "line_id")})


def _told(line: Mapping[str, Any]) -> ReportLine:
    return ReportLine(
        line_id=line["line_id"],
        channel=line["channel"],
        kind=line["kind"],
        programme_no=line["programme_no"],
        on=line["on_date"],
        quantity=line["quantity"],
        venue=line["venue"],
        group=line["group"],
        flags=tuple(line["flags"]),
        basic_area=line["basic_area"],
    )


def says(line: ActivityLine) -> dict[str, Any]:
    """What a line says, as JSON."""
    said = {name: getattr(line, name) for name in SAYS}
    return {**said, "on_date": line.on_date.isoformat()}


def apply_to_line(line: ActivityLine, says: ReportedLine) -> None:
    """Make a line say what was reported."""
    for name, value in _columns(says).items():
        setattr(line, name, value)


def _columns(says: ReportedLine) -> dict[str, Any]:
    follows = _follows(says.on, says.channel, says.venue, says.daily_area)
    return {
        "channel": says.channel,
        "kind": says.kind,
        "programme_no": follows.programme_no,
        "on_date": says.on,
        "quantity": says.quantity,
        "venue": says.venue,
        "group": says.group,
        "flags": list(dict.fromkeys(says.flags)),
        "daily_area": says.daily_area,
        "basic_area": follows.basic_area,
    }


class _Follows(NamedTuple):
    programme_no: int
    basic_area: str | None
    """Where it was: in the area named, else in the venue's."""


@lru_cache(maxsize=4_096)
def _follows(on: date, channel: str, code: str | None, daily_area: str | None) -> _Follows:
    venue = venues(on).get(code) if code else None
    area = daily_area or (venue.daily_area if venue else None)
    return _Follows(
        catalogue.channels(on)[channel].programme_no,
        catalogue.basic_area_of(area) if area else None,
    )


async def _enter(session: AsyncSession, lines: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Put lines in the table, but for those whose reference is known; the ids of the new ones."""
    return set(await session.scalars(_entering(), {SENT: _as_sent(lines)}))


def _as_sent(lines: Iterable[Mapping[str, Any]]) -> str:
    return to_json([{**line, "group_code": line["group"]} for line in lines]).decode()


@cache
def _entering() -> TextualSelect:
    """One statement for any number of lines."""
    # By reference, so that two reports of the same lines do not wait for each other in a circle.
    rows = sent_rows(TABLE, TABLE.c.keys())
    chosen = select(*rows.c).order_by(rows.c.sender, rows.c.line_ref)
    statement = (
        insert(TABLE)
        .from_select([c.name for c in TABLE.c], chosen)
        .on_conflict_do_nothing()
        .returning(TABLE.c.line_id)
    )
    return in_words(statement).columns(TABLE.c.line_id)


class _Known(NamedTuple):
    line_id: UUID
    differs: bool


async def _known(session: AsyncSession, lines: Sequence[Mapping[str, Any]]) -> dict[UUID, _Known]:
    """The lines that stand under the references of these, by the ids that these would have had."""
    if not lines:
        return {}
    found = await session.execute(_comparing(), {SENT: _as_sent(lines)})
    return {sent: _Known(line_id, differs) for sent, line_id, differs in found}


@cache
def _comparing() -> TextualSelect:
    said = [TABLE.c["group_code" if name == "group" else name] for name in SAYS]
    rows = sent_rows(TABLE, ("line_id", "sender", "line_ref", *(c.name for c in said)))
    differs = or_(*(c.is_distinct_from(rows.c[c.name]) for c in said)).label("differs")
    sent = rows.c.line_id.label("sent")
    statement = select(sent, TABLE.c.line_id, differs).join_from(
        rows, TABLE, and_(TABLE.c.sender == rows.c.sender, TABLE.c.line_ref == rows.c.line_ref)
    )
    return in_words(statement).columns(sent, TABLE.c.line_id, differs)


async def find_report(session: AsyncSession, report_id: UUID) -> ActivityReport | None:
    return await session.get(ActivityReport, report_id)


async def lines_of_report(
    session: AsyncSession, report_id: UUID, *, after: int, limit: int
) -> list[ActivityLine]:
    """The lines behind row `after`, in order."""
    rows = await session.scalars(
        select(ActivityLine)
        .where(col(ActivityLine.report_id) == report_id, col(ActivityLine.row) > after)
        .order_by(col(ActivityLine.row))
        .limit(limit)
    )
    return list(rows)


async def count_lines(session: AsyncSession, report_id: UUID) -> int:
    return (
        await session.scalar(
            select(func.count())
            .select_from(ActivityLine)
            .where(col(ActivityLine.report_id) == report_id)
        )
        or 0
    )
