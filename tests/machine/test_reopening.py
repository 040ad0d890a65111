"""A case of many years: closed, followed up to its end, and reopened from its record alone.

The real API, its relay, a real PostgreSQL and a real engine: nothing of the first episode is left
in the engine but its histories when somebody comes back.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.cases import Kind
from tests.machine.filling import filled, plainest
from tests.machine.invariants import Invariants
from tests.machine.world import World

MOST_FOLLOW_UPS = timedelta(days=270)
YEARS = timedelta(days=800)

CONSENTED = (("hanako", "ask_consent"), ("hanako", "record_consent"))
PLANNED = (
    ("hanako", "complete_assessment"),
    ("hanako", "draft_plan"),
    ("hanako", "schedule_meeting"),
    ("sapota-1", "submit_sheet"),
    ("hanako", "hold_meeting"),
    ("hanako", "decide_plan"),
    ("ichiro", "approve_minutes"),
    ("ichiro", "approve_plan"),
    ("hanako", "record_acceptance"),
)
CLOSED = (
    ("hanako", "record_monitoring"),
    ("hanako", "evaluate_closure"),
    ("ichiro", "approve_closure"),
)
SAID: dict[str, dict[str, Any]] = {
    "submit_sheet": {"agency": "sapota"},
    "hold_meeting": {"present": ["jobota", "sapota"]},
    "decide_plan": {"verdict": "adopted"},
    "record_monitoring": {"result": "goal-met", "on_paper": True},
    "evaluate_closure": {"reason": "roles-agreed", "lead_agency": "jobota"},
}
"""What an act says here, beside the plainest."""


class Person:
    """Somebody who leads one case through its acts."""

    def __init__(self, world: World, case_id: UUID) -> None:
        self.world, self.case_id = world, case_id

    async def page(self, sub: str = "hanako") -> dict[str, Any]:
        answer = await self.world.get(f"/cases/{self.case_id}", sub)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def do(self, sub: str, code: str) -> None:
        act = await self.offered(sub, code)
        body = {**filled(plainest, act, await self.world.at_work.now()), **SAID.get(code, {})}
        people = [f["choices"] for f in act["fields"] if f["type"] == "person"]
        if people:
            body["person_id"] = people[0][0]["value"]
        if code == "record_consent":
            body["kinds"] = ["sharing", "support"]
        posted = {"act": body, "target": act["target"]}
        answer = await self.world.act(self.case_id, sub, posted)
        assert answer.status_code in (200, 202), (code, answer.text)

    async def offered(self, sub: str, code: str) -> dict[str, Any]:
        """An act that somebody may do, now or once the workflows have heard of one another."""
        for _ in range(2):
            acts = {act["act"]: act for act in (await self.page(sub))["next"]}
            if code in acts:
                return acts[code]
            await self.world.rest()
        raise AssertionError(f"{code} is not offered to {sub}: {sorted(acts)}")

    async def do_all(self, *ways: tuple[tuple[str, str], ...]) -> None:
        for way in ways:
            for sub, code in way:
                await self.do(sub, code)

    async def wait(self, length: timedelta) -> None:
        await self.world.at_work.pass_time(length)
        await self.world.rest()


@pytest.fixture
async def lead(world: World) -> Any:
    async def begin(persons: int = 1) -> Person:
        return Person(world, await world.open(persons))

    yield begin
    await world.engine.end()


async def test_a_case_is_reopened_long_after_its_last_follow_up_and_closed_again(
    world: World, lead: Callable[[], Any]
) -> None:
    one: Person = await lead()
    await one.do_all(CONSENTED, PLANNED, CLOSED)
    await one.wait(MOST_FOLLOW_UPS)
    handle = world.at_work.handle(Kind.CASE, one.case_id)
    await handle.result()
    first_run = (await handle.describe()).run_id
    await one.wait(YEARS)
    page = await one.page()
    assert [act["act"] for act in page["next"] if act["target"]["kind"] == "case"] == ["reopen"]
    assert "待つ仕事はありません" in page["waiting"]["line"]

    await one.do("hanako", "reopen")
    await world.rest()
    page = await one.page()
    assert (page["episode"], page["state"]) == (2, "triage")
    assert "スクリーニングを行う" in {task["asks"] for task in page["tasks"]}
    assert (await handle.describe()).run_id != first_run
    await Invariants(world, one.case_id).check()

    await one.do_all(CONSENTED, PLANNED, CLOSED)
    await world.rest()
    page = await one.page()
    assert (page["episode"], page["state"]) == (2, "closed")
    plans = {plan["version"]: (plan["episode"], plan["renewal"]) for plan in page["plans"]}
    assert plans == {1: (1, False), 2: (2, False)}, "新規 in each episode (decision 0018)"
    told = await facts(world, one.case_id)
    assert told["kasane.case.reopened.v1"] == 1
    assert told["kasane.case.closed.v1"] == told["kasane.plan.adopted.v1"] == 2
    assert told["kasane.case.opened.v1"] == 1, "a consultation is counted once"
    await Invariants(world, one.case_id).check()


async def facts(world: World, case_id: UUID) -> dict[str, int]:
    found = "SELECT type, count(*) AS n FROM outbox WHERE subject = :id GROUP BY type"
    return {row["type"]: row["n"] for row in await world.rows(found, id=str(case_id))}
