"""Fiscal years: opened, moved step by step, and acted on; rows first, the workflow afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from chassis.trace_context import current_trace
from chassis.vault import Vault
from contracts.acts import Actor
from contracts.acts.base import Act
from contracts.events import new_id
from contracts.events.indicators import FiscalYearMoved
from contracts.fiscal_years import FiscalYearStep, YearCommand
from contracts.life import FISCAL_YEAR, SETTLED
from contracts.message import without_private
from services.indicators import versions
from services.indicators.measures import Measures
from services.indicators.models import (
    FiscalYear,
    FiscalYearStepRow,
    FrozenVersion,
    Tally,
    YearCommandRow,
)
from services.indicators.tally import WHOLE_WARD, WHOLE_YEAR

START = "start"
NOTES = "fiscal-year"
"""The kind of owner whose data key seals what people write about a year's figures."""

_YEARS = UUID("5f0c1f0e-6f1b-5d1c-9d6b-2f1a6d0f8a11")
"""Namespace of the ids below: fixed for ever."""


def year_id(year: int) -> UUID:
    """The id under which a fiscal year's words are sealed."""
    return uuid5(_YEARS, str(year))


async def open_years(session: AsyncSession, current: int) -> list[int]:
    """Open the current year, and every year of which something was counted, once each."""
    counted = await session.scalars(
        select(col(Tally.fiscal_year))
        .where(col(Tally.basic_area) == WHOLE_WARD, col(Tally.month) == WHOLE_YEAR)
        .distinct()
    )
    known = set(await session.scalars(select(col(FiscalYear.fiscal_year))))
    opened = []
    for year in sorted({current, *(year for year in counted if 2019 <= year <= current)} - known):
        if await _open(session, year):
            opened.append(year)
    return opened


async def _open(session: AsyncSession, year: int) -> bool:
    fresh = await session.scalar(
        upsert(FiscalYear)
        .values(fiscal_year=year, state="", step=0, since=func.now())
        .on_conflict_do_nothing()
        .returning(col(FiscalYear.fiscal_year))
    )
    if fresh is not None:
        await _store(session, new_id(), year, START, {})
    return fresh is not None


async def store_act(
    session: AsyncSession, vault: Vault, year: int, act: Act, principal: Principal
) -> UUID:
    """Store an act for delivery; its note is sealed and does not travel. The command's id."""
    command = YearCommand.model_validate(
        {
            "command_id": new_id(),
            "act": without_private(act).model_dump(),
            "actor": Actor(sub=principal.sub, roles=tuple(sorted(principal.roles))),
            "at": datetime.now(UTC),
        }
    )
    await _store(
        session,
        command.command_id,
        year,
        act.code,
        command.model_dump(mode="json"),
        sub=principal.sub,
        sub_name=principal.name,
        sealed_note=await vault.seal(session, NOTES, year_id(year), act.note) if act.note else None,
    )
    return command.command_id


async def _store(
    session: AsyncSession,
    command_id: UUID,
    year: int,
    act: str,
    payload: dict[str, Any],
    **more: Any,
) -> None:
    now = datetime.now(UTC)
    traceparent, tracestate = current_trace()
    await session.execute(
        insert(YearCommandRow).values(
            command_id=command_id,
            fiscal_year=year,
            act=act,
            payload=payload,
            status="pending",
            outcome={},
            attempts=0,
            next_try_at=now,
            created_at=now,
            traceparent=traceparent,
            tracestate=tracestate,
            **more,
        )
    )


async def due_commands(session: AsyncSession) -> list[YearCommandRow]:
    """The oldest command of each year that nobody has answered, if it may be tried again now."""
    earlier = YearCommandRow.__table__.alias()  # type: ignore[attr-defined]
    waits = exists().where(
        earlier.c.status == "pending",
        earlier.c.fiscal_year == col(YearCommandRow.fiscal_year),
        earlier.c.seq < col(YearCommandRow.seq),
    )
    rows = await session.scalars(
        select(YearCommandRow)
        .where(
            col(YearCommandRow.status) == "pending",
            col(YearCommandRow.next_try_at) <= func.now(),
            ~waits,
        )
        .order_by(col(YearCommandRow.seq))
    )
    return list(rows)


