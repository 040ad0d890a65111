"""The steps of placements: each counts once, hosts never overflow, one link is told once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from chassis.context import Context
from contracts.acts import (
    Actor,
    AnyAct,
    Approach,
    Command,
    EndPlacement,
    RecordAnswer,
    RecordLink,
    RecordSettling,
)
from contracts.events import new_id
from contracts.life import PLACEMENT, PlacementState
from contracts.steps import PlacementStep
from services.participation.activities import Activities
from services.participation.store.placements import WITHOUT_HOST
from tests.services.participation.conftest import BASE, Enter, told, types_told

AT = datetime(2026, 6, 10, 3, tzinfo=UTC)
Walk = Callable[..., Awaitable[PlacementStep]]


def command(act: AnyAct) -> Command:
    actor = Actor(sub="shakyo-1", roles=("agency",), agency="shakyo")
    return Command(command_id=new_id(), act=act, actor=actor, at=AT)


class Wanderer:
    """One placement, led step by step as its workflow would."""

    def __init__(self, activities: Activities) -> None:
        self.activities = activities
        self.key: dict[str, UUID] = {
            name: new_id() for name in ("placement_id", "case_id", "person_id")
        }
        self.state, self.number = "", 0

    def step(self, state: PlacementState, **more: Any) -> PlacementStep:
        self.number += 1
        told: dict[str, Any] = {"kinds": ("ibasho",), "daily_area": "大森東", "at": AT} | more
        made = PlacementStep(
            number=self.number, came_from=self.state, state=state, **self.key, **told
        )
        self.state = state
        return made

    async def to(self, state: PlacementState, **more: Any) -> PlacementStep:
        made = self.step(state, **more)
        await self.activities.record_placement(made)
        return made

    async def approach(self, host: UUID | str) -> PlacementStep:
        act = Approach(resource_id=UUID(str(host)))
        return await self.to(
            PlacementState.APPROACHED, resource_id=act.resource_id, command=command(act)
        )


@pytest.fixture
def wanderer(activities: Activities) -> Wanderer:
    return Wanderer(activities)


async def held(context: Context, resource_id: str) -> tuple[int, int]:
    """The places held at a host: as counted, and as listed one by one."""
    async with context.database.transaction() as session:
        counted = await session.scalar(
            text("SELECT held FROM resource WHERE resource_id = :id"), {"id": resource_id}
        )
        listed = await session.scalar(
            text("SELECT count(*) FROM hold WHERE resource_id = :id"), {"id": resource_id}
        )
    return int(counted or 0), int(listed or 0)


async def test_the_whole_way_to_settling_tells_each_fact_once(
    wanderer: Wanderer, enter: Enter, context: Context
) -> None:
    host = (await enter())["resource_id"]
    about = {"resource_id": host}
    linked_on = date(2026, 6, 1)
    steps = [await wanderer.to(PlacementState.MATCHING), await wanderer.approach(host)]
    for state, act in (
        (PlacementState.VISITING, RecordAnswer(accepted=True)),
        (PlacementState.TRIAL, None),
        (PlacementState.LINKING, None),
        (PlacementState.SETTLING, RecordLink(on=linked_on)),
        (PlacementState.SETTLING, RecordSettling(settled=False)),
        (PlacementState.SETTLED, RecordSettling(settled=True)),
        (PlacementState.SETTLED, None),
    ):
        steps.append(await wanderer.to(state, command=command(act) if act else None, **about))
    assert await held(context, host) == (1, 1)
    steps.append(await wanderer.to(PlacementState.ENDED, result="settled", **about))
    assert await held(context, host) == (0, 0)
    once = [
        "resource.published",
        "placement.started",
        "resource.linked",
        "placement.settled",
        "placement.ended",
    ]
    assert await types_told(context) == once
    for step in steps:
        await wanderer.activities.record_placement(step)
    assert await types_told(context) == once
    assert await held(context, host) == (0, 0)
    facts = {fact["type"]: fact for fact in await told(context)}
    link = facts["kasane.resource.linked.v1"]
    assert (link["on"], link["resource_id"], link["basic_area"]) == ("2026-06-01", host, "大森")
    assert facts["kasane.placement.started.v1"]["person_id"] == str(wanderer.key["person_id"])
    assert facts["kasane.placement.ended.v1"]["reason"] == "settled"


async def test_a_second_link_after_a_new_match_is_not_told_again(
    wanderer: Wanderer, enter: Enter, context: Context
) -> None:
    first, second = [(await enter())["resource_id"] for _ in range(2)]
    await wanderer.to(PlacementState.MATCHING)
    for host in (first, second):
        await wanderer.approach(host)
        await wanderer.to(PlacementState.SETTLING, resource_id=host)
        await wanderer.to(PlacementState.SETTLED, resource_id=host)
        await wanderer.to(PlacementState.MATCHING, resource_id=host)
    assert (await types_told(context)).count("resource.linked") == 1
    assert await held(context, first) == await held(context, second) == (0, 0)


@pytest.mark.parametrize(
    "left", [PlacementState.MATCHING, PlacementState.ENDED, PlacementState.DEVELOPING]
)
async def test_leaving_a_host_gives_its_place_back(
    wanderer: Wanderer, enter: Enter, context: Context, left: PlacementState
) -> None:
    host = (await enter())["resource_id"]
    await wanderer.to(PlacementState.MATCHING)
    await wanderer.approach(host)
    assert await held(context, host) == (1, 1)
    await wanderer.to(left, resource_id=host)
    assert await held(context, host) == (0, 0)


def test_every_state_either_takes_up_a_place_or_does_not() -> None:
    assert set(PLACEMENT) - WITHOUT_HOST - {PlacementState.WAITING} == {
        PlacementState.APPROACHED,
        PlacementState.VISITING,
        PlacementState.TRIAL,
        PlacementState.LINKING,
        PlacementState.SETTLING,
        PlacementState.SETTLED,
    }


async def test_of_many_who_ask_at_once_only_as_many_as_fit_are_taken(
    activities: Activities, enter: Enter, context: Context
) -> None:
    host = (await enter(capacity=3))["resource_id"]
    crowd = [Wanderer(activities) for _ in range(12)]
    await asyncio.gather(*(one.to(PlacementState.MATCHING) for one in crowd))
    answers = await asyncio.gather(*(one.approach(host) for one in crowd), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ApplicationError)]
    assert len(refused) == 9
    assert {(error.type, error.non_retryable) for error in refused} == {("resource-full", True)}
    assert await held(context, host) == (3, 3)
    taken = [one for one, answer in zip(crowd, answers, strict=True) if answer not in refused]
    ends = [one.step(PlacementState.ENDED, resource_id=host) for one in taken]
    await asyncio.gather(*(activities.record_placement(end) for end in ends * 2))
    assert await held(context, host) == (0, 0)


async def test_the_same_step_at_the_same_time_counts_once(
    wanderer: Wanderer, enter: Enter, context: Context
) -> None:
    host = (await enter())["resource_id"]
    await wanderer.to(PlacementState.MATCHING)
    act = Approach(resource_id=UUID(host))
    step = wanderer.step(
        PlacementState.APPROACHED, resource_id=act.resource_id, command=command(act)
    )
    await asyncio.gather(*(wanderer.activities.record_placement(step) for _ in range(5)))
    assert await held(context, host) == (1, 1)


@pytest.mark.parametrize(
    ("host", "refusal"),
    [
        ({"publish": False}, "resource-unknown"),
        ({"capacity": 0}, "resource-full"),
        ({"capacity_status": "waiting-list"}, "resource-full"),
    ],
)
async def test_a_host_that_cannot_take_anybody_refuses_and_nothing_is_remembered(
    wanderer: Wanderer, enter: Enter, context: Context, host: dict[str, Any], refusal: str
) -> None:
    resource_id = (await enter(**host))["resource_id"]
    await wanderer.to(PlacementState.MATCHING)
    with pytest.raises(ApplicationError) as refused:
        await wanderer.approach(resource_id)
    assert refused.value.type == refusal
    async with context.database.transaction() as session:
        steps = await session.scalar(text("SELECT count(*) FROM placement_step"))
    assert steps == 1


async def test_a_host_that_nobody_knows_is_refused(wanderer: Wanderer) -> None:
    await wanderer.to(PlacementState.MATCHING)
    with pytest.raises(ApplicationError) as refused:
        await wanderer.approach(new_id())
    assert refused.value.type == "resource-unknown"


async def test_a_host_without_a_fixed_number_takes_everybody(
    activities: Activities, enter: Enter, context: Context
) -> None:
    host = (await enter(capacity=None, capacity_status="asks-first"))["resource_id"]
    for _ in range(4):
        one = Wanderer(activities)
        await one.to(PlacementState.MATCHING)
        await one.approach(host)
    assert await held(context, host) == (4, 4)


@pytest.mark.parametrize("end", ["met", "dropped"])
async def test_a_request_to_make_a_place_is_opened_once_and_closed(
    wanderer: Wanderer,
    enter: Enter,
    context: Context,
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    end: str,
) -> None:
    await wanderer.to(PlacementState.MATCHING)
    step = await wanderer.to(PlacementState.DEVELOPING)
    await wanderer.activities.record_placement(step)
    assert (await types_told(context)).count("development.requested") == 1
    waiting = await client.get(f"{BASE}/development-requests?status=open", headers=keeper)
    (request,) = waiting.json()["development_requests"]
    assert (request["kinds"], request["basic_area"]) == (["ibasho"], "大森")
    if end == "met":
        await wanderer.approach((await enter())["resource_id"])
    else:
        act = EndPlacement(reason="withdrawn-by-person")
        await wanderer.to(PlacementState.ENDED, command=command(act))
    closed = await client.get(f"{BASE}/development-requests", headers=keeper)
    (request,) = closed.json()["development_requests"]
    assert (request["status"], request["closed_on"]) == (end, "2026-06-10")
    assert (request["resource_id"] is None) == (end == "dropped")


async def test_candidates_are_the_same_however_often_they_are_asked_for(
    wanderer: Wanderer, enter: Enter
) -> None:
    far = (await enter(daily_area="六郷"))["resource_id"]
    near = (await enter())["resource_id"]
    await enter(kinds=["salon"])
    await enter(publish=False)
    await enter(capacity=0)
    step = wanderer.step(PlacementState.MATCHING)
    first = await wanderer.activities.find_candidates(step)
    assert await wanderer.activities.find_candidates(step) == first
    assert [str(c.resource_id) for c in first.candidates] == [near, far]
    assert "same-daily-area" in first.candidates[0].reasons


async def test_a_placement_can_be_read_with_every_step(
    wanderer: Wanderer, enter: Enter, client: httpx.AsyncClient, keeper: dict[str, str]
) -> None:
    host = await enter()
    await wanderer.to(PlacementState.MATCHING)
    await wanderer.approach(host["resource_id"])
    listed = await client.get(
        f"{BASE}/placements", params={"case_id": str(wanderer.key["case_id"])}, headers=keeper
    )
    (placement,) = listed.json()["placements"]
    assert (placement["state"], placement["state_label"]) == ("approached", "打診中")
    assert placement["resource_name"] == host["name"]
    assert [step["act"] for step in placement["steps"]] == [None, "approach"]
    one = await client.get(f"{BASE}/placements/{placement['placement_id']}", headers=keeper)
    assert one.json() == placement
    missing = await client.get(f"{BASE}/placements/{new_id()}", headers=keeper)
    assert (missing.status_code, missing.json()["code"]) == (404, "placement-unknown")
