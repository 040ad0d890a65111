"""The steps of placements: each remembered once, with the place it holds and the facts it makes."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.acts import Approach, EndPlacement, RecordLink
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
from services.participation.models import (
    DevelopmentRequest,
    Hold,
    Placement,
    Resource,
)
from services.participation.models import PlacementStep as StepRow
from services.participation.resource import Status

WITHOUT_HOST = frozenset({PlacementState.MATCHING, PlacementState.DEVELOPING, PlacementState.ENDED})
"""The states in which no host's place is taken up; in all others one is, from the asking on."""


class HostError(Exception):
    """The host cannot take the person."""


class ResourceFullError(HostError):
    """Every place of the host is held, or it said that it has none."""


class ResourceUnknownError(HostError):
    """There is no such host, or it is not listed."""


async def record_placement_step(session: AsyncSession, step: PlacementStep) -> None:
    """Remember one step and what it does; a step that is remembered already does nothing.

    Raises ResourceFullError or ResourceUnknownError, and then nothing is remembered.
    """
    placement = await _placement_for(session, step)
    host = host_of(step) or placement.resource_id
    if not await _first_time(session, step, host):
        return
    if step.state in WITHOUT_HOST:
        await _give_back(session, step.placement_id)
        placement.resource_id = None
    else:
        await _hold(session, step, host)
        placement.resource_id = host
    await _mind_development(session, step, host)
    await _tell(session, placement, step, host)
    placement.state, placement.last_step = step.state, step.number
    await session.flush()


def host_of(step: PlacementStep) -> UUID | None:
    """The host that a step is about: the one that is asked, or the one it concerns."""
    act = step.command.act if step.command else None
    return act.resource_id if isinstance(act, Approach) else step.resource_id


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
        )
        .on_conflict_do_nothing()
    )
    found = await session.execute(
        select(Placement).where(col(Placement.placement_id) == step.placement_id).with_for_update()
    )
    return found.scalar_one()


async def _first_time(session: AsyncSession, step: PlacementStep, host: UUID | None) -> bool:
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
        )
        .on_conflict_do_nothing()
        .returning(col(StepRow.number))
    )
    return entered.first() is not None


async def _hold(session: AsyncSession, step: PlacementStep, host: UUID | None) -> None:
    """Take up a place at the host, unless the placement has one there already."""
    if host is None:
        raise ResourceUnknownError
    held = await session.scalar(
        select(col(Hold.resource_id)).where(col(Hold.placement_id) == step.placement_id)
    )
    if held == host:
        return
    await _give_back(session, step.placement_id)
    taken = await session.execute(
        update(Resource)
        .where(
            col(Resource.resource_id) == host,
            col(Resource.status) == Status.PUBLISHED,
            col(Resource.capacity_status) != "waiting-list",
            col(Resource.capacity).is_(None) | (col(Resource.held) < col(Resource.capacity)),
        )
        .values(held=col(Resource.held) + 1)
        .returning(col(Resource.resource_id))
    )
    if taken.first() is None:
        listed = await session.scalar(
            select(col(Resource.status)).where(col(Resource.resource_id) == host)
        )
        raise ResourceFullError if listed == Status.PUBLISHED else ResourceUnknownError
    await session.execute(
        insert(Hold).values(placement_id=step.placement_id, resource_id=host, held_at=step.at)
    )


async def _give_back(session: AsyncSession, placement_id: UUID) -> None:
    given = await session.scalar(
        delete(Hold).where(col(Hold.placement_id) == placement_id).returning(col(Hold.resource_id))
    )
    if given is not None:
        await session.execute(
            update(Resource)
            .where(col(Resource.resource_id) == given)
            .values(held=col(Resource.held) - 1)
        )


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
