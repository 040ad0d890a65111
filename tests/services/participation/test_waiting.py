"""Full hosts, made places, wishes: who waits is offered in turn, and nobody takes two places."""

import asyncio
import random
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from chassis.context import Context
from contracts.acts import Approach, JoinWaitingList
from contracts.life import PlacementState
from services.participation.activities import Activities
from tests.services.participation.conftest import BASE, Enter, keyed, told
from tests.services.participation.test_placements import Wanderer, command, held

S = PlacementState


async def wait_at(one: Wanderer, host: str) -> None:
    act = JoinWaitingList(resource_id=UUID(host))
    await one.to(S.WAITING, resource_id=act.resource_id, command=command(act))


async def offers(context: Context) -> list[str]:
    return [
        fact["placement_id"]
        for fact in await told(context)
        if fact["type"] == "kasane.place.offered.v1"
    ]


async def test_who_waits_longest_is_offered_the_place_that_comes_free(
    activities: Activities, enter: Enter, context: Context
) -> None:
    host = (await enter(capacity=1))["resource_id"]
    inside, first, second = (Wanderer(activities) for _ in range(3))
    for one in (inside, first, second):
        await one.to(S.MATCHING)
    await inside.approach(host)
    await wait_at(first, host)
    await wait_at(second, host)
    assert await offers(context) == []
    with pytest.raises(ApplicationError):
        await Wanderer(activities).approach(host)
    await inside.to(S.ENDED)
    assert await offers(context) == [str(first.key["placement_id"])]
    assert await held(context, host) == (1, 1)
    # Only the one to whom it was offered can take it; taking it again changes nothing.
    with pytest.raises(ApplicationError):
        await Wanderer(activities).approach(host)
    await first.to(S.APPROACHED, resource_id=UUID(host))
    assert await held(context, host) == (1, 1)
    # Who is offered a place and goes elsewhere passes it on.
    other = (await enter(name="別の居場所"))["resource_id"]
    await first.approach(other)
    assert (await offers(context))[1:] == [str(second.key["placement_id"])]
    assert await held(context, host) == (1, 1)


async def test_more_places_and_an_open_door_are_offered_to_those_who_wait(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    activities: Activities,
    enter: Enter,
    context: Context,
) -> None:
    made = await enter(capacity=0)
    url = f"{BASE}/resources/{made['resource_id']}"
    waiting = [Wanderer(activities) for _ in range(3)]
    for one in waiting:
        await one.to(S.MATCHING)
        await wait_at(one, made["resource_id"])
    based = keeper | {"If-Match": '"2"'}
    await client.patch(url, json={"capacity": 2}, headers=based)
    assert await offers(context) == [str(one.key["placement_id"]) for one in waiting[:2]]
    assert await held(context, made["resource_id"]) == (2, 2)
    free = (await enter(name="空きのある居場所"))["resource_id"]
    eager = Wanderer(activities)
    await eager.to(S.MATCHING)
    await wait_at(eager, free)
    assert (await offers(context))[-1] == str(eager.key["placement_id"])


CAPACITIES = (0, 1, 2, 3)


async def stroll(one: Wanderer, hosts: list[str], chance: random.Random) -> None:
    """A placement that goes where it likes; what a host refuses leaves it where it was."""
    for _ in range(7):
        state, number = one.state, one.number
        host = UUID(chance.choice(hosts))
        try:
            match chance.choice(("approach", "wait", "leave", "end", "develop")):
                case "approach":
                    act: Any = Approach(resource_id=host)
                    await one.to(S.APPROACHED, resource_id=host, command=command(act))
                case "wait":
                    await wait_at(one, str(host))
                case "end":
                    await one.to(S.ENDED)
                case "develop":
                    await one.to(S.DEVELOPING)
                case _:
                    await one.to(S.MATCHING)
        except ApplicationError:
            one.state, one.number = state, number


async def change_capacities(
    client: httpx.AsyncClient, keeper: dict[str, str], hosts: list[str], chance: random.Random
) -> None:
    for _ in range(6):
        url = f"{BASE}/resources/{chance.choice(hosts)}"
        version = (await client.get(url, headers=keeper)).headers["etag"]
        changed = {"capacity": chance.choice(CAPACITIES)}
        await client.patch(url, json=changed, headers=keeper | {"If-Match": version})


@pytest.fixture(params=[1, 2])
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)  # noqa: S311 - a test's chance


async def test_under_any_concurrent_requests_no_host_overflows_and_no_free_place_is_waited_for(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    activities: Activities,
    enter: Enter,
    context: Context,
    chance: random.Random,
) -> None:
    hosts = [
        (await enter(name=f"居場所{number}", capacity=number))["resource_id"] for number in range(3)
    ]
    crowd = [Wanderer(activities) for _ in range(8)]
    for one in crowd:
        await one.to(S.MATCHING)
    await asyncio.gather(
        *(stroll(one, hosts, random.Random(chance.random())) for one in crowd),  # noqa: S311
        change_capacities(client, keeper, hosts, random.Random(chance.random())),  # noqa: S311
    )
    async with context.database.transaction() as session:
        rows = (
            await session.execute(
                text(
                    "SELECT r.capacity, r.held,"
                    " (SELECT count(*) FROM hold h WHERE h.resource_id = r.resource_id) AS holds,"
                    " (SELECT count(*) FROM waiting w WHERE w.resource_id = r.resource_id"
                    "  AND w.offered_at IS NULL) AS waits FROM resource r"
                )
            )
        ).all()
        astray = await session.scalar(
            text(
                "SELECT count(*) FROM placement p LEFT JOIN hold h USING (placement_id)"
                " LEFT JOIN waiting w USING (placement_id) WHERE"
                " (p.state = 'approached' AND h.resource_id IS DISTINCT FROM p.resource_id)"
                " OR (p.state IN ('matching', 'developing', 'ended')"
                "     AND (h.resource_id IS NOT NULL OR w.resource_id IS NOT NULL))"
                " OR (p.state = 'waiting' AND w.resource_id IS NULL)"
            )
        )
    for row in rows:
        assert 0 <= row.held == row.holds <= row.capacity
        assert row.waits == 0 or row.held == row.capacity
    assert astray == 0


