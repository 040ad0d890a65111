"""The steps of placements: each remembered once, with the place it holds and the facts it makes."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.acts import Approach, EndPlacement, JoinWaitingList, RecordLink
from contracts.calendar import tokyo_date
from contracts.catalogue import basic_area_of
from contracts.events import new_id
from contracts.events.participation import (
    DevelopmentRequested,
    PlacementEnded,
    PlacementSettled,
    PlacementStarted,
    ResourceLinked,
)
from contracts.life import PlacementState
from contracts.steps import PlacementStep
from services.participation.models import DevelopmentRequest, Placement
from services.participation.models import PlacementStep as StepRow
from services.participation.store.capacity import (
    hold_place,
    hosts_of,
    leave_hosts,
    lock_hosts,
    wait_for_place,
)

WITHOUT_HOST = frozenset({PlacementState.MATCHING, PlacementState.DEVELOPING, PlacementState.ENDED})
"""The states without a host. In WAITING one is waited for; in all others a place is held."""


async def record_placement_step(
    session: AsyncSession, step: PlacementStep, rank: int | None = None
) -> None:
    """Remember one step and what it does; a step that is remembered already does nothing.

    `rank` says which of the candidates an approached host was. Raises ResourceFullError or
    ResourceUnknownError, and then nothing is remembered.
    """
    placement = await _placement_for(session, step)
    host = host_of(step) or placement.resource_id
    if not await _first_time(session, step, host, rank):
        return
    concerned = await hosts_of(session, step.placement_id)
    hosts = await lock_hosts(session, concerned | ({host} if host else set()))
    if step.state in WITHOUT_HOST:
        await leave_hosts(session, step.placement_id, hosts, step.at)
        placement.resource_id = None
    elif step.state == PlacementState.WAITING:
        await wait_for_place(session, step.placement_id, host, hosts, step.at)
        placement.resource_id = host
    else:
        await hold_place(session, step.placement_id, host, hosts, step.at)
        placement.resource_id = host
    await _mind_development(session, step, host)
    await _tell(session, placement, step, host)
    placement.state, placement.last_step = step.state, step.number
    await session.flush()


def host_of(step: PlacementStep) -> UUID | None:
    """The host that a step is about: the one that is asked, or the one it concerns."""
    act = step.command.act if step.command else None
    return act.resource_id if isinstance(act, Approach | JoinWaitingList) else step.resource_id


async def _placement_for(session: AsyncSession, step: PlacementStep) -> Placement:
    """The placement's row, made at its first step, locked for the rest of the transaction."""
    await session.execute(
        insert(Placement)
        .values(
            placement_id=step.placement_id,
            case_id=step.case_id,
            person_id=step.person_id,
            kinds=list(step.kinds),
            daily_area=step.daily_area,
            state="",
            last_step=0,
            started_on=tokyo_date(step.at),
            wish_version=0,
        )
        .on_conflict_do_nothing()
    )
    found = await session.execute(
        select(Placement)
        .where(col(Placement.placement_id) == step.placement_id)
        # Its key stays free for a host's place that somebody else's step gives to it.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one()


async def _first_time(
    session: AsyncSession, step: PlacementStep, host: UUID | None, rank: int | None
) -> bool:
    command = step.command
    entered = await session.execute(
        insert(StepRow)
        .values(
            placement_id=step.placement_id,
            number=step.number,
            at=step.at,
            came_from=step.came_from,
            state=step.state,
            act=command.act.code if command else None,
            command_id=command.command_id if command else None,
            actor=command.actor.sub if command else None,
            resource_id=host,
            rank=rank,
        )
        .on_conflict_do_nothing()
        .returning(col(StepRow.number))
    )
    return entered.first() is not None


async def _mind_development(session: AsyncSession, step: PlacementStep, host: UUID | None) -> None:
    """Open a request to make a place, or close it: met by a host, or dropped with the wish."""
    if step.state == PlacementState.DEVELOPING:
        await session.execute(
            insert(DevelopmentRequest)
            .values(
                request_id=new_id(),
                placement_id=step.placement_id,
                case_id=step.case_id,
                kinds=list(step.kinds),
                daily_area=step.daily_area,
                basic_area=_basic_area(step),
                status="open",
                opened_on=tokyo_date(step.at),
            )
            .on_conflict_do_nothing()
        )
    elif step.came_from == PlacementState.DEVELOPING:
        met = step.state not in WITHOUT_HOST
        await session.execute(
            update(DevelopmentRequest)
            .where(
                col(DevelopmentRequest.placement_id) == step.placement_id,
                col(DevelopmentRequest.status) == "open",
            )
            .values(
                status="met" if met else "dropped",
                closed_on=tokyo_date(step.at),
                resource_id=host if met else None,
            )
        )


async def _tell(
    session: AsyncSession, placement: Placement, step: PlacementStep, host: UUID | None
) -> None:
    """The facts that a step makes, each at the entry to its state."""
    on = _day_of(step)
    about: dict[str, Any] = {
        "case_id": step.case_id,
        "placement_id": step.placement_id,
        "on": on,
        "basic_area": _basic_area(step),
    }
    entered = step.state != step.came_from
    if placement.state == "":
        await emit(session, PlacementStarted(person_id=step.person_id, kinds=step.kinds, **about))
    if entered and step.state == PlacementState.DEVELOPING:
        await emit(session, DevelopmentRequested(**about))
    if entered and step.state == PlacementState.SETTLING and placement.linked_on is None:
        placement.linked_on = on
        await emit(session, ResourceLinked(resource_id=host, **about))
    if entered and step.state == PlacementState.SETTLED:
        placement.settled_on = on
        await emit(session, PlacementSettled(resource_id=host, **about))
    if entered and step.state == PlacementState.ENDED:
        placement.ended_on, placement.end_reason = on, _end_reason(step)
        await emit(session, PlacementEnded(resource_id=host, reason=placement.end_reason, **about))


def _day_of(step: PlacementStep) -> date:
    """The day that counts: the one the link was made on, else the Tokyo date of the step."""
    act = step.command.act if step.command else None
    return act.on if isinstance(act, RecordLink) else tokyo_date(step.at)


def _end_reason(step: PlacementStep) -> str:
    act = step.command.act if step.command else None
    if isinstance(act, EndPlacement):
        return act.reason
    return step.result or ("settled" if step.came_from == PlacementState.SETTLED else "case-closed")


def _basic_area(step: PlacementStep) -> str | None:
    return basic_area_of(step.daily_area) if step.daily_area else None
