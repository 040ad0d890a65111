"""The ward as the workflows see it: services that remember what they are told, and people who act.

The services' activities are plain functions over lists, on the services' own task queues. Nothing
here decides anything: what a case does is decided by the workflows alone.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.acts import Act, Actor, Command, Outcome
from contracts.cases import (
    COORDINATION_QUEUE,
    INTAKE_QUEUE,
    PARTICIPATION_QUEUE,
    WORKFLOW_QUEUE,
    Carried,
    CaseInput,
    CaseMemory,
    Kind,
    case_workflow_id,
    workflow_id,
)
from contracts.message import Message
from contracts.policies import Policy
from contracts.steps import (
    AgeBoundaries,
    Candidate,
    Candidates,
    Escalate,
    PlacementStep,
    Step,
    TaskToOpen,
)
from workflows.activities import (
    CoordinationActivities,
    IntakeActivities,
    ParticipationActivities,
)
from workflows.sandbox import RUNNER
from workflows.worker import WORKFLOWS

PATIENCE = 10.0
"""Real seconds until a test gives up waiting for something."""

OVER = tuple(
    f"EVENT_TYPE_WORKFLOW_EXECUTION_{end}" for end in ("COMPLETED", "TERMINATED", "FAILED")
)

BEGUN = (
    "WORKFLOW_TASK_SCHEDULED",
    "ACTIVITY_TASK_SCHEDULED",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
)
ENDED = (
    *(f"WORKFLOW_TASK_{end}" for end in ("COMPLETED", "FAILED", "TIMED_OUT")),
    *(f"ACTIVITY_TASK_{end}" for end in ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELED")),
    "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED",
    "CHILD_WORKFLOW_EXECUTION_STARTED",
    "START_CHILD_WORKFLOW_EXECUTION_FAILED",
)
"""What a workflow's history says of work that is begun, and of its end."""

COORDINATOR = "hanako"
MANAGER = "ichiro"


