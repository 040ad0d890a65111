"""Cases and persons by the thousand, copied into a running stack's database as they would stand."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from contracts import catalogue
from contracts.events import new_id
from contracts.life import CASE
from services.intake.blind_index import BlindIndex
from services.intake.duplicates import Identity
from services.intake.finding import VERSION, findable

FIRST = {
    "佐": "サ", "鈴": "スズ", "高": "タカ", "山": "ヤマ", "中": "ナカ", "森": "モリ", "小": "コ",
    "大": "オオ",
}  # fmt: skip
SECOND = {
    "藤": "トウ", "木": "キ", "橋": "ハシ", "田": "タ", "村": "ムラ", "﨑": "サキ", "島": "シマ",
    "沢": "サワ",
}  # fmt: skip
FAMILIES = [(a + b, FIRST[a] + SECOND[b]) for a in FIRST for b in SECOND]
"""64 family names, each as frequent as the most frequent of the country is (about 1.6 %)."""

GIVEN = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
STATES = ("triage", "consent", "assess", "active", "monitor", "sk-requested", "outreach")
AGENCIES = ("jobota", "sapota", "houkatsu", "shakyo", "flat-ota")
COORDINATORS = ("seed-1", "seed-2", "seed-3", "seed-4")
BATCH = 20_000


async def open_cases(
    database: asyncpg.Connection, index: BlindIndex, count: int, first: int
) -> None:
    """So many open cases, each with its person, its task, its team and where it stands."""
    chance = random.Random(first)  # noqa: S311 - the same cases each time
    for begin in range(first, first + count, BATCH):
        numbers = range(begin, min(begin + BATCH, first + count))
        await _copy(database, [_case(chance, index, number) for number in numbers])


def _case(chance: random.Random, index: BlindIndex, number: int) -> dict[str, Any]:
    area = chance.choice(catalogue.areas())
    office = next(
        code
        for code, row in catalogue.agencies(date(2026, 11, 1)).items()
        if row.role == "ward" and row.basic_area == area.basic_area
    )
    opened = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(minutes=number * 12)
    name, reading = chance.choice(FAMILIES)
    given = "".join(chance.choices(GIVEN, k=3))
    state = chance.choice(STATES)
    return {
        "case": new_id(),
        "intake": new_id(),
        "person": new_id(),
        "household": new_id(),
        "number": f"R{3 + number % 3}-{area.basic_area}-{number:05d}",
        "area": area,
        "office": office,
        "agency": chance.choice(AGENCIES),
        "coordinator": chance.choice(COORDINATORS),
        "opened": opened,
        "due": datetime.now(UTC) + timedelta(days=chance.randint(-20, 60)),
        "state": state,
        "urgent": number % 50 == 0,
        "keys": {
            index.digest(kind, term)
            for kind, term in findable(Identity(name=f"{name} {given}", kana=f"{reading} {given}"))
        },
    }


async def _copy(database: asyncpg.Connection, cases: list[dict[str, Any]]) -> None:
    async def into(table: str, columns: str, rows: Any) -> None:
        schema, name = table.split(".")
        await database.copy_records_to_table(
            name, schema_name=schema, columns=columns.split(), records=rows
        )

    nothing = b""
    await into(
        "intake.intake",
        "intake_id receipt_number channel programme_no received_on accepted_at sender urgent"
        " referred_in basic_area daily_area topics revision status sealed household_id",
        [
            (c["intake"], c["number"], "jobota", 4, c["opened"].date(), c["opened"], "seed",
             c["urgent"], False, c["area"].basic_area, c["area"].daily_area, [], 1, "accepted",
             nothing, c["household"])
            for c in cases
        ],
    )  # fmt: skip
    await into(
        "intake.household",
        "household_id intake_id created_at",
        [(c["household"], c["intake"], c["opened"]) for c in cases],
    )
    await into(
        "intake.person",
        "person_id intake_id household_id place relation key_person carer birth_unknown name_keys"
        " sealed",
        [
            (c["person"], c["intake"], c["household"], 0, "head", False, False, True, VERSION,
             nothing)
            for c in cases
        ],
    )  # fmt: skip
    await into(
        "intake.name_key",
        "digest person_id",
        [(key, c["person"]) for c in cases for key in c["keys"]],
    )
    await into(
        "coordination.case_file",
        "case_id intake_id receipt_number channel programme_no basic_area daily_area received_on"
        " urgent opened_at state since episode coordinator coordinator_agency waiting_asks"
        " waiting_role waiting_agency waiting_kind waiting_state waiting_until",
        [
            (c["case"], c["intake"], c["number"], "jobota", 4, c["area"].basic_area,
             c["area"].daily_area, c["opened"].date(), c["urgent"], c["opened"], c["state"],
             c["opened"], 1, c["coordinator"], c["office"], _asks(c), "coordinator", c["office"],
             "case", c["state"], c["due"])
            for c in cases
        ],
    )  # fmt: skip
    await into(
        "coordination.case_person", "case_id person_id", [(c["case"], c["person"]) for c in cases]
    )
    await into(
        "coordination.team_member",
        "team_member_id case_id agency role since",
        [(new_id(), c["case"], c["agency"], "support", c["opened"]) for c in cases],
    )
    await into(
        "coordination.strand",
        "workflow_id kind entity_id case_id state since waits_until",
        [
            (f"case:{c['case']}", "case", c["case"], c["case"], c["state"], c["opened"], c["due"])
            for c in cases
        ],
    )
    await into(
        "coordination.task",
        "task_id case_id workflow_id kind entity_id state asks acts owner agency assignee"
        " opened_at due_at",
        [
            (new_id(), c["case"], f"case:{c['case']}", "case", c["case"], c["state"], _asks(c),
             list(CASE[c["state"]].acts), "coordinator", c["office"], c["coordinator"],
             c["opened"], c["due"])
            for c in cases
        ],
    )  # fmt: skip


def _asks(case: dict[str, Any]) -> str:
    return CASE[case["state"]].task or "支援を続ける"


async def long_history(database: asyncpg.Connection, case_id: UUID, years: int) -> None:
    """The timeline of a case that people have worked on for years: some lines every working day."""
    began = datetime.now(UTC) - timedelta(days=365 * years)
    await database.copy_records_to_table(
        "timeline_entry",
        schema_name="coordination",
        columns=["entry_id", "case_id", "at", "kind", "entity_id", "act", "state", "actor"],
        records=[
            (new_id(), case_id, began + timedelta(days=day, minutes=step), "case", case_id,
             "record_progress", "triage", "seed-1")
            for day in range(0, 365 * years, 2)
            for step in range(3)
        ],
    )  # fmt: skip
