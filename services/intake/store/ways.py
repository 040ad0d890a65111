"""By which way venues and kinds of activity are counted: participation's settings, as a copy."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.events.participation import ReportingWaySet
from services.intake.models import ReportingWay
from services.intake.reporting import Said, Ways


async def keep_way(session: AsyncSession, event: ReportingWaySet) -> None:
    """Remember what was said last for a date."""
    row = {
        "scope": event.scope,
        "code": event.code,
        "from_on": event.on,
        "channel": event.channel,
        "way": event.way,
    }
    await session.execute(
        insert(ReportingWay)
        .values(**row)
        .on_conflict_do_update(
            index_elements=["scope", "code", "from_on"],
            set_={"channel": event.channel, "way": event.way},
        )
    )


async def ways_now(session: AsyncSession) -> Ways:
    """Everything that was said; a few hundred rows for a whole ward."""
    rows = await session.scalars(select(ReportingWay))
    return Ways(Said(r.scope, r.code, r.from_on, r.channel, r.way) for r in rows)