class Ward:
    """What the services were told, in order, and the hands that act on the workflows."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.client = env.client
        self.steps: dict[str, list[Step]] = defaultdict(list)
        self.escalations: list[Escalate] = []
        self.placed: dict[UUID, list[PlacementStep]] = defaultdict(list)
        self.asked_for_candidates: list[UUID] = []
        self.ages = AgeBoundaries()
        self.refusals: dict[str, ApplicationError] = {}
        """By the code of an act: what a service answers when it is asked to record it."""
        self.failures = 0
        """How often the next step fails to be recorded, as if the database were away."""
        self.refused_steps = 0
        """How many steps that nobody asked for are refused, as if the service were broken."""
        self._told = asyncio.Event()

    def forget(self) -> None:
        self.steps.clear()
        self.escalations.clear()
        self.placed.clear()
        self.asked_for_candidates.clear()
        self.ages = AgeBoundaries()
        self.refusals.clear()
        self.failures = self.refused_steps = 0

    def tell(self) -> None:
        self._told.set()
        self._told = asyncio.Event()

    def refuse(self, command: Command | None) -> None:
        if command is not None and (refusal := self.refusals.get(command.act.code)):
            raise refusal

    # --- what the tests see -------------------------------------------------------------------

    def last(self, kind: Kind, key: UUID) -> Step:
        return self.steps[workflow_id(kind, key)][-1]

    def state(self, kind: Kind, key: UUID) -> str | None:
        steps = self.steps[workflow_id(kind, key)]
        return steps[-1].state if steps else None

    def states(self, kind: Kind, key: UUID) -> list[str]:
        """The states walked through, each once however long it lasted."""
        walked: list[str] = []
        for step in self.steps[workflow_id(kind, key)]:
            if not walked or walked[-1] != step.state:
                walked.append(step.state)
        return walked

    def tasks(self, kind: Kind, key: UUID) -> list[TaskToOpen]:
        """The open tasks of a workflow, as coordination's worklist would have them."""
        open_tasks: list[TaskToOpen] = []
        for step in self.steps[workflow_id(kind, key)]:
            open_tasks = [] if step.closes_tasks else open_tasks
            open_tasks = open_tasks + list(step.opens)
        return open_tasks

    def children(self, kind: Kind, case_id: UUID) -> list[UUID]:
        """A case's workflows of a kind, in the order in which they were first heard of."""
        firsts = [steps[0] for steps in self.steps.values() if steps]
        return [s.entity_id for s in firsts if s.kind == kind and s.case_id == case_id]

    async def until(self, holds: Callable[[], Any], what: object = "") -> None:
        """Wait until something holds of what the services were told."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    await self._told.wait()
        except TimeoutError:
            walked = {
                name: [(s.came_from, s.state, s.cause) for s in steps][-4:]
                for name, steps in self.steps.items()
            }
            raise AssertionError(f"never came about: {what}; {walked}") from None

    async def reaches(self, kind: Kind, key: UUID, state: str) -> None:
        await self.until(lambda: self.state(kind, key) == state, f"{kind} in {state}")

    # --- what people and machines do ----------------------------------------------------------

    async def start(self, kind: Kind, key: UUID, begins_with: Message) -> WorkflowHandle[Any, Any]:
        return await self.client.start_workflow(
            kind.value, begins_with, id=workflow_id(kind, key), task_queue=WORKFLOW_QUEUE
        )

    def handle(self, kind: Kind, key: UUID) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow_id(kind, key))

    async def act(
        self,
        kind: Kind,
        key: UUID,
        act: Act,
        sub: str = COORDINATOR,
        command_id: UUID | None = None,
    ) -> Outcome:
        """Send an act as the relay does: an Update whose id is the command's."""
        command = commanded(act, sub, command_id)
        try:
            return await self._tell(kind, key, command)
        except RPCError as lost:
            # The test server forgets an update now and then; the same id has no second effect.
            if lost.status is not RPCStatusCode.NOT_FOUND or not lost.message.startswith("update "):
                raise
            return await self._tell(kind, key, command)

    async def _tell(self, kind: Kind, key: UUID, command: Command) -> Outcome:
        outcome: Outcome = await self.handle(kind, key).execute_update(
            "act", command, id=str(command.command_id), result_type=Outcome
        )
        return outcome

    async def answer(
        self, kind: Kind, key: UUID, act: Act, sub: str = COORDINATOR
    ) -> ApplicationError | None:
        """The refusal of an act; None if it was applied."""
        try:
            await self.act(kind, key, act, sub)
        except WorkflowUpdateFailedError as failure:
            if isinstance(failure.cause, ApplicationError):
                return failure.cause
            raise
        return None

    async def refused(
        self, kind: Kind, key: UUID, act: Act, sub: str = COORDINATOR
    ) -> ApplicationError:
        """The refusal of an act. Fails if it is not refused."""
        refusal = await self.answer(kind, key, act, sub)
        assert refusal is not None, f"{act.code} was not refused"
        return refusal

    async def signal(self, kind: Kind, key: UUID, name: str, *args: Message) -> None:
        await self.handle(kind, key).signal(name, args=list(args))

    async def pass_time(self, length: timedelta) -> None:
        """Let the ward's clock run; every timer on the way rings."""
        await self.env.sleep(length)

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def end_all(self) -> bool:
        """End what a test left open, so that no timer of it rings in another's time.

        Only once it is at rest: the server keeps its clock from skipping for ever when a workflow
        is terminated in the middle of an activity. It does so too when a workflow has signalled
        one that was over, or has continued as new: then its clock is of no more use, and False is
        returned.
        """
        histories = await self.settle()
        names = set(histories)
        for name in histories:
            with suppress(RPCError):
                await self.client.get_workflow_handle(name).terminate("the test is over")
        return not any(jams_the_clock(events, names) for events in histories.values())

    async def settle(self) -> dict[str, list[HistoryEvent]]:
        """Wait until no workflow has anything left to do; give what happened in each."""
        before: dict[str, list[HistoryEvent]] = {}
        while (now := await self.histories(self.names())) != before:
            before = now
        return now

    def names(self) -> set[str]:
        """The workflows that were heard of, and those that may have been started since."""
        made = {step.created_id for steps in self.steps.values() for step in steps}
        return {*self.steps, *(workflow_id(kind, key) for key in made if key for kind in Kind)}

    async def histories(self, names: Iterable[str]) -> dict[str, list[HistoryEvent]]:
        """What happened in the workflows that there are, each of them at rest."""
        found = {}
        for name in names:
            with suppress(RPCError):
                found[name] = await self.at_rest(self.client.get_workflow_handle(name))
        return found

    async def at_rest(self, handle: WorkflowHandle[Any, Any]) -> list[HistoryEvent]:
        """Wait until a workflow and its activities have nothing to do; give its history."""
        while True:
            events = list((await handle.fetch_history()).events)
            if not busy(events):
                return events


