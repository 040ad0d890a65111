"""Sittings of several cases: called, and nothing else; meetings join them by their own act."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal, not_allowed
from chassis.problems import Problem, field_error
from contracts.events.envelope import new_id
from contracts.life import Role
from services.coordination.models import Sitting
from services.coordination.store.cases import WHOLE_WARD, remember_staff


async def call_sitting(
    session: AsyncSession, principal: Principal, starts_at: datetime, venue: str
) -> Sitting:
    """A time and a place for several cases. Raises Problem 403, 422."""
    if not principal.has(Role.COORDINATOR, Role.MANAGER, Role.WARD):
        raise not_allowed()
    now = datetime.now(UTC)
    if starts_at <= now:
        ja, en = "これから先の日時を指定してください", "Name a time to come"
        raise Problem(
            422,
            "meeting-in-the-past",
            ja=ja,
            en=en,
            field="starts_at",
            errors=[field_error("starts_at", "meeting-in-the-past", ja=ja, en=en)],
        )
    await remember_staff(session, principal)
    sitting = Sitting(
        sitting_id=new_id(),
        starts_at=starts_at,
        venue=venue,
        organiser=principal.agency or WHOLE_WARD,
        called_by=principal.sub,
        called_at=now,
    )
    session.add(sitting)
    await session.flush()
    await audit(session, principal, "sitting.call", "sitting", str(sitting.sitting_id))
    return sitting
