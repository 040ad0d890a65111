"""The relay of commands: in order, in parallel, by one alone, through every interruption."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import text
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from chassis.auth import Principal
from chassis.context import Context
from contracts.acts import Command
from contracts.cases import Kind
from services.coordination import commands as relaying
from services.coordination.commands import CommandRelay
from services.coordination.models import CommandRow
from services.coordination.store.cases import lock_case
from services.coordination.store.commands import Addressee, pending, settle, store_act
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, settle_all
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.engine import Engine

HANAKO = Principal(sub="hanako", kind="person", roles=frozenset({"coordinator"}))


async def store(desk: Desk, case: Case, code: str = "respond_urgently", **fields: Any) -> UUID:
    """An act as the API stores it."""
    if code == "respond_urgently":
        fields = {"measure": "food", **fields}
    async with desk.context.database.transaction() as session:
        file = await lock_case(session, case.case_id)
        assert file is not None
        to = Addressee(Kind.CASE, case.case_id)
        return await store_act(
            session,
            desk.context.vault,
            file,
            to,
            act_of(code, **fields),
            HANAKO,
            task_id=None,
            decisive=False,
        )


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    patience = AsyncRetrying(
        stop=stop_after_delay(15), wait=wait_fixed(0.02), retry=retry_if_result(lambda x: not x)
    )
    await patience(holds)


async def settled(desk: Desk, *ids: UUID) -> None:
    async def all_settled() -> bool:
        rows = [await desk.row(CommandRow, command_id=one) for one in ids]
        return all(row.status != "pending" for row in rows)

    await until(all_settled)


def of(engine: Engine, case: Case) -> list[str]:
    return [told for workflow, told in engine.told if workflow == f"case:{case.case_id}"]


@pytest.mark.usefixtures("relay")
async def test_the_commands_of_a_workflow_are_told_in_their_order(
    desk: Desk, engine: Engine
) -> None:
    case = await desk.open()
    stored = [await store(desk, case) for _ in range(8)]
    await settled(desk, *stored)
    assert of(engine, case) == [str(one) for one in stored]


@pytest.mark.usefixtures("relay")
async def test_one_that_must_wait_holds_up_those_behind_it_but_no_other_case(
    desk: Desk, engine: Engine
) -> None:
    slow, quick = await desk.open(), await desk.open()
    apply, held = engine.apply, asyncio.Event()

    async def apply_slowly(workflow: str, command: Any) -> str:
        if workflow.endswith(str(slow.case_id)):
            await held.wait()
        return await apply(workflow, command)

    engine.apply = apply_slowly
    first, second = await store(desk, slow), await store(desk, slow)
    other = await store(desk, quick)
    await settled(desk, other)
    assert of(engine, slow) == [str(first)]
    held.set()
    await settled(desk, first, second)
    assert of(engine, slow) == [str(first), str(second)]


@pytest.mark.usefixtures("relay")
async def test_many_workflows_are_told_at_once_and_never_too_many(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "AT_ONCE", 3)
    engine.gate.clear()
    stored = [await store(desk, await desk.open()) for _ in range(6)]

    async def three_wait() -> bool:
        return engine.most_at_once == 3

    await until(three_wait)
    engine.gate.set()
    await settled(desk, *stored)
    assert engine.most_at_once == 3


@pytest.mark.usefixtures("relay")
async def test_what_cannot_be_told_is_tried_again_until_it_can(desk: Desk, engine: Engine) -> None:
    case = await desk.open()
    engine.away = True
    stored = await store(desk, case)

    async def tried() -> bool:
        return (await desk.row(CommandRow, command_id=stored)).attempts > 0

    await until(tried)
    engine.away = False
    await settled(desk, stored)
    assert (await desk.row(CommandRow, command_id=stored)).status == "applied"


@pytest.mark.usefixtures("relay")
async def test_a_lost_update_stays_on_its_way_and_is_told_again(desk: Desk, engine: Engine) -> None:
    case = await desk.open()
    engine.loses = 2
    stored = await store(desk, case)
    await settled(desk, stored)
    row = await desk.row(CommandRow, command_id=stored)
    assert (row.status, row.attempts) == ("applied", 2)


@pytest.mark.usefixtures("relay")
async def test_a_case_is_started_before_anything_is_told_to_it(desk: Desk, engine: Engine) -> None:
    case = await desk.open()
    stored = await store(desk, case)
    await settled(desk, stored)
    given = engine.started[f"case:{case.case_id}"]
    assert (given.case_id, given.person_ids) == (case.case_id, case.intake.person_ids)


async def test_of_two_relays_one_works_and_the_other_takes_over(
    desk: Desk, context: Context, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "STANDBY_SECONDS", 0.05)
    await settle_all(context)
    linked = replace(context, temporal=engine)  # type: ignore[arg-type]
    first, second = CommandRelay(linked), CommandRelay(linked)
    one = asyncio.create_task(first.run())

    async def leads() -> bool:
        return first.healthy()

    await until(leads)
    two = asyncio.create_task(second.run())
    case = await desk.open()
    stored = [await store(desk, case) for _ in range(3)]
    await settled(desk, *stored)
    one.cancel()
    await asyncio.gather(one, return_exceptions=True)
    stored += [await store(desk, case) for _ in range(3)]
    await settled(desk, *stored)
    assert of(engine, case) == [str(command) for command in stored], "each told once, in order"
    two.cancel()
    await asyncio.gather(two, return_exceptions=True)


async def test_a_relay_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    desk: Desk, context: Context, engine: Engine
) -> None:
    await settle_all(context)
    linked = replace(context, temporal=engine)  # type: ignore[arg-type]
    case = await desk.open()
    stored = await store(desk, case)
    engine.gate.clear()
    killed = asyncio.create_task(CommandRelay(linked).run())

    async def under_way() -> bool:
        return bool(of(engine, case))

    await until(under_way)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert (await desk.row(CommandRow, command_id=stored)).status == "pending"
    engine.gate.set()
    again = asyncio.create_task(CommandRelay(linked).run())
    await settled(desk, stored)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    assert of(engine, case) == [str(stored)] * 2, "told again under the same id"


async def test_a_command_is_applied_with_its_effect_and_never_told_again(
    desk: Desk, context: Context, engine: Engine
) -> None:
    await settle_all(context)
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started")
    stored = await store(desk, case)
    row = await desk.row(CommandRow, command_id=stored)
    await desk.step(case, "triage", command=Command.model_validate(row.payload))
    row = await desk.row(CommandRow, command_id=stored)
    assert (row.status, row.outcome["state"]) == ("applied", "triage")
    async with context.database.transaction() as session:
        assert not await settle(session, stored, "refused", {"code": "case-ended"})
    relay = asyncio.create_task(
        CommandRelay(replace(context, temporal=engine)).run()  # type: ignore[arg-type]
    )
    later = await store(desk, case)
    await settled(desk, later)
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    assert of(engine, case) == [str(later)]


@pytest.mark.usefixtures("relay")
async def test_an_act_is_told_in_the_trace_of_the_request_that_posted_it(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracer = TracerProvider().get_tracer("test")
    monkeypatch.setattr(relaying, "tracer", tracer)
    case = await desk.open()
    with tracer.start_as_current_span("request") as span:
        stored = await store(desk, case)
    await settled(desk, stored)
    assert engine.traces[stored] == span.get_span_context().trace_id
    assert trace.get_current_span().get_span_context().trace_id != engine.traces[stored]


async def test_the_relay_stops_when_its_connection_is_lost_and_says_why(
    desk: Desk, context: Context, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "POLL_SECONDS", 0.05)
    await settle_all(context)
    relay = CommandRelay(replace(context, temporal=engine))  # type: ignore[arg-type]
    running = asyncio.create_task(relay.run())

    async def leads() -> bool:
        return relay.healthy()

    await until(leads)
    async with context.database.transaction() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND classid = :lock AND pid <> pg_backend_pid()"
            ),
            {"lock": relaying.LOCK},
        )
    await asyncio.wait([running], timeout=15)
    assert running.done()
    assert running.exception() is not None
    assert not relay.healthy()


async def test_operators_see_what_is_on_its_way(
    desk: Desk, get: Get, tokens: Tokens, hanako: dict[str, str]
) -> None:
    case = await desk.open()
    await store(desk, case)
    async with desk.context.database.transaction() as session:
        waiting, oldest = await pending(session)
    assert waiting >= 2
    assert oldest >= 0
    operator = tokens.bearer("operator", roles=("operator",))
    said = (await get("/operations/commands", operator)).json()
    assert said["commands"] >= 2
    assert (await get("/operations/commands", hanako)).status_code == 403