def commanded(act: Act, sub: str = COORDINATOR, command_id: UUID | None = None) -> Command:
    return Command.model_validate(
        {
            "command_id": command_id or uuid4(),
            "act": act.model_dump(),
            "actor": Actor(sub=sub),
            "at": datetime.now(UTC),
        }
    )


def busy(events: Sequence[HistoryEvent]) -> bool:
    """Whether a workflow or an activity of it is at work, by its history."""
    names = [EventType.Name(event.event_type) for event in events]
    if any(name.startswith(OVER) for name in names):
        return False
    return count(names, BEGUN) > count(names, ENDED)


def count(names: list[str], marks: tuple[str, ...]) -> int:
    return sum(name.removeprefix("EVENT_TYPE_").startswith(marks) for name in names)


def jams_the_clock(events: Sequence[HistoryEvent], names: set[str]) -> bool:
    """Whether this is a later run, or a signal of it to one of the others found that over."""
    later = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    failed = (event.signal_external_workflow_execution_failed_event_attributes for event in events)
    return bool(later) or any(f.workflow_execution.workflow_id in names for f in failed)


class Coordination(CoordinationActivities):
    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    @activity.defn
    async def record_step(self, step: Step) -> None:
        self.ward.refuse(step.command)
        if self.ward.failures:
            self.ward.failures -= 1
            raise ConnectionError("the database is away")
        if self.ward.refused_steps and step.command is None:
            self.ward.refused_steps -= 1
            self.ward.tell()
            raise ApplicationError("broken", non_retryable=True)
        if all(step.number != other.number for other in self.ward.steps[step.workflow_id]):
            self.ward.steps[step.workflow_id].append(step)
        self.ward.tell()

    @activity.defn
    async def escalate_task(self, escalation: Escalate) -> None:
        self.ward.escalations.append(escalation)
        self.ward.tell()


class Intake(IntakeActivities):
    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    @activity.defn
    async def find_age_boundaries(self, asked: AgeBoundaries) -> AgeBoundaries:
        return self.ward.ages


class Participation(ParticipationActivities):
    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    @activity.defn
    async def find_candidates(self, step: PlacementStep) -> Candidates:
        self.ward.asked_for_candidates.append(step.placement_id)
        return Candidates(
            candidates=(Candidate(resource_id=step.placement_id, score=1, reasons=("near",)),)
        )

    @activity.defn
    async def record_placement(self, step: PlacementStep) -> None:
        self.ward.refuse(step.command)
        self.ward.placed[step.placement_id].append(step)


@asynccontextmanager
async def at_work(ward: Ward, **options: Any) -> AsyncIterator[None]:
    """The workflow worker and the services' activity workers, as long as the block lasts."""
    coordination, participation = Coordination(ward), Participation(ward)
    services = {
        COORDINATION_QUEUE: [coordination.record_step, coordination.escalate_task],
        INTAKE_QUEUE: [Intake(ward).find_age_boundaries],
        PARTICIPATION_QUEUE: [participation.find_candidates, participation.record_placement],
    }
    async with AsyncExitStack() as stack:
        for queue, activities in services.items():
            await stack.enter_async_context(
                Worker(ward.client, task_queue=queue, activities=activities)
            )
        await stack.enter_async_context(
            Worker(
                ward.client,
                task_queue=WORKFLOW_QUEUE,
                workflows=WORKFLOWS,
                workflow_runner=RUNNER,
                **options,
            )
        )
        yield


