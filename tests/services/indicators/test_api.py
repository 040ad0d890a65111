"""The indicators over HTTP: the table, the CSV, the events behind a figure, the check."""

import csv
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from chassis.bus import deliver
from chassis.db import Database
from contracts.events import Event, new_id
from contracts.events.coordination import ContactMade
from contracts.life import Role
from services.indicators.app import create_app
from services.indicators.events import events
from services.indicators.models import Table
from tests.services.indicators.facts import line, of_case, record_of, reported

BASE = "/api/indicators/v1"
YEAR = f"{BASE}/fiscal-years/2026/indicators"


@pytest.fixture
async def client(served: Any, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with served(create_app) as (http, _):
        yield http


@pytest.fixture
def reader(tokens: Any) -> dict[str, str]:
    headers: dict[str, str] = tokens.person("p-1", Role.COORDINATOR)
    return headers


@pytest.fixture
def keeper(tokens: Any) -> dict[str, str]:
    headers: dict[str, str] = tokens.person("p-2", Role.STATISTICS)
    return headers


@pytest.fixture
def tell(database: Database) -> Callable[..., Any]:
    async def told(*facts: Event) -> None:
        for fact in facts:
            await deliver(database, events, record_of(fact))

    return told


async def test_the_table_has_the_plans_22_rows_in_its_order(
    client: httpx.AsyncClient, reader: dict[str, str], tell: Any
) -> None:
    first = line("pregnancy-interview", 5, flags=("specified-pregnancy",), basic_area="大森")
    await tell(reported(first, line("pregnancy-interview", 2, basic_area="蒲田")))
    table = (await client.get(YEAR, headers=reader)).json()
    assert table["label"] == "令和8年度"
    assert len(table["indicators"]) == 22
    row = next(r for r in table["indicators"] if r["id"] == "3.3.pregnancy-interviews")
    assert (row["value"], row["sub_value"], row["unit"]) == (7, 5, "件")
    assert [m["value"] for m in row["months"]] == [0, 0, 7] + [0] * 9
    here = (await client.get(YEAR, headers=reader, params={"basic_area": "大森"})).json()
    row = next(r for r in here["indicators"] if r["id"] == "3.3.pregnancy-interviews")
    assert (row["value"], row["sub_value"]) == (5, 5)
    national = (await client.get(YEAR, headers=reader, params={"set": "national"})).json()
    assert {r["id"].split(".")[0] for r in national["indicators"]} == {"national"}
    one = await client.get(f"{YEAR}/3.3.pregnancy-interviews", headers=reader)
    assert one.json()["value"] == 7


@pytest.mark.parametrize(
    "ask", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}]
)
async def test_a_spreadsheet_gets_csv_with_bom_and_crlf(
    client: httpx.AsyncClient, reader: dict[str, str], ask: dict[str, Any]
) -> None:
    answer = await client.get(
        YEAR, params=ask.get("params"), headers=reader | ask.get("headers", {})
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") == 23
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[0]["指標ID"] == "1.6.outreach-support"
    assert rows[0]["年度"] == "令和8年度"


async def test_each_event_behind_a_figure_leads_to_its_case_and_trace(
    client: httpx.AsyncClient, reader: dict[str, str], tell: Any
) -> None:
    contact = of_case(
        ContactMade, contact_id=new_id(), agency="sapota", outcome="talked", first=True
    )
    await tell(reported(*(line("outreach-support", n) for n in (1, 2, 3))), contact)
    seen: list[dict[str, Any]] = []
    after = None
    while True:
        params = {"limit": 3} | ({"after": after} if after else {})
        page = (
            await client.get(f"{YEAR}/1.6.outreach-support/events", headers=reader, params=params)
        ).json()
        seen += page["events"]
        after = page["next"]
        if after is None:
            break
    assert sum(e["value"] for e in seen) == 7
    assert len({e["entry_id"] for e in seen}) == len(seen) == 4
    (made,) = [e for e in seen if e["case_id"]]
    assert made["receipt_number"] == contact.receipt_number
    assert made["flags"] == ["first-consultation", "first-in-fiscal-year"]
    assert "traces/search?receipt=R8-" in made["trace_url"]
    june = {"month": 6, "basic_area": "大森"}
    page = (
        await client.get(f"{YEAR}/1.6.outreach-support/events", headers=reader, params=june)
    ).json()
    assert [e["entry_id"] for e in page["events"]] == [made["entry_id"]]


async def test_verification_names_the_cell_that_differs(
    client: httpx.AsyncClient, keeper: dict[str, str], tell: Any, database: Database
) -> None:
    await tell(reported(line("flat-visit", 3), line("food-pantry-group", 1, group="g1")))
    check = {"fiscal_year": 2026}
    sound = (await client.get(f"{BASE}/verification", headers=keeper, params=check)).json()
    assert (sound["equal"], sound["entries"], sound["differences"]) == (True, 2, [])
    assert [(d["on"], d["entries"], len(d["hash"])) for d in sound["days"]] == [
        ("2026-06-10", 2, 64)
    ]
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE tally SET value = 4 WHERE measure_id = '1.8.flat-visitors' AND month = 6")
        )
    wrong = (await client.get(f"{BASE}/verification", headers=keeper, params=check)).json()
    assert wrong["equal"] is False
    (cell,) = wrong["differences"]
    assert (cell["measure_id"], cell["month"], cell["basic_area"]) == ("1.8.flat-visitors", 6, "")
    assert (cell["tallied"], cell["recounted"]) == (4, 3)
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE ledger_entry SET quantity = 4 WHERE kind = 'flat-visit'")
        )
    tampered = (await client.get(f"{BASE}/verification", headers=keeper, params=check)).json()
    assert tampered["days"][0]["hash"] != sound["days"][0]["hash"]
    assert [(d["month"], d["recounted"]) for d in tampered["differences"]] == [(0, 4)]


