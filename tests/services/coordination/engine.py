"""A double of the workflow engine's client: the few calls that coordination makes of it.

`test_delivery` holds it against the real server with the same questions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from opentelemetry import trace
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.acts import Command, Outcome
from contracts.cases import CaseInput, Kind, Refusal
from contracts.life import allowed
from services.coordination.models import Strand
from tests.services.coordination.desk import Desk

Apply = Callable[[str, Command], Awaitable[str]]


class Handle:
    def __init__(self, engine: "Engine", workflow: str) -> None:
        self._engine, self._workflow = engine, workflow

    async def execute_update(
        self, update: str, command: Command, *, id: str, result_type: type
    ) -> Outcome:
        assert update == "act"
        assert id == str(command.command_id)
        return await self._engine.update(self._workflow, command)

    async def signal(self, name: str) -> None:
        await self._engine.signalled(self._workflow, name)

    async def describe(self) -> "Described":
        return self._engine.describe(self._workflow)


@dataclass(frozen=True)
class Described:
    status: WorkflowExecutionStatus


class Engine:
    """Workflows that are known by their ids and answer acts by `apply`."""

    def __init__(self, apply: Apply) -> None:
        self.apply = apply
        self.away = False
        """Whether the server cannot be reached."""
        self.loses = 0
        """How many of the next updates the server forgets."""
        self.gate = asyncio.Event()
        """Updates wait here; open at first."""
        self.gate.set()
        self.running: set[str] = set()
        self.ended: set[str] = set()
        self.started: dict[str, CaseInput] = {}
        self.told: list[tuple[str, str]] = []
        """Every delivery in order: the workflow, and the command's id or the signal's name."""
        self.most_at_once = 0
        self.traces: dict[UUID, int] = {}
        self._at_once = 0
        self._outcomes: dict[UUID, Outcome] = {}

    async def client(self) -> "Engine":
        return self

    async def start_workflow(self, name: str, given: CaseInput, *, id: str, **_: Any) -> None:
        self._reach()
        assert name == "case"
        if id in self.started:
            raise WorkflowAlreadyStartedError(id, name)
        self.started[id] = given
        self.running.add(id)

    async def execute_update_with_start_workflow(
        self, update: str, command: Command, *, start_workflow_operation: Any, **named: Any
    ) -> Outcome:
        """Where nothing runs under the id, another run begins; then it is told."""
        begun = start_workflow_operation._start_workflow_input
        if begun.id in self.ended:
            self.ended.remove(begun.id)
            self.started[begun.id] = begun.args[0]
            self.begun(begun.id)
        handle = self.get_workflow_handle(begun.id)
        return await handle.execute_update(update, command, **named)

    def begun(self, workflow: str) -> None:
        """Another run of it has begun."""

    def get_workflow_handle(self, workflow: str) -> Handle:
        return Handle(self, workflow)

    async def signalled(self, workflow: str, name: str) -> None:
        self._find(workflow)
        self.told.append((workflow, name))

    async def update(self, workflow: str, command: Command) -> Outcome:
        self._reach()
        if self.loses:
            self.loses -= 1
            raise RPCError(f"update {command.command_id} not found", RPCStatusCode.NOT_FOUND, b"")
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.told.append((workflow, str(command.command_id)))
        self.traces[command.command_id] = trace.get_current_span().get_span_context().trace_id
        try:
            await self.gate.wait()
            self._find(workflow)
            if command.command_id not in self._outcomes:
                state = await self.apply(workflow, command)
                self._outcomes[command.command_id] = Outcome(
                    command_id=command.command_id, state=state, at=datetime.now(UTC)
                )
            return self._outcomes[command.command_id]
        except ApplicationError as error:
            raise WorkflowUpdateFailedError(error) from error
        finally:
            self._at_once -= 1

    def describe(self, workflow: str) -> Described:
        self._reach()
        if workflow not in self.running:
            raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")
        over = workflow in self.ended
        ended, running = WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.RUNNING
        return Described(ended if over else running)

    def _reach(self) -> None:
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    def _find(self, workflow: str) -> None:
        self._reach()
        if workflow not in self.running or workflow in self.ended:
            raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")


class Walker:
    """Lets the engine's workflows walk the tables and record their steps at the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.leads: dict[str, str] = {}
        """Where an act leads that has several exits; else the first one."""
        self.refuses: dict[str, ApplicationError] = {}

    async def apply(self, workflow: str, command: Command) -> str:
        strand = await self.desk.row(Strand, workflow_id=workflow)
        code = command.act.code
        exits = allowed(strand.kind, strand.state)
        if code in self.refuses:
            raise self.refuses[code]
        if code not in exits:
            raise ApplicationError(
                "refused",
                {"state": strand.state, "allowed": sorted(exits)},
                type=Refusal.NOT_ALLOWED,
                non_retryable=True,
            )
        to = self.leads.get(code) or next(iter(exits[code]), strand.state)
        case = self.desk.cases[strand.case_id]
        await self.desk.step(
            case,
            to,
            command=command,
            kind=Kind(strand.kind),
            key=strand.entity_id,
            ask=to != strand.state,
        )
        return to
