"""A step of a workflow, remembered in one transaction and counted once."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.telemetry import mark_case
from contracts.events.envelope import new_id
from contracts.steps import Step
from services.coordination.effects import Scene, play
from services.coordination.models import (
    CaseFile,
    CommandRow,
    RecordedStep,
    Strand,
    TimelineEntry,
)
from services.coordination.store.cases import lock_case
from services.coordination.store.worklist import show_waiting, turn_tasks


class UnknownCaseError(LookupError):
    """A step of a case that this service never opened."""


async def remember(session: AsyncSession, step: Step) -> bool:
    """Give a step its effects; False if it had them already.

    Raises RefusedError if the data forbid its act, UnknownCaseError if there is no such case.
    """
    case = await lock_case(session, step.case_id)
    if case is None:
        raise UnknownCaseError(str(step.case_id))
    mark_case(case_id=case.case_id, receipt=case.receipt_number)
    if not await _first_time(session, step):
        return False
    step = await _act_once(session, step)
    await play(Scene(session=session, case=case, step=step))
    await _move_strand(session, step)
    _write_down(session, case, step)
    await turn_tasks(session, case, step)
    await show_waiting(session, case)
    if step.command is not None:
        await _settle_command(session, step.command.command_id, step)
    return True


async def _first_time(session: AsyncSession, step: Step) -> bool:
    command_id = step.command.command_id if step.command else None
    inserted = await session.scalar(
        insert(RecordedStep)
        .values(
            workflow_id=step.workflow_id,
            number=step.number,
            case_id=step.case_id,
            command_id=command_id,
            at=step.at,
        )
        .on_conflict_do_nothing(index_elements=["workflow_id", "number"])
        .returning(col(RecordedStep.number))
    )
    return inserted is not None


async def _act_once(session: AsyncSession, step: Step) -> Step:
    """The step without its act, if an earlier step has given that act its effect."""
    if step.command is None:
        return step
    earlier = await session.scalar(
        select(col(RecordedStep.number))
        .where(
            col(RecordedStep.command_id) == step.command.command_id,
            or_(
                col(RecordedStep.workflow_id) != step.workflow_id,
                col(RecordedStep.number) != step.number,
            ),
        )
        .limit(1)
    )
    if earlier is None:
        return step
    cause = step.cause or step.command.act.code
    return step.model_copy(update={"command": None, "cause": cause})


async def _move_strand(session: AsyncSession, step: Step) -> None:
    moved = {"state": step.state, "waits_until": step.waits_until}
    values = insert(Strand).values(
        workflow_id=step.workflow_id,
        kind=step.kind,
        entity_id=step.entity_id,
        case_id=step.case_id,
        since=step.at,
        **moved,
    )
    if step.came_from != step.state:
        moved["since"] = step.at
    await session.execute(values.on_conflict_do_update(index_elements=["workflow_id"], set_=moved))


def _write_down(session: AsyncSession, case: CaseFile, step: Step) -> None:
    command = step.command
    session.add(
        TimelineEntry(
            entry_id=new_id(),
            case_id=case.case_id,
            at=step.at,
            kind=step.kind,
            entity_id=step.entity_id,
            act=command.act.code if command else None,
            cause=step.cause,
            came_from=step.came_from or None,
            state=step.state,
            result=step.result,
            actor=command.actor.sub if command else None,
            agency=command.actor.agency if command else None,
            command_id=command.command_id if command else None,
        )
    )


async def _settle_command(session: AsyncSession, command_id: UUID, step: Step) -> None:
    """The command is applied in the very transaction of its effect: no crash can part them."""
    await session.execute(
        update(CommandRow)
        .where(col(CommandRow.command_id) == command_id, col(CommandRow.status) == "pending")
        .values(
            status="applied",
            outcome={"state": step.state, "at": step.at.isoformat()},
            settled_at=datetime.now(UTC),
        )
    )
