"""What people want and say of figures, and figures that somebody should look at."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, TextClause, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from chassis.sent_rows import SENT, in_words, sent_rows
from chassis.vault import Vault
from contracts.catalogue import activity_kinds
from contracts.events import new_id
from contracts.events.indicators import FigureFlagged
from contracts.events.intake import ActivityReported
from services.indicators.entry import Entry
from services.indicators.models import FigureComment, FlaggedFigure, Target, VenueUsual
from services.indicators.years import NOTES, year_id

USUAL = VenueUsual.metadata.tables["venue_usual"]
FLAGGED = FlaggedFigure.metadata.tables["flagged_figure"]

OUT_OF_THE_ORDINARY = 10
"""Times what a venue usually reports in one line."""
ENOUGH_LINES = 5
"""Lines after which a venue is known to have something usual."""


async def set_target(
    session: AsyncSession, year: int, measure_id: str, value: int | None, by: Principal
) -> Target:
    """Set, change or lift a target; what it was before stays on record."""
    earlier = await session.scalar(
        select(func.max(col(Target.number))).where(
            col(Target.fiscal_year) == year, col(Target.measure_id) == measure_id
        )
    )
    target = Target(
        fiscal_year=year,
        measure_id=measure_id,
        number=(earlier or 0) + 1,
        value=value,
        set_by=by.sub,
        set_by_name=by.name,
        set_at=datetime.now(UTC),
    )
    session.add(target)
    await session.flush()
    return target


async def targets(session: AsyncSession, year: int) -> dict[str, Target]:
    """The targets of a year that stand, by indicator."""
    rows = await session.scalars(
        select(Target)
        .where(col(Target.fiscal_year) == year)
        .distinct(col(Target.measure_id))
        .order_by(col(Target.measure_id), col(Target.number).desc())
    )
    return {target.measure_id: target for target in rows}


async def say(
    session: AsyncSession,
    vault: Vault,
    year: int,
    measure_id: str,
    month: int | None,
    words: str,
    by: Principal,
) -> FigureComment:
    """Keep what somebody says about a figure, sealed."""
    comment = FigureComment(
        comment_id=new_id(),
        fiscal_year=year,
        measure_id=measure_id,
        month=month,
        by=by.sub,
        by_name=by.name,
        at=datetime.now(UTC),
        sealed=await vault.seal(session, NOTES, year_id(year), words),
    )
    session.add(comment)
    await session.flush()
    return comment


async def comments_on(session: AsyncSession, year: int, measure_id: str) -> list[FigureComment]:
    """What was said about a figure of a year, oldest first."""
    rows = await session.scalars(
        select(FigureComment)
        .where(col(FigureComment.fiscal_year) == year, col(FigureComment.measure_id) == measure_id)
        .order_by(col(FigureComment.at), col(FigureComment.comment_id))
    )
    return list(rows)


async def look_at(session: AsyncSession, changed: Iterable[tuple[Entry | None, Entry]]) -> None:
    """Flag lines far above what their venue usually reports; learn what is usual from the rest.

    They are counted all the same. A line that is corrected is looked at anew.
    """
    lines = [
        (before, entry)
        for before, entry in changed
        if entry.event_type == ActivityReported.type and (entry.venue or before)
    ]
    venues = sorted({(e.kind, e.venue) for _, e in lines if e.venue and not e.withdrawn})
    known = await _usual(session, venues)
    learnt: dict[tuple[str, str], list[int]] = {}
    for before, entry in lines:
        if before is not None:
            await _look_again(session, entry)
        if entry.withdrawn or not entry.venue or entry.on_date is None:
            continue
        usual = known.get((entry.kind, entry.venue))
        if usual and entry.quantity >= OUT_OF_THE_ORDINARY * usual > 0:
            await _flag(session, entry, entry.venue, usual)
        elif before is None:
            learnt.setdefault((entry.kind, entry.venue), []).append(entry.quantity)
    await _learn(session, learnt)


async def _usual(
    session: AsyncSession, venues: list[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    if not venues:
        return {}
    kinds, places = [k for k, _ in venues], [v for _, v in venues]
    rows = await session.execute(
        select(USUAL.c.kind, USUAL.c.venue, USUAL.c.total, USUAL.c.lines).where(
            USUAL.c.kind.in_(set(kinds)), USUAL.c.venue.in_(set(places)), USUAL.c.lines > 0
        )
    )
    return {
        (row.kind, row.venue): row.total / row.lines for row in rows if row.lines >= ENOUGH_LINES
    }


async def _learn(session: AsyncSession, learnt: dict[tuple[str, str], list[int]]) -> None:
    if not learnt:
        return
    rows = [
        {"kind": kind, "venue": venue, "lines": len(some), "total": sum(some)}
        for (kind, venue), some in sorted(learnt.items())
    ]
    await session.execute(_learning(), {SENT: to_json(rows).decode()})


@cache
def _learning() -> TextClause:
    columns = ("kind", "venue", "lines", "total")
    rows = sent_rows(USUAL, columns)
    statement = insert(USUAL).from_select(columns, select(*(rows.c[name] for name in columns)))
    new = statement.excluded
    learning = statement.on_conflict_do_update(
        index_elements=["kind", "venue"],
        set_={"lines": USUAL.c.lines + new.lines, "total": USUAL.c.total + new.total},
    )
    return in_words(learning)


async def _flag(session: AsyncSession, entry: Entry, venue: str, usual: float) -> None:
    kind = activity_kinds().get(entry.kind)
    if kind is None or entry.on_date is None:
        return
    values = {
        "entry_id": entry.entry_id,
        "revision": entry.revision,
        "measure_id": kind.indicator_id,
        "kind": entry.kind,
        "venue": venue,
        "on_date": entry.on_date,
        "quantity": entry.quantity,
        "usual": usual,
        "flagged_at": func.now(),
        "status": "open",
    }
    await session.execute(
        insert(FLAGGED)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["entry_id"],
            set_={**values, "reviewed_by": None, "reviewed_at": None},
        )
    )
    await emit(
        session,
        FigureFlagged(
            indicator_id=kind.indicator_id,
            on=entry.on_date,
            venue=venue,
            ratio=round(entry.quantity / usual, 1),
        ),
    )


async def _look_again(session: AsyncSession, entry: Entry) -> None:
    await session.execute(
        update(FLAGGED)
        .where(FLAGGED.c.entry_id == entry.entry_id, FLAGGED.c.revision < entry.revision)
        .values(status="corrected")
    )


async def flagged(session: AsyncSession, status: str, limit: int) -> list[Row[tuple[object, ...]]]:
    """Flagged figures in a state, the newest first."""
    rows = await session.execute(
        select(FLAGGED)
        .where(FLAGGED.c.status == status)
        .order_by(FLAGGED.c.flagged_at.desc(), FLAGGED.c.entry_id)
        .limit(limit)
    )
    return list(rows)


async def review(session: AsyncSession, entry_id: UUID, verdict: str, by: Principal) -> bool:
    """Say what comes of a flagged figure; False if it is not open. Accepted: usual from now on."""
    found = (
        await session.execute(
            update(FLAGGED)
            .where(FLAGGED.c.entry_id == entry_id, FLAGGED.c.status.in_(("open", "asked-back")))
            .values(status=verdict, reviewed_by=by.sub, reviewed_at=func.now())
            .returning(FLAGGED.c.kind, FLAGGED.c.venue, FLAGGED.c.quantity)
        )
    ).one_or_none()
    if found is not None and verdict == "accepted":
        await _learn(session, {(found.kind, found.venue): [found.quantity]})
    return found is not None
