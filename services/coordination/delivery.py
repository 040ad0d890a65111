"""One command told to its workflow: what is sent, and how the answer is read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

from chassis.temporal import is_over
from contracts.acts import Command, Outcome
from contracts.cases import ACT as ACT_UPDATE
from contracts.cases import WORKFLOW_QUEUE, CaseInput, Kind, Refusal
from contracts.policies import Policy
from services.coordination.store import commands

REOPEN = "reopen"
"""The act that a case takes also when its workflow is over."""

CASE_ENDED = "case-ended"
"""The workflow is over, or was never there: nothing can be done to it any more."""

ACT_FAILED = "act-failed"
"""The workflow could not carry the act out, for a reason that is nobody's refusal."""


@dataclass(frozen=True)
class Due:
    """A command that is to be told now."""

    command_id: UUID
    case_id: UUID
    workflow_id: str
    what: str
    act: str
    payload: dict[str, Any]
    attempts: int
    traceparent: str | None
    tracestate: str | None


@dataclass(frozen=True)
class Told:
    """What came of it: `applied` or `refused`, and the command's outcome."""

    status: str
    outcome: dict[str, Any]


def applied(state: str, at: datetime | None = None) -> Told:
    return Told("applied", {"state": state, "at": at.isoformat() if at else None})


def refused(code: str, details: dict[str, Any] | None = None) -> Told:
    return Told("refused", {"code": code, "details": details or {}})


BeginsAgain = Callable[[Due], Awaitable[CaseInput | None]]
"""What the next run of a case that is over begins with; None if nothing can begin it again."""


async def tell(client: Client, due: Due, policy: Policy, begins_again: BeginsAgain) -> Told:
    """Deliver a command under an id of its own, so that telling it again has no second effect.

    A case keeps the policy that it is started with. A case that is over is begun again by the act
    that reopens it. Raises whatever the client raises while the answer is not known; the command
    stays pending.
    """
    if due.what == commands.START:
        return await _start(client, due, policy)
    try:
        if due.what == commands.SIGNAL:
            await client.get_workflow_handle(due.workflow_id).signal(due.act)
            return Told("applied", {})
        return await _update(client, due)
    except RPCError as error:
        if not await is_over(client, due.workflow_id, error):
            raise
    if due.act != REOPEN:
        return refused(CASE_ENDED)
    begins_with = await begins_again(due)
    if begins_with is None:
        return refused(CASE_ENDED)
    return await _update(client, due, begins_with)


async def _start(client: Client, due: Due, policy: Policy) -> Told:
    try:
        await client.start_workflow(
            str(Kind.CASE),
            CaseInput.model_validate({**due.payload, "policy": policy}),
            id=due.workflow_id,
            task_queue=WORKFLOW_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        return applied("started")
    return applied("started")


async def _update(client: Client, due: Due, begins_with: CaseInput | None = None) -> Told:
    """Tell an act; where there is something to begin with, to the run that begins with it.

    The server starts that run and tells it the act at once, or neither.
    """
    command = Command.model_validate(due.payload)
    named: dict[str, Any] = {"id": str(command.command_id), "result_type": Outcome}
    outcome: Outcome
    try:
        if begins_with is None:
            handle = client.get_workflow_handle(due.workflow_id)
            outcome = await handle.execute_update(ACT_UPDATE, command, **named)
        else:
            outcome = await client.execute_update_with_start_workflow(
                ACT_UPDATE,
                command,
                start_workflow_operation=WithStartWorkflowOperation(
                    str(Kind.CASE),
                    begins_with,
                    id=due.workflow_id,
                    task_queue=WORKFLOW_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                ),
                **named,
            )
    except WorkflowUpdateFailedError as error:
        return _read_refusal(error)
    return applied(outcome.state, outcome.at)


def _read_refusal(error: WorkflowUpdateFailedError) -> Told:
    """The workflow's own refusal, however deep it lies: the data may have refused the step."""
    cause: BaseException | None = error.cause
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type in set(Refusal):
            details = cause.details[0] if cause.details else {}
            return refused(str(cause.type), details if isinstance(details, dict) else {})
        cause = cause.__cause__
    return refused(ACT_FAILED)