async def test_an_answered_request_is_told_once_counted_and_first_among_the_candidates(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    activities: Activities,
    enter: Enter,
    context: Context,
) -> None:
    one = Wanderer(activities)
    await one.to(S.MATCHING)
    await one.to(S.DEVELOPING)
    listed = await client.get(f"{BASE}/development-requests?status=open", headers=keeper)
    (request,) = listed.json()["development_requests"]
    assert listed.json()["counts"] == {"open": 1, "met": 0, "dropped": 0}
    url = f"{BASE}/development-requests/{request['request_id']}/answer"
    for wrong, code in (
        ({}, "invalid"),
        ({"resource_id": str(one.key["case_id"])}, "resource-unknown"),
        ({"resource_id": str(one.key["case_id"]), "reason": "other"}, "invalid"),
    ):
        refused = await client.post(url, json=wrong, headers=keyed(keeper))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    near = await enter(name="近くの別の居場所")
    made = await enter(name="新しくつくった場", kinds=["hobby"], daily_area="羽田")
    answer = {"resource_id": made["resource_id"]}
    done = await client.post(url, json=answer, headers=keyed(keeper))
    assert (done.status_code, done.json()["status"]) == (200, "met")
    late = await client.post(url, json={"reason": "no-host"}, headers=keyed(keeper))
    assert (late.status_code, late.json()["code"]) == (409, "request-closed")
    (fact,) = [f for f in await told(context) if f["type"] == "kasane.development.answered.v1"]
    assert (fact["placement_id"], fact["resource_id"]) == (
        str(one.key["placement_id"]),
        made["resource_id"],
    )
    await one.to(S.MATCHING)
    key = one.key["placement_id"]
    found = await client.get(f"{BASE}/placements/{key}/candidates", headers=keeper)
    ranked = [row["resource_id"] for row in found.json()["candidates"]]
    assert ranked == [made["resource_id"], near["resource_id"]]
    assert "この希望のために開拓した" in found.json()["candidates"][0]["reason_labels"]
    # The second choice is the coordinator's to make; the record says that it was the second.
    await one.approach(near["resource_id"])
    told_now = (await client.get(f"{BASE}/placements/{key}", headers=keeper)).json()
    assert told_now["steps"][-1]["rank"] == 2


async def test_a_wish_is_sealed_weighed_here_and_told_to_nobody(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    activities: Activities,
    enter: Enter,
    context: Context,
    tokens: Any,
) -> None:
    fits = await enter(
        name="静かな居場所", features=["quiet", "cooking"], languages=["ja", "en"], fee_yen=0
    )
    await enter(name="高い居場所", fee_yen=3000, languages=["en"])
    unknown = await enter(name="分からない居場所", languages=["en"])
    one = Wanderer(activities)
    await one.to(S.MATCHING)
    url = f"{BASE}/placements/{one.key['placement_id']}"
    wish = {"needs": ["quiet"], "strengths": ["cooking"], "languages": ["en"], "most_yen": 500}
    based = keeper | {"If-Match": '"0"'}
    assert (await client.put(f"{url}/wish", json=wish, headers=keeper)).status_code == 428
    wrong = await client.put(f"{url}/wish", json=wish | {"strengths": ["quiet"]}, headers=based)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "strengths.0")
    assert (await client.put(f"{url}/wish", json=wish, headers=based)).status_code == 200
    assert (await client.put(f"{url}/wish", json=wish, headers=based)).status_code == 412
    assert (await client.get(f"{url}/wish", headers=keeper)).json()["needs"] == ["quiet"]
    statistics = tokens.person("toukei", "statistics")
    assert (await client.get(f"{url}/wish", headers=statistics)).status_code == 403
    found = (await client.get(f"{url}/candidates", headers=keeper)).json()["candidates"]
    assert [row["resource_id"] for row in found] == [fits["resource_id"], unknown["resource_id"]]
    assert {"needs-met", "strength-welcome", "affordable"} <= set(found[0]["reasons"])
    assert found[1]["cautions"] == ["need.quiet", "cost-unknown"]
    assert "「静かに過ごせる」かどうかの確認が必要" in found[1]["caution_labels"]
    async with context.database.transaction() as session:
        kept = await session.scalar(text("SELECT wish FROM placement"))
    assert b"quiet" not in bytes(kept)
    candidates = await activities.find_candidates(one.step(S.MATCHING))
    assert "quiet" not in candidates.model_dump_json()
    assert "quiet" not in str(await told(context))
