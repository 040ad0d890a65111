"""Forms that were shown before something else happened.

A form carries the version of the workflow it was shown for. If that has gone on to another state
since, the act is not done: whoever sent it is told what is new and may send it again, knowing it.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.problems import Problem
from contracts.life import allowed
from services.coordination import labels
from services.coordination.models import Staff, Strand, TimelineEntry

NEWS = 10
"""So many of the latest lines are told."""


def version_of(strand: Strand) -> str:
    """Where a workflow is, and since when: another after every change of its state."""
    return f"{strand.state}@{strand.since.astimezone(UTC).isoformat()}"


async def refuse_stale(session: AsyncSession, strand: Strand, seen: str | None) -> None:
    """Raise Problem 409 `stale-form` if the workflow is not where the form was shown for."""
    if seen is None or seen == version_of(strand):
        return
    label = labels.state(strand.kind, strand.state)
    raise Problem(
        409,
        "stale-form",
        ja=f"画面を開いたあとに状態が変わりました(いまは「{label}」)。まだ記録していません",
        en="The state has changed since the form was shown; nothing was recorded",
        state=strand.state,
        state_label=label,
        version=version_of(strand),
        allowed=sorted(allowed(strand.kind, strand.state)),
        news=await _news(session, strand.case_id, _shown_at(seen)),
    )


def _shown_at(seen: str) -> datetime:
    """Since when the form's state was; the beginning of time if it is none of our versions."""
    try:
        at = datetime.fromisoformat(seen.rpartition("@")[2])
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def _news(session: AsyncSession, case_id: UUID, after: datetime) -> list[dict[str, object]]:
    """What happened to the case after an instant, the latest lines, oldest first."""
    rows = await session.execute(
        select(TimelineEntry, col(Staff.name))
        .outerjoin(Staff, col(Staff.sub) == col(TimelineEntry.actor))
        .where(col(TimelineEntry.case_id) == case_id, col(TimelineEntry.at) > after)
        .order_by(col(TimelineEntry.at).desc(), col(TimelineEntry.entry_id).desc())
        .limit(NEWS)
    )
    return [
        {
            "at": entry.at.isoformat(),
            "what": labels.act(entry.act) if entry.act else labels.cause(entry.cause or "started"),
            "by": {"sub": entry.actor, "name": name} if entry.actor else None,
            "state_label": labels.state(entry.kind, entry.state),
        }
        for entry, name in reversed(list(rows))
    ]