class Case:
    """One case in a test, by the hands of those who work on it."""

    def __init__(self, ward: Ward, begins_with: CaseInput) -> None:
        self.ward = ward
        self.input = begins_with
        self.id = begins_with.case_id
        self.persons = begins_with.person_ids

    @property
    def state(self) -> str | None:
        return self.ward.state(Kind.CASE, self.id)

    @property
    def states(self) -> list[str]:
        return self.ward.states(Kind.CASE, self.id)

    @property
    def steps(self) -> list[Step]:
        return self.ward.steps[case_workflow_id(self.id)]

    async def act(self, act: Act, sub: str = COORDINATOR) -> Outcome:
        return await self.ward.act(Kind.CASE, self.id, act, sub)

    async def refused(self, act: Act, sub: str = COORDINATOR) -> ApplicationError:
        return await self.ward.refused(Kind.CASE, self.id, act, sub)

    async def child(self, kind: Kind, act: Act, sub: str = COORDINATOR) -> Outcome:
        """Act on the newest child of a kind."""
        return await self.ward.act(kind, await self.newest(kind), act, sub)

    def all(self, kind: Kind) -> list[UUID]:
        return self.ward.children(kind, self.id)

    async def newest(self, kind: Kind) -> UUID:
        await self.ward.until(lambda: self.all(kind), f"a {kind}")
        return self.all(kind)[-1]

    async def reaches(self, state: str) -> None:
        await self.ward.reaches(Kind.CASE, self.id, state)

    async def child_reaches(self, kind: Kind, state: str) -> None:
        """Wait until the newest child of a kind is in a state."""
        await self.ward.until(
            lambda: self.all(kind) and self.ward.state(kind, self.all(kind)[-1]) == state,
            f"{kind} in {state}",
        )

    async def begun_anew(self, act: Act, **remembered: Any) -> Outcome:
        """Act on a case that is over, as the relay does: another run begins, and is told at once.

        It begins with what coordination's record knows.
        """
        known = CaseMemory(
            episode=1 + self.states.count("closed") - 1,
            closure_reason=self.steps[-1].result or "other",
            **remembered,
        )
        carried = Carried(state="closed", since=self.steps[-1].at, step=self.steps[-1].number)
        begins_with = self.input.model_copy(
            update={"reopening": True, "carried": carried, "memory": known}
        )
        command = commanded(act)
        outcome: Outcome = await self.ward.client.execute_update_with_start_workflow(
            "act",
            command,
            id=str(command.command_id),
            result_type=Outcome,
            start_workflow_operation=WithStartWorkflowOperation(
                Kind.CASE.value,
                begins_with,
                id=case_workflow_id(self.id),
                task_queue=WORKFLOW_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            ),
        )
        return outcome

    async def result(self) -> Any:
        return await self.ward.handle(Kind.CASE, self.id).result()


def case_input(channel: str = "jobota", programme_no: int = 4, **fields: Any) -> CaseInput:
    """A synthetic case of one person, unless the fields say otherwise."""
    return CaseInput(
        **{
            "case_id": uuid4(),
            "intake_id": uuid4(),
            "receipt_number": "R8-000001",
            "channel": channel,
            "programme_no": programme_no,
            "person_ids": (uuid4(),),
            "received_on": date(2026, 11, 24),
            "policy": Policy(),
            **fields,
        }
    )


async def opened(ward: Ward, **fields: Any) -> Case:
    """A case that has been received and waits to be screened; intake has told of its persons."""
    case = Case(ward, case_input(**fields))
    await ward.start(Kind.CASE, case.id, case.input)
    await case.reaches("triage")
    await ward.at_rest(ward.handle(Kind.CASE, case.id))
    return case
