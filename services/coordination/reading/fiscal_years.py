"""What the caller may have to do about the figures of fiscal years."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from contracts.calendar import fiscal_year_label, today
from contracts.life import FISCAL_YEAR, FISCAL_YEAR_ROLES, Role, Stage
from services.coordination import labels, views
from services.coordination.models import FiscalYearStage
from services.coordination.reading.tasks import day_begins


async def list_fiscal_year_tasks(
    session: AsyncSession, principal: Principal
) -> tuple[views.FiscalYearTask, ...]:
    """The waits for a person in the lives of figures, for those who may end them; earliest first.

    Who proposed the figures sees that they wait for somebody else (invariant 4).
    """
    rows = await session.scalars(
        select(FiscalYearStage).order_by(
            col(FiscalYearStage.due_at).asc().nulls_last(), col(FiscalYearStage.fiscal_year)
        )
    )
    return tuple(
        _view(row, stage, principal)
        for row in rows
        if (stage := FISCAL_YEAR.get(row.state)) is not None
        and stage.task is not None
        and principal.has(*may_end(stage))
    )


def may_end(stage: Stage) -> frozenset[Role]:
    """Who may do what the stage waits for: its first act."""
    return FISCAL_YEAR_ROLES[next(iter(stage.acts))]


def _view(row: FiscalYearStage, stage: Stage, principal: Principal) -> views.FiscalYearTask:
    decides = "approve_figures" in stage.acts
    return views.FiscalYearTask(
        fiscal_year=row.fiscal_year,
        label=fiscal_year_label(row.fiscal_year),
        state=row.state,
        state_label=stage.label,
        asks=stage.task or "",
        owner=str(stage.owner),
        owner_label=labels.role(str(stage.owner)),
        since=row.since,
        due_at=row.due_at,
        overdue=row.due_at is not None and row.due_at < day_begins(today()),
        waits_for_another=decides and row.by == principal.sub,
    )
