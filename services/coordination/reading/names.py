"""Names of staff for their `sub`, and of who may be given work."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal, not_allowed
from services.coordination import views
from services.coordination.models import Staff
from services.coordination.permissions import works_with_cases


class Names:
    """Staff by `sub`, read at once for a whole page."""

    def __init__(self, known: dict[str, str | None]) -> None:
        self._known = known

    @classmethod
    async def of(cls, session: AsyncSession, subs: Iterable[str | None]) -> "Names":
        asked = {sub for sub in subs if sub}
        if not asked:
            return cls({})
        rows = await session.execute(
            select(col(Staff.sub), col(Staff.name)).where(col(Staff.sub).in_(asked))
        )
        return cls({row[0]: row[1] for row in rows})

    def staff(self, sub: str) -> views.Staff:
        return views.Staff(sub=sub, name=self._known.get(sub))

    def maybe(self, sub: str | None) -> views.Staff | None:
        return self.staff(sub) if sub else None


async def staff_names(session: AsyncSession) -> dict[str, str]:
    """Everybody who has worked with cases, by `sub`; the `sub` itself where there is no name."""
    rows = await session.execute(
        select(col(Staff.sub), col(Staff.name)).order_by(col(Staff.agency), col(Staff.sub))
    )
    return {row[0]: row[1] or row[0] for row in rows}


async def list_staff(session: AsyncSession, principal: Principal) -> views.StaffList:
    """Everybody who has worked with cases, by agency. Raises Problem 403."""
    if not works_with_cases(principal):
        raise not_allowed()
    rows = await session.scalars(select(Staff).order_by(col(Staff.agency), col(Staff.sub)))
    return views.StaffList(
        items=tuple(
            views.StaffRow(
                sub=row.sub, name=row.name, roles=tuple(row.roles.split()), agency=row.agency
            )
            for row in rows
        )
    )