async def test_a_lost_tally_and_a_stray_one_are_both_named(
    client: httpx.AsyncClient, keeper: dict[str, str], tell: Any, database: Database
) -> None:
    await tell(reported(line("flat-visit", 3)))
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM tally WHERE month = 6"))
        await session.execute(text("INSERT INTO tally VALUES ('stray', 1, 2026, '', 0, 9, 0)"))
    check = await client.get(f"{BASE}/verification", headers=keeper, params={"fiscal_year": 2026})
    found = [
        (d["measure_id"], d["month"], d["tallied"], d["recounted"])
        for d in check.json()["differences"]
    ]
    assert found == [("1.8.flat-visitors", 6, 0, 3), ("stray", 0, 9, 0)]


async def test_what_is_counted_can_be_read(
    client: httpx.AsyncClient, reader: dict[str, str]
) -> None:
    told = (await client.get(f"{BASE}/measures", headers=reader, params={"set": "ward"})).json()
    assert len(told["measures"]) == 22
    assert {"law-meetings", "stock-date"} <= {q["code"] for q in told["questions"]}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fiscal-years/2026/indicators/9.9.none", 404, "indicator-unknown"),
        ("/fiscal-years/2026/indicators/9.9.none/events", 404, "indicator-unknown"),
        ("/fiscal-years/1999/indicators", 422, "invalid"),
        ("/fiscal-years/2026/indicators?basic_area=江戸", 422, "invalid"),
        ("/fiscal-years/2026/indicators?set=other", 422, "invalid"),
        ("/fiscal-years/2026/indicators/1.8.flat-visitors/events?after=x", 422, "invalid"),
        ("/fiscal-years/2026/indicators/1.8.flat-visitors/events?month=13", 422, "invalid"),
        ("/verification?fiscal_year=2026", 403, "not-allowed-for-role"),
    ],
)
async def test_bad_questions_are_answered_with_a_stable_code(
    client: httpx.AsyncClient, reader: dict[str, str], path: str, status: int, code: str
) -> None:
    answer = await client.get(BASE + path, headers=reader)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_frontline_systems_and_strangers_see_no_figures(
    client: httpx.AsyncClient, tokens: Any
) -> None:
    assert (await client.get(YEAR)).status_code == 401
    assert (await client.get(YEAR, headers=tokens.frontline())).status_code == 403


async def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    def compare(connection: Connection) -> list[Any]:
        known = set(Table.metadata.tables)
        options = {"include_name": lambda name, kind, _: kind != "table" or name in known}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Table.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(compare) == []
