"""Activities, their sessions, and the times a coordinator supported them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.participation.models import Activity, Session, Support
from services.participation.store.work import count_work, withdraw_work
from services.participation.work import Figure

VAULT_KIND = "activity-support"

KIND_OF_FORM = {"activity": "community-activity-support", "platform": "platform-support"}
"""What one time of support is counted as."""


async def find_activity(
    session: AsyncSession, activity_id: UUID, *, lock: bool = False
) -> Activity | None:
    rows = select(Activity).where(col(Activity.activity_id) == activity_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_activities(
    session: AsyncSession,
    *,
    form: str | None,
    status: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Activity]:
    rows = select(Activity).order_by(col(Activity.activity_id)).limit(limit)
    if form is not None:
        rows = rows.where(col(Activity.form) == form)
    if status is not None:
        rows = rows.where(col(Activity.status) == status)
    if after is not None:
        rows = rows.where(col(Activity.activity_id) > after)
    return (await session.scalars(rows)).all()


async def record_support(
    session: AsyncSession, activity: Activity, support: Support, by: str, now: datetime
) -> None:
    """Keep one time of support and count it."""
    session.add(support)
    await session.flush()
    await _count(session, activity, support, by, now, "entered")


async def correct_support(
    session: AsyncSession,
    activity: Activity,
    support: Support,
    on: date,
    channel: str,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    support.on_date, support.channel = on, channel
    await _count(session, activity, support, by, now, reason)


async def withdraw_support(
    session: AsyncSession, support: Support, reason: str, by: str, now: datetime
) -> None:
    support.withdrawn = True
    await withdraw_work(session, support.support_id, reason, by, now)


async def find_support(session: AsyncSession, support_id: UUID) -> Support | None:
    rows = select(Support).where(col(Support.support_id) == support_id)
    return (await session.scalars(rows.with_for_update())).one_or_none()


async def supports_of(session: AsyncSession, activity_id: UUID) -> Sequence[Support]:
    rows = (
        select(Support)
        .where(col(Support.activity_id) == activity_id)
        .order_by(col(Support.on_date).desc(), col(Support.support_id))
    )
    return (await session.scalars(rows)).all()


async def find_session(
    session: AsyncSession, session_id: UUID, *, lock: bool = False
) -> Session | None:
    rows = select(Session).where(col(Session.session_id) == session_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def sessions_of(
    session: AsyncSession, activity_id: UUID, on: date | None = None
) -> Sequence[Session]:
    rows = select(Session).where(col(Session.activity_id) == activity_id)
    if on is not None:
        rows = rows.where(col(Session.on_date) == on)
    rows = rows.order_by(col(Session.on_date), col(Session.starts_at))
    return (await session.scalars(rows)).all()


async def _count(
    session: AsyncSession,
    activity: Activity,
    support: Support,
    by: str,
    now: datetime,
    reason: str,
) -> None:
    figure = Figure(
        KIND_OF_FORM[activity.form],
        support.channel,
        support.on_date,
        1,
        basic_area=activity.basic_area,
    )
    await count_work(session, "support", support.support_id, figure, by, now, reason=reason)
