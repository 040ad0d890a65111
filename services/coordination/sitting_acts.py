"""A whole sitting is postponed, called off, or found without a quorum: in one act, case by case.

Each case's meeting follows by an act of its own, under its own rules; what one of them refuses
holds the others up no more than it would alone. The attendees are told once for all their cases.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from chassis.idempotency import answered_before, remember_answer
from chassis.problems import Problem
from contracts.acts import CancelMeeting, PostponeMeeting, ReportNoQuorum
from contracts.cases import Kind
from contracts.events.envelope import new_id
from services.coordination import problems, views
from services.coordination.acting import (
    WAIT_SECONDS,
    Deed,
    deed_of,
    seen_case,
    task_for,
    undertake,
)
from services.coordination.commands import relay_of
from services.coordination.meeting_rules import seats
from services.coordination.models import Meeting, Sitting, SittingAct, SittingActCase
from services.coordination.permissions import role_allows
from services.coordination.reading.sittings import show_sitting_act
from services.coordination.refusal import RefusedError
from services.coordination.store.commands import Addressee

WHOLE = (PostponeMeeting, CancelMeeting, ReportNoQuorum)
"""What can be done to a sitting as a whole."""


async def act_on_sitting(
    ctx: Context, principal: Principal, sitting_id: UUID, act: dict[str, Any], key: str
) -> views.SittingActView:
    """Do the same to every case of a sitting; what became of each. Raises Problem."""
    route = f"POST sittings/{sitting_id}/acts"
    deed = deed_of(principal, act, key, route, {}, None)
    if not isinstance(deed.act, WHOLE):
        raise problems.act_not_allowed("meeting", "preparing", [], deed.act.code)
    if not role_allows(principal, deed.act.code):
        raise not_allowed()
    async with ctx.database.transaction() as session:
        earlier = await answered_before(session, principal, route, key, deed.body)
        if earlier is None:
            done = await _do(ctx, session, deed, sitting_id)
            told = {"sitting_act_id": str(done)}
            await remember_answer(session, principal, route, key, status=200, body=told)
        else:
            done = UUID(earlier["body"]["sitting_act_id"])
        commands = await _commands(session, done)
    for command_id in commands:
        await relay_of(ctx).settled(command_id, WAIT_SECONDS)
    async with ctx.database.transaction() as session:
        return await show_sitting_act(session, principal, done)


async def _commands(session: AsyncSession, sitting_act_id: UUID) -> list[UUID]:
    found = select(col(SittingActCase.command_id)).where(
        col(SittingActCase.sitting_act_id) == sitting_act_id,
        col(SittingActCase.command_id).is_not(None),
    )
    return [one for one in await session.scalars(found) if one is not None]


async def _do(ctx: Context, session: AsyncSession, deed: Deed, sitting_id: UUID) -> UUID:
    sitting = await session.get(Sitting, sitting_id, with_for_update=True)
    if sitting is None:
        raise problems.not_found()
    whole = SittingAct(
        sitting_act_id=new_id(),
        sitting_id=sitting_id,
        act=deed.act.code,
        by=deed.principal.sub,
        at=datetime.now(UTC),
    )
    session.add(whole)
    await session.flush()
    meetings = await session.scalars(
        select(Meeting).where(col(Meeting.sitting_id) == sitting_id).order_by(col(Meeting.case_id))
    )
    for meeting in meetings.all():
        await _follow(ctx, session, deed, whole, meeting)
    await audit(session, deed.principal, f"sitting.{deed.act.code}", "sitting", str(sitting_id))
    return whole.sitting_act_id


async def _follow(
    ctx: Context, session: AsyncSession, deed: Deed, whole: SittingAct, meeting: Meeting
) -> None:
    """One case follows, or says why not; the others are not touched by that."""
    row = SittingActCase(
        sitting_act_id=whole.sitting_act_id, meeting_id=meeting.meeting_id, case_id=meeting.case_id
    )
    session.add(row)
    await session.flush()
    try:
        async with session.begin_nested():
            row.command_id = await _one(ctx, session, deed, whole, meeting)
    except RefusedError as refused:
        row.code, row.details = str(refused.code), _plain(refused.details)
    except Problem as problem:
        row.code = problem.code
    await session.flush()


async def _one(
    ctx: Context, session: AsyncSession, deed: Deed, whole: SittingAct, meeting: Meeting
) -> UUID:
    changes: dict[str, Any] = {"sitting_act_id": whole.sitting_act_id}
    if isinstance(deed.act, ReportNoQuorum):
        # Whoever came to the sitting came to the cases to which they are invited.
        invited = {seat.agency for seat in await seats(session, meeting.meeting_id)}
        changes["present"] = tuple(one for one in deed.act.present if one in invited)
    own = Deed(
        principal=deed.principal,
        act=deed.act.model_copy(update=changes),
        key=f"{deed.key}/{meeting.meeting_id}",
        body=f"{meeting.meeting_id}".encode() + deed.body,
        route=deed.route,
    )
    case = await seen_case(session, deed.principal, meeting.case_id)
    to = Addressee(Kind.MEETING, meeting.meeting_id)
    task = await task_for(session, to, own.act.code)
    return await undertake(ctx, session, own, case, to, task)


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(details, default=str))
    return plain
