"""Activity reports: lines kept once each, told in events of at most 500."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts import catalogue
from contracts.events import new_id
from contracts.events.intake import ActivityReported, ReportLine
from services.intake.lines import MOST_LINES_IN_EVENT, ReportedLine
from services.intake.models import ActivityLine, ActivityReport

SAYS = ("channel", "kind", "on_date", "quantity", "venue", "group", "daily_area", "flags")
"""The columns that say what was done."""


class Kept(NamedTuple):
    """What became of a good row."""

    row: int
    line: ActivityLine
    new: bool
    differs: bool
    """A line known already that said something else; it stands as it was."""


async def keep_report(
    session: AsyncSession, sender: Principal, rows: Sequence[tuple[int, ReportedLine]]
) -> tuple[UUID, list[Kept]]:
    """Remember a report's good rows and tell of those that are new."""
    report_id = new_id()
    session.add(
        ActivityReport(report_id=report_id, sender=sender.sub, reported_at=datetime.now(UTC))
    )
    await session.flush()
    # By reference, so that two reports of the same lines do not wait for each other in a circle.
    lines = sorted(
        (_as_line(report_id, sender, row, line) for row, line in rows),
        key=lambda line: line.line_ref or "",
    )
    kept: list[Kept] = []
    for first in range(0, len(lines), MOST_LINES_IN_EVENT):
        kept += await _keep(session, sender, lines[first : first + MOST_LINES_IN_EVENT])
    kept.sort(key=lambda one: one.row)
    new = [as_told(one.line) for one in kept if one.new]
    for first in range(0, len(new), MOST_LINES_IN_EVENT):
        told = tuple(new[first : first + MOST_LINES_IN_EVENT])
        await emit(session, ActivityReported(report_id=report_id, lines=told))
    return report_id, kept


def as_told(line: ActivityLine) -> ReportLine:
    """A line as the bus tells it."""
    return ReportLine(
        line_id=line.line_id,
        channel=line.channel,
        kind=line.kind,
        programme_no=line.programme_no,
        on=line.on_date,
        quantity=line.quantity,
        venue=line.venue,
        group=line.group,
        flags=tuple(line.flags),
        basic_area=line.basic_area,
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
    return {
        "channel": says.channel,
        "kind": says.kind,
        "programme_no": catalogue.channels(says.on)[says.channel].programme_no,
        "on_date": says.on,
        "quantity": says.quantity,
        "venue": says.venue,
        "group": says.group,
        "flags": list(dict.fromkeys(says.flags)),
        "daily_area": says.daily_area,
        "basic_area": catalogue.basic_area_of(says.daily_area) if says.daily_area else None,
    }


def _as_line(report_id: UUID, sender: Principal, row: int, reported: ReportedLine) -> ActivityLine:
    return ActivityLine(
        line_id=new_id(),
        report_id=report_id,
        row=row,
        sender=sender.sub,
        line_ref=reported.line_ref,
        revision=1,
        status="standing",
        **_columns(reported),
    )


async def _keep(
    session: AsyncSession, sender: Principal, lines: Sequence[ActivityLine]
) -> list[Kept]:
    columns = ActivityLine.__table__.columns  # type: ignore[attr-defined]
    values = [
        {
            column: getattr(line, "group" if column.name == "group_code" else column.name)
            for column in columns
        }
        for line in lines
    ]
    statement = insert(ActivityLine).on_conflict_do_nothing().returning(col(ActivityLine.line_id))
    new = set(await session.scalars(statement.values(values)))
    refs = [line.line_ref for line in lines if line.line_id not in new]
    earlier = await session.scalars(
        select(ActivityLine).where(
            col(ActivityLine.sender) == sender.sub, col(ActivityLine.line_ref).in_(refs)
        )
    )
    by_ref = {line.line_ref: line for line in earlier}
    return [
        Kept(line.row, line, True, False)
        if line.line_id in new
        else Kept(line.row, known := by_ref[line.line_ref], False, says(known) != says(line))
        for line in lines
    ]


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
