"""Fiscal years: frozen versions that nothing changes, what came late, and who may do what."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from chassis.db import Database
from chassis.tables import OUTBOX
from contracts.events import new_id
from contracts.events.intake import ActivityWithdrawn
from contracts.life import Role
from services.indicators.app import create_app
from services.indicators.events import count
from services.indicators.telling import tell_what_is_due
from services.indicators.years import due_commands, open_years
from tests.services.indicators.facts import corrected, line, reported
from tests.services.indicators.years import Led

BASE = "/api/indicators/v1/fiscal-years/2026"
TABLE = f"{BASE}/indicators"
FLAT = "1.8.flat-visitors"


@pytest.fixture
async def client(served: Any, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with served(create_app) as (http, _):
        yield http


@pytest.fixture
def keeper(tokens: Any) -> dict[str, str]:
    headers: dict[str, str] = tokens.person("hanako", Role.STATISTICS)
    return headers


async def tell(database: Database, *facts: Any) -> None:
    for fact in facts:
        async with database.transaction() as session:
            await count(session, fact)


async def flat(client: httpx.AsyncClient, headers: dict[str, str], **params: Any) -> int:
    table = (await client.get(TABLE, headers=headers, params=params)).json()
    return next(int(row["value"]) for row in table["indicators"] if row["id"] == FLAT)


async def test_what_was_approved_stays_and_what_comes_late_is_listed_with_its_reason(
    client: httpx.AsyncClient, keeper: dict[str, str], database: Database
) -> None:
    first, gone = line("flat-visit", 9, basic_area="大森"), line("flat-visit", 4)
    moved = line("flat-visit", 2, date(2026, 7, 1))
    await tell(database, reported(first, gone, moved))
    await Led(database).to_final()
    late = line("flat-visit", 5)
    await tell(
        database,
        reported(late),
        corrected(first.line_id, 2, "flat-visit", 7, basic_area="大森"),
        corrected(moved.line_id, 2, "flat-visit", 2, date(2027, 7, 1)),
        ActivityWithdrawn(report_id=new_id(), line_id=gone.line_id, revision=2, reason="mistake"),
    )
    assert await flat(client, keeper) == 15
    assert await flat(client, keeper, version="open") == 12
    found = (await client.get(f"{BASE}/changes", headers=keeper)).json()
    assert [
        (c["basic_area"], c["before"], c["after"])
        for c in found["figures"]
        if c["measure_id"] == FLAT
    ] == [("", 15, 12), ("大森", 9, 7)]
    told = {e["entry_id"]: e for e in found["entries"]}
    assert set(told) == {str(one.line_id) for one in (first, gone, moved, late)}
    assert (told[str(first.line_id)]["was"], told[str(first.line_id)]["quantity"]) == (9, 7)
    assert told[str(first.line_id)]["reason"] == "typing-error"
    assert told[str(gone.line_id)]["withdrawn"] is True
    assert told[str(gone.line_id)]["reason"] == "mistake"
    assert told[str(moved.line_id)]["was_on"] == "2026-07-01"
    assert told[str(late.line_id)]["was"] is None


async def test_a_restatement_is_a_new_version_that_says_what_it_changes(
    client: httpx.AsyncClient, keeper: dict[str, str], database: Database
) -> None:
    await tell(database, reported(line("flat-visit", 9)))
    led = Led(database)
    await led.to_final()
    await tell(database, reported(line("flat-visit", 1)))
    await led.step("restatement-proposed", freezes="restatement")
    assert await flat(client, keeper) == 9, "a proposal does not stand yet"
    await led.step("final", decides="in-force")
    assert await flat(client, keeper) == 10
    assert await flat(client, keeper, version="2") == 9, "the version before is still there"
    page = (await client.get(BASE, headers=keeper)).json()
    assert page["standing"] == 3
    (change,) = [c for c in page["versions"][0]["changes"] if c["measure_id"] == FLAT]
    assert (change["before"], change["after"]) == (9, 10)
    assert (await client.get(f"{BASE}/changes", headers=keeper)).json()["figures"] == []


async def test_a_returned_proposal_never_stands(
    client: httpx.AsyncClient, keeper: dict[str, str], database: Database
) -> None:
    await tell(database, reported(line("flat-visit", 9)))
    led = Led(database)
    await led.step("final-proposed", freezes="final")
    await led.step("cut-off", decides="returned")
    await tell(database, reported(line("flat-visit", 1)))
    assert await flat(client, keeper) == 10
    page = (await client.get(BASE, headers=keeper)).json()
    assert (page["standing"], page["versions"][0]["status"]) == (None, "returned")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE frozen_figure SET value = 0",
        "DELETE FROM frozen_figure",
        "UPDATE frozen_version SET entries = 0",
        "UPDATE frozen_version SET status = 'returned'",
        "DELETE FROM frozen_version",
        "UPDATE ledger_before SET said = '{}'",
        "DELETE FROM ledger_before",
    ],
)
async def test_the_database_itself_refuses_to_change_what_was_frozen(
    database: Database, change: str
) -> None:
    told = line("flat-visit", 9)
    await tell(database, reported(told), corrected(told.line_id, 2, "flat-visit", 7))
    await Led(database).to_final()
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.transaction() as session:
            await session.execute(text(change))


async def test_a_step_recorded_twice_has_one_effect(database: Database) -> None:
    led = Led(database)
    step = await led.step("provisional", freezes="provisional")
    assert not await led.record(step)
    async with database.transaction() as session:
        for table in ("frozen_version", "fiscal_year_step"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 1  # noqa: S608
        told = await session.scalars(select(OUTBOX.c.type))
        assert list(told) == ["kasane.fiscal-year.moved.v1"]


async def test_an_old_version_keeps_the_wording_and_the_notes_of_its_day(
    client: httpx.AsyncClient, keeper: dict[str, str], database: Database
) -> None:
    await Led(database).to_final()
    table = (await client.get(TABLE, headers=keeper, params={"version": "2"})).json()
    assert (table["kind"], table["version"], len(table["indicators"])) == ("final", 2, 22)
    asked = {note["code"] for note in table["notes"]}
    assert {"law-meetings", "stock-date", "groups-distinct"} <= asked
    assert not any(note["settled"] for note in table["notes"])


async def test_the_current_year_and_every_counted_year_are_opened_once(
    database: Database,
) -> None:
    await tell(database, reported(line("flat-visit", 1, date(2024, 5, 1))))
    async with database.transaction() as session:
        assert await open_years(session, 2026) == [2024, 2026]
        assert await open_years(session, 2026) == []
    async with database.transaction() as session:
        due = await due_commands(session)
    assert [(row.fiscal_year, row.act) for row in due] == [(2024, "start"), (2026, "start")]


async def test_an_act_is_durable_before_any_workflow_hears_of_it(
    served: Any, database: Database, tokens: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal is away here: the act is kept, answered with 202, and tried again."""
    monkeypatch.setattr("services.indicators.api.fiscal_years.WAIT_SECONDS", 0.0)
    monkeypatch.setattr("services.indicators.telling.ATTEMPT_SECONDS", 0.2)
    await Led(database).step("cut-off")
    headers = tokens.person("hanako", Role.STATISTICS) | {"Idempotency-Key": "a-key-of-mine"}
    body = {"act": "propose_figures", "note": "照合を終えた"}
    async with served(create_app) as (client, context):
        answers = [await client.post(f"{BASE}/acts", headers=headers, json=body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert len({answer.json()["command_id"] for answer in answers}) == 1
        await tell_what_is_due(context, None)  # type: ignore[arg-type]
        seen = f"{BASE}/acts/{answers[0].json()['command_id']}"
        assert (await client.get(seen, headers=headers)).json()["status"] == "pending"
    async with database.transaction() as session:
        stored = (await session.execute(text("SELECT * FROM year_command"))).mappings().one()
    assert stored["attempts"] == 1
    assert "照合" not in str(stored["payload"]) + str(stored["sealed_note"])


@pytest.mark.parametrize(
    ("role", "body", "status", "code"),
    [
        (Role.COORDINATOR, {"act": "propose_figures"}, 403, "not-allowed-for-role"),
        (Role.STATISTICS, {"act": "approve_figures"}, 403, "not-allowed-for-role"),
        (Role.STATISTICS, {"act": "propose_restatement"}, 422, "note-missing"),
        (Role.STATISTICS, {"act": "burn_figures"}, 422, "invalid"),
        (Role.STATISTICS, {"act": "propose_figures"}, 404, "fiscal-year-unknown"),
    ],
)
async def test_bad_acts_on_a_year_are_refused_with_a_stable_code(
    client: httpx.AsyncClient, tokens: Any, role: Role, body: Any, status: int, code: str
) -> None:
    headers = tokens.person("somebody", role) | {"Idempotency-Key": str(new_id())}
    answer = await client.post(f"{BASE}/acts", headers=headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
