"""Traces go the whole way; names go nowhere."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from deploy.embedded.secrets import ensure_secrets
from simulation import lives
from simulation.stage import Case, Cast, Expected
from simulation.web import Web, client_token
from tests.embedded_stack import Stack

pytestmark = pytest.mark.integration

PLANTED = ("植込 名菜子", "ウエコミ ナナコ", "植込の相談内容", "090-5555-0000", "植込の目標")
"""Texts about a person, which must stay in the databases of the services that own them."""

TOPICS = ("kasane.intake", "kasane.coordination", "kasane.participation", "kasane.indicators")


@pytest.fixture(scope="module")
async def case(cast: Cast) -> Case:
    """A case with planted names, brought to a decided plan."""
    case = Case(cast, Expected(), lambda _: None)
    person = {
        "name": PLANTED[0],
        "kana": PLANTED[1],
        "birth_date": "1980-05-05",
        "phone": PLANTED[3],
        "relation": "head",
    }
    await case.arrive("jobota", person, text=PLANTED[2])
    await case.do("coordinator", "ask_consent", note=PLANTED[2])
    await lives.give_consent(case)
    await case.do("coordinator", "complete_assessment", issues=["income"], findings=PLANTED[2])
    await lives.plan(case, note=PLANTED[4])
    await lives.meet(case)
    await lives.decide(case)
    return case


@pytest.fixture(scope="module")
async def operator(stack: Stack, http: httpx.AsyncClient) -> Web:
    secret = json.loads(stack.layout.clients.read_text("utf-8"))["operations"]["secret"]
    return Web(http, await client_token(http, "operations", secret))


async def _eventually() -> Any:
    return AsyncRetrying(
        retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(40), wait=wait_fixed(1)
    )


async def test_one_trace_runs_from_the_request_to_the_tally(case: Case, operator: Web) -> None:
    async for attempt in await _eventually():
        with attempt:
            found = await operator.get("/traces/api/search", receipt=case.receipt_number)
            assert case.case_id in found["case_ids"]
            services = set()
            for trace in found["traces"]:
                if trace["relation"] == "receipt":
                    whole = await operator.get(f"/traces/api/traces/{trace['trace_id']}")
                    services |= {span["service"] for span in whole["spans"]}
            assert {"intake", "coordination", "worker", "indicators"} <= services


async def test_an_act_is_found_under_its_receipt_number(case: Case, operator: Web) -> None:
    async for attempt in await _eventually():
        with attempt:
            found = await operator.get("/traces/api/search", receipt=case.receipt_number)
            # One trace for the intake, and one for each act of a person.
            assert len(found["traces"]) >= 8


async def test_no_name_is_on_the_bus(stack: Stack, case: Case) -> None:
    consumer = AIOKafkaConsumer(
        *TOPICS,
        bootstrap_servers=stack.layout.address("broker"),
        group_id="privacy-test",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=250,
    )
    await consumer.start()
    seen: list[bytes] = []
    try:
        for _ in range(20):
            batches = await consumer.getmany(timeout_ms=1000)
            for record in (record for batch in batches.values() for record in batch):
                seen += [record.key or b"", record.value or b""]
                seen += [value for _, value in record.headers]
            if any(case.case_id.encode() in value for value in seen) and not batches:
                break
    finally:
        await consumer.stop()
    assert any(case.case_id.encode() in value for value in seen), "nothing of the case was seen"
    assert [text for text in PLANTED if any(text.encode() in value for value in seen)] == []


def test_no_name_is_in_a_workflow_history(stack: Stack, case: Case) -> None:
    files = list(Path(stack.layout.data).rglob("temporal*.db")) or list(
        Path(stack.layout.data).rglob("*.sqlite*")
    )
    assert files
    with sqlite3.connect(f"file:{files[0]}?mode=ro", uri=True) as database:
        dumped = "\n".join(database.iterdump())
    assert case.case_id in dumped
    for text in PLANTED:
        assert text not in dumped
        assert text.encode().hex().upper() not in dumped.upper()


def test_no_name_is_in_a_log(stack: Stack, case: Case) -> None:
    logs = [path for path in stack.layout.logs.rglob("*") if path.is_file()]
    assert logs
    for path in logs:
        text = path.read_text("utf-8", errors="replace")
        assert [planted for planted in PLANTED if planted in text] == [], path.name


@pytest.mark.parametrize(
    "schema", ["intake", "coordination", "participation", "indicators", "traces"]
)
async def test_no_name_is_readable_in_a_database(stack: Stack, case: Case, schema: str) -> None:
    """Spans, facts, commands and tables: at rest every such text is sealed."""
    url = ensure_secrets(stack.layout).database_url(stack.layout, schema)
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", schema
        )
        assert tables
        for (table,) in tables:
            for text in PLANTED:
                found = await connection.fetchval(
                    f'SELECT count(*) FROM "{table}" AS t '  # noqa: S608 - names of our own tables
                    "WHERE position($1 IN t::text) > 0 OR position($2 IN t::text) > 0",
                    text,
                    text.encode().hex(),
                )
                assert found == 0, f"{schema}.{table}"
    finally:
        await connection.close()


async def test_a_service_cannot_read_anothers_tables(stack: Stack) -> None:
    url = ensure_secrets(stack.layout).database_url(stack.layout, "indicators")
    connection = await asyncpg.connect(url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM intake.person")
    finally:
        await connection.close()


async def test_a_poison_record_is_parked_while_the_rest_goes_on(
    stack: Stack, cast: Cast, operator: Web
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.layout.address("broker"))
    await producer.start()
    try:
        headers = [("ce_type", b"kasane.intake.accepted.v1"), ("ce_id", b"not-an-id")]
        await producer.send_and_wait("kasane.intake", b"{broken", key=b"x", headers=headers)
    finally:
        await producer.stop()
    after = Case(cast, Expected(), lambda _: None)
    await after.arrive("houkatsu", text="毒の後でも進む")
    await after.do("coordinator", "end_with_information")
    assert (await after.show())["state"] == "closed"
    async for attempt in await _eventually():
        with attempt:
            base = "/api/coordination/v1/operations/dead-letters"
            letters = (await operator.get(base))["dead_letters"]
            assert letters
            assert letters[-1]["reason"]
    replayed = await asyncio.to_thread(stack.kasane, "replay-dead-letters", "coordination")
    assert replayed.returncode == 1, "a record that is still poison stays parked"
