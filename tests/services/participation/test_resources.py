"""The directory over HTTP: who may write, what is private, what counts once."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from chassis.context import Context
from contracts.events import new_id
from contracts.life import PlacementState, Role
from services.participation.activities import Activities
from services.participation.models import Table
from tests.services.participation.conftest import BASE, PLACE, Enter, keyed, told, types_told
from tests.services.participation.test_placements import Wanderer

CONTACT = PLACE["contact"]
SECRET_PLACE = "架空町1丁目2番3号"


async def test_a_resource_is_entered_once_however_often_it_is_sent(
    client: httpx.AsyncClient, keeper: dict[str, str], context: Context
) -> None:
    key = keyed(keeper, "the-same-key")
    first = await client.post(f"{BASE}/resources", json=PLACE, headers=key)
    again = await client.post(f"{BASE}/resources", json=PLACE, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["etag"] == again.headers["etag"]
    assert first.json()["kind_labels"] == ["居場所"]
    assert first.json()["basic_area"] == "大森"
    assert await types_told(context) == ["resource.published"]
    other = await client.post(f"{BASE}/resources", json=PLACE | {"name": "別"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    keyless = await client.post(f"{BASE}/resources", json=PLACE, headers=keeper)
    assert keyless.status_code == 422


async def test_a_draft_becomes_listed_withdrawn_and_listed_again(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, context: Context
) -> None:
    draft = await enter(publish=False)
    assert (draft["status"], draft["assured_on"]) == ("draft", None)
    url = f"{BASE}/resources/{draft['resource_id']}"

    async def send(what: str, **body: str) -> httpx.Response:
        return await client.post(f"{url}/{what}", json=body or None, headers=keyed(keeper))

    for what, body in (("withdrawal", {"reason": "closed"}), ("assurance", {})):
        refused = await send(what, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "resource-status")
    for _ in range(2):
        listed = await send("publication")
        assert (listed.status_code, listed.json()["status"]) == (200, "published")
        assert listed.json()["assured_by"] == "shakyo-1"
    for _ in range(2):
        gone = await send("withdrawal", reason="closed")
        assert (gone.json()["status"], gone.json()["withdrawal_reason"]) == ("withdrawn", "closed")
    await send("publication")
    assert await types_told(context) == [
        "resource.published",
        "resource.withdrawn",
        "resource.published",
    ]


async def test_a_correction_needs_the_version_it_is_based_on(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    entered = await enter()
    url = f"{BASE}/resources/{entered['resource_id']}"
    read = await client.get(url, headers=keeper)
    blind = await client.patch(url, json={"name": "新"}, headers=keeper)
    assert (blind.status_code, blind.json()["code"]) == (428, "if-match-missing")
    based = keeper | {"If-Match": read.headers["etag"]}
    done = await client.patch(url, json={"name": "新しい名"}, headers=based)
    assert done.status_code == 200
    assert (done.json()["name"], done.json()["contact"]) == ("新しい名", CONTACT)
    assert done.headers["etag"] != read.headers["etag"]
    late = await client.patch(url, json={"name": "遅い"}, headers=based)
    assert (late.status_code, late.json()["code"]) == (412, "version-changed")


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        ({"name": None}, "name"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["unheard-of"]}, "kinds.0"),
        ({"daily_area": "江戸"}, "daily_area"),
        ({"min_age": 50}, "min_age"),
        ({"openings": [{"rule": "every Tuesday", "starts_on": "2026-04-01"}]}, "openings.0.rule"),
        ({"capacity": -1}, "capacity"),
        ({"held": 0}, "held"),
    ],
)
async def test_a_correction_that_makes_no_sense_names_its_field(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    enter: Enter,
    correction: dict[str, Any],
    field: str,
) -> None:
    entered = await enter(max_age=39)
    url = f"{BASE}/resources/{entered['resource_id']}"
    wrong = await client.patch(url, json=correction, headers=keeper | {"If-Match": '"2"'})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    assert wrong.json()["field"] == field


async def test_the_capacity_cannot_fall_below_the_places_that_are_held(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, activities: Activities
) -> None:
    entered = await enter(capacity=2)
    one = Wanderer(activities)
    await one.to(PlacementState.MATCHING)
    await one.approach(UUID(entered["resource_id"]))
    url = f"{BASE}/resources/{entered['resource_id']}"
    based = keeper | {"If-Match": '"2"'}
    refused = await client.patch(url, json={"capacity": 0}, headers=based)
    assert (refused.status_code, refused.json()["code"]) == (409, "capacity-below-held")
    assert (await client.patch(url, json={"capacity": 1}, headers=based)).status_code == 200


async def test_what_is_private_stays_with_those_who_place_people(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, context: Context, tokens: Any
) -> None:
    entered = await enter(confidential_location=True, place=SECRET_PLACE)
    url = f"{BASE}/resources/{entered['resource_id']}"
    shown = (await client.get(url, headers=keeper)).json()
    assert (shown["contact"], shown["place"]) == (CONTACT, SECRET_PLACE)
    for answer in (
        await client.get(url, headers=tokens.person("s-1", Role.STATISTICS)),
        await client.get(f"{BASE}/resources", headers=keeper),
        await client.get(f"{BASE}/candidates?kinds=ibasho", headers=keeper),
    ):
        assert answer.status_code == 200
        assert entered["name"] in answer.text
        assert CONTACT not in answer.text
        assert SECRET_PLACE not in answer.text
    async with context.database.transaction() as session:
        row = (await session.execute(text("SELECT * FROM resource"))).mappings().one()
        looks = await session.execute(
            text("SELECT actor FROM audit WHERE action = 'resource.private.read'")
        )
        assert [look.actor for look in looks] == ["shakyo-1"]
    kept = " ".join(str(value) for value in row.values())
    assert CONTACT not in kept
    assert SECRET_PLACE not in kept
    assert CONTACT.encode() not in row["sealed"]
    assert str(await told(context)).count("架空") == 0


async def test_a_place_that_is_not_confidential_is_shown_in_lists(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    entered = await enter(place=SECRET_PLACE)
    url = f"{BASE}/resources/{entered['resource_id']}"
    listed = (await client.get(f"{BASE}/resources", headers=keeper)).json()
    assert listed["resources"][0]["place"] == SECRET_PLACE
    hidden = await client.patch(
        url, json={"confidential_location": True}, headers=keeper | {"If-Match": '"2"'}
    )
    assert hidden.json()["place"] == SECRET_PLACE
    listed = (await client.get(f"{BASE}/resources", headers=keeper)).json()
    assert listed["resources"][0]["place"] is None


async def test_resources_are_found_by_words_kind_and_area(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    tea = await enter(name="ひだまりサロン", kinds=["salon"], description="お茶の会 100%")
    await enter(name="体操の会", kinds=["exercise"], daily_area="六郷")
    await enter(name="ひだまりの下書き", publish=False)

    async def found(**params: str) -> list[str]:
        answer = await client.get(f"{BASE}/resources/search", params=params, headers=keeper)
        return [r["name"] for r in answer.json()["resources"]]

    assert await found(q="ヒダマリ") == [tea["name"]]
    assert await found(q="ﾋﾀﾞﾏﾘ お茶") == [tea["name"]]
    assert await found(q="100%") == [tea["name"]]
    assert await found(q="%") == [tea["name"]]
    assert await found(q="ない") == []
    assert await found(kind="exercise") == ["体操の会"]
    assert await found(area="大森") == await found(area="大森東") == [tea["name"]]
    assert len(await found()) == 2


async def test_a_long_directory_comes_in_pages(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    entered = [(await enter())["resource_id"] for _ in range(5)]
    seen: list[str] = []
    params: dict[str, str] = {"limit": "2"}
    while "after" not in params or params["after"]:
        page = (await client.get(f"{BASE}/resources", params=params, headers=keeper)).json()
        seen += [r["resource_id"] for r in page["resources"]]
        params["after"] = page["next"]
    assert seen == sorted(entered)


async def test_candidates_come_with_reasons_in_japanese(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    entered = await enter(min_age=15, max_age=39)
    params = {"kinds": "ibasho,salon", "daily_area": "大森東", "age": "25"}
    answer = await client.get(f"{BASE}/candidates", params=params, headers=keeper)
    (candidate,) = answer.json()["candidates"]
    assert candidate["resource"]["name"] == entered["name"]
    assert candidate["reason_labels"][:2] == ["希望する種類に合う", "同じ日常生活圏域にある"]
    too_old = await client.get(f"{BASE}/candidates", params=params | {"age": "60"}, headers=keeper)
    assert too_old.json()["candidates"] == []


async def test_only_those_who_place_people_may_write(
    client: httpx.AsyncClient, tokens: Any, enter: Enter
) -> None:
    entered = await enter()
    url = f"{BASE}/resources/{entered['resource_id']}"
    for headers, status in (
        ({}, 401),
        (tokens.person("s-1", Role.STATISTICS), 403),
        (tokens.frontline(), 403),
    ):
        for send in (
            client.post(f"{BASE}/resources", json=PLACE, headers=keyed(headers)),
            client.post(f"{url}/publication", headers=keyed(headers)),
            client.post(f"{url}/withdrawal", json={"reason": "x"}, headers=keyed(headers)),
            client.post(f"{url}/assurance", headers=keyed(headers)),
            client.patch(url, json={"name": "x"}, headers=headers),
        ):
            assert (await send).status_code == status
    assert (await client.get(f"{BASE}/resources", headers=tokens.frontline())).status_code == 403


async def test_what_is_not_there_is_said_so(
    client: httpx.AsyncClient, keeper: dict[str, str]
) -> None:
    url = f"{BASE}/resources/{new_id()}"
    for answer in (
        await client.get(url, headers=keeper),
        await client.post(f"{url}/publication", headers=keyed(keeper)),
        await client.patch(url, json={}, headers=keeper | {"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "resource-unknown")


async def test_the_migrations_make_the_tables_of_the_models(context: Context) -> None:
    def compare(connection: Connection) -> list[Any]:
        known = set(Table.metadata.tables)
        options = {"include_name": lambda name, kind, _: kind != "table" or name in known}
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata)
        )

    async with context.database.engine.connect() as connection:
        assert await connection.run_sync(compare) == []