async def settle(
    session: AsyncSession, command_id: UUID, status: str, outcome: dict[str, Any]
) -> None:
    """Close a pending command with what came of it."""
    await session.execute(
        update(YearCommandRow)
        .where(col(YearCommandRow.command_id) == command_id, _pending())
        .values(status=status, outcome=outcome)
    )


async def put_off(session: AsyncSession, command_id: UUID, seconds: float) -> None:
    """A try has failed: the command stays pending and is tried again."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    await session.execute(
        update(YearCommandRow)
        .where(col(YearCommandRow.command_id) == command_id, _pending())
        .values(next_try_at=until, attempts=col(YearCommandRow.attempts) + 1)
    )


async def record_step(session: AsyncSession, measures: Measures, step: FiscalYearStep) -> bool:
    """Remember one step of a year, freeze what it says, and tell of it; False if it is known."""
    known = await session.get(FiscalYear, step.fiscal_year, with_for_update=True)
    if known is not None and known.step >= step.number:
        return False
    version = None
    if step.freezes is not None:
        version = await versions.freeze(session, measures, step)
    elif step.decides is not None:
        version = await versions.decide(session, step)
    await _move(session, step)
    session.add(
        FiscalYearStepRow(
            fiscal_year=step.fiscal_year,
            number=step.number,
            at=step.at,
            came_from=step.came_from,
            state=step.state,
            cause=step.cause,
            act=step.command.act.code if step.command else None,
            actor=step.command.actor.sub if step.command else None,
            command_id=step.command.command_id if step.command else None,
            version=version,
        )
    )
    if step.state != step.came_from:
        await emit(
            session,
            FiscalYearMoved(
                fiscal_year=step.fiscal_year,
                state=step.state,
                settled=step.state in SETTLED,
                version=version,
                due_at=step.waits_until if FISCAL_YEAR[step.state].due else None,
                by=step.command.actor.sub if step.command else None,
            ),
        )
    if step.command is not None:
        outcome = {"state": step.state, "at": step.at.isoformat()}
        await settle(session, step.command.command_id, "applied", outcome)
    return True


async def _move(session: AsyncSession, step: FiscalYearStep) -> None:
    values = {"state": step.state, "step": step.number, "waits_until": step.waits_until}
    entered = {"since": step.at} if step.state != step.came_from else {}
    await session.execute(
        upsert(FiscalYear)
        .values(fiscal_year=step.fiscal_year, since=step.at, **values)
        .on_conflict_do_update(index_elements=["fiscal_year"], set_={**values, **entered})
    )


async def known_years(session: AsyncSession) -> list[FiscalYear]:
    """Every year that is or was counted, the newest first."""
    rows = await session.scalars(select(FiscalYear).order_by(col(FiscalYear.fiscal_year).desc()))
    return list(rows)


async def versions_of(session: AsyncSession, year: int) -> list[FrozenVersion]:
    """Every version of a year's figures, the newest first."""
    rows = await session.scalars(
        select(FrozenVersion)
        .where(col(FrozenVersion.fiscal_year) == year)
        .order_by(col(FrozenVersion.number).desc())
    )
    return list(rows)


async def steps_of(session: AsyncSession, year: int) -> list[FiscalYearStepRow]:
    """How a year came to where it is."""
    rows = await session.scalars(
        select(FiscalYearStepRow)
        .where(col(FiscalYearStepRow.fiscal_year) == year)
        .order_by(col(FiscalYearStepRow.number))
    )
    return list(rows)


async def note_of(
    session: AsyncSession, vault: Vault, year: int, command_id: UUID | None
) -> str | None:
    """What somebody wrote with an act on a year."""
    command = await session.get(YearCommandRow, command_id) if command_id else None
    if command is None or command.sealed_note is None:
        return None
    return await vault.open(session, NOTES, year_id(year), command.sealed_note)


def _pending() -> Any:
    return col(YearCommandRow.status) == "pending"
