"""A case's history in lines that people read."""

from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from services.coordination import labels, views
from services.coordination.models import TimelineEntry
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names
from services.coordination.reading.paging import Cursor

MOST = 500


async def show_timeline(
    session: AsyncSession,
    principal: Principal,
    case_id: UUID,
    after: str | None = None,
    limit: int = 100,
    *,
    newest_first: bool = False,
) -> views.TimelinePage:
    """The oldest lines first, or the newest; each page goes on where the last ended.

    Raises Problem.
    """
    await visible_case(session, principal, case_id)
    limit = max(1, min(limit, MOST))
    terms = [col(TimelineEntry.case_id) == case_id]
    at_column, id_column = col(TimelineEntry.at), col(TimelineEntry.entry_id)
    if after:
        at, last = Cursor.read(after)
        here = tuple_(at_column, id_column)
        mark = tuple_(literal(at), literal(last))
        terms.append(here < mark if newest_first else here > mark)
    order = [at_column, id_column]
    if newest_first:
        order = [at_column.desc(), id_column.desc()]  # type: ignore[list-item]
    rows = (
        await session.scalars(select(TimelineEntry).where(*terms).order_by(*order).limit(limit + 1))
    ).all()
    page = rows[:limit]
    names = await Names.of(session, [row.actor for row in page])
    return views.TimelinePage(
        items=tuple(_entry(row, names) for row in page),
        next=Cursor.write(page[-1].at, page[-1].entry_id) if len(rows) > limit else None,
    )


def _entry(row: TimelineEntry, names: Names) -> views.Entry:
    return views.Entry(
        entry_id=row.entry_id,
        at=row.at,
        kind=row.kind,
        kind_label=labels.kind(row.kind),
        target=views.Target.model_validate({"kind": row.kind, "id": row.entity_id}),
        act=row.act,
        act_label=labels.act(row.act) if row.act else None,
        cause=row.cause,
        cause_label=labels.cause(row.cause) if row.cause else None,
        came_from=row.came_from,
        came_from_label=labels.state(row.kind, row.came_from) if row.came_from else None,
        state=row.state,
        state_label=labels.state(row.kind, row.state),
        result=row.result,
        by=names.maybe(row.actor),
        agency=row.agency,
        line=_line(row, names),
    )


def _line(row: TimelineEntry, names: Names) -> str:
    """「アセスメントを完了する (調整 花子): アセスメント → プラン案」"""
    what = labels.act(row.act) if row.act else labels.cause(row.cause or "started")
    who = names.maybe(row.actor)
    told = f"{what} ({who.name or who.sub})" if who else what
    if row.kind != "case":
        told = f"{labels.kind(row.kind)} {told}"
    here = labels.state(row.kind, row.state)
    if row.came_from and row.came_from != row.state:
        return f"{told}: {labels.state(row.kind, row.came_from)} → {here}"
    return f"{told}: {here}"
