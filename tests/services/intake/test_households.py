"""Households: members who become known later, relations, hidden carers, the 家族年表."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, an_intake

Headers = dict[str, str]
WORDS = "父が入院し、長女が弟の送迎を始めた"


@pytest.fixture
def coordinator(tokens: Tokens) -> Headers:
    return tokens.person("hanako", "coordinator", agency="chiiki-fukushi-omori")


@pytest.fixture
def sapota(tokens: Tokens) -> Headers:
    return tokens.person("sapota-1", "agency", agency="sapota")


@pytest.fixture
def jobota(tokens: Tokens) -> Headers:
    return tokens.person("jobota-1", "agency", agency="jobota")


async def household(post: Any, **child: Any) -> dict[str, Any]:
    """The intake of a grown-up and a child of 14."""
    unique = uuid4().hex[:8]
    persons = [
        {"name": f"見本 {unique}", "birth_date": "1984-05-01", "relation": "head"},
        {"name": f"見本子 {unique}", "birth_date": "2014-05-01", "relation": "child", **child},
    ]
    answer = await post("/intakes", an_intake(persons=persons))
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(http: Any, intake: dict[str, Any], as_: Headers) -> dict[str, Any]:
    answer = await http.get(f"{BASE}/intakes/{intake['intake_id']}/household", headers=as_)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_member_who_becomes_known_later_is_added_once_and_told(
    post: Any, http: Any, facts: Any, coordinator: Headers, count: Any
) -> None:
    intake = await household(post)
    members = f"/households/{intake['household_id']}/members"
    sent = {"name": f"祖母 {uuid4().hex[:8]}", "relation": "grandparent"}
    first = await post(members, sent, as_=coordinator, key="the-grandmother")
    again = await post(members, sent, as_=coordinator, key="the-grandmother")
    assert (first.status_code, first.json()) == (201, again.json())
    made = first.json()["id"]
    shown = await read(http, intake, coordinator)
    assert [one["person_id"] for one in shown["members"]] == [*intake["person_ids"], made]
    told = [one for one in await facts(intake["intake_id"]) if "member-added" in one["type"]]
    assert [(one["person_id"], one["household_id"]) for one in told] == [
        (made, intake["household_id"])
    ]
    assert await count("audit", f"action = 'household.add' AND subject_id = '{made}'") == 1
    bad = await post(members, {"birth_date": "2999-01-01"}, as_=coordinator)
    assert (bad.status_code, bad.json()["field"]) == (422, "birth_date")
    assert (await post(members, sent)).status_code == 403, "not for a frontline system"


async def test_the_relations_of_a_household_are_a_graph_of_its_own_members(
    post: Any, http: Any, coordinator: Headers
) -> None:
    intake, other = await household(post), await household(post)
    grown, child = intake["person_ids"]
    relations = f"/households/{intake['household_id']}/kinships"
    edge = {"person_id": child, "other_person_id": grown, "kind": "child"}
    made = await post(relations, edge, as_=coordinator)
    assert (made.status_code, made.json()["label"]) == (201, "子")
    twice = await post(relations, edge, as_=coordinator)
    assert (twice.status_code, twice.json()["code"]) == (409, "kinship-stands")
    stranger = {**edge, "other_person_id": other["person_ids"][0]}
    refused = (await post(relations, stranger, as_=coordinator)).json()
    assert (refused["code"], refused["field"]) == ("person-not-of-household", "other_person_id")
    itself = (await post(relations, {**edge, "other_person_id": child}, as_=coordinator)).json()
    assert itself["code"] == "persons-the-same"
    [shown] = (await read(http, intake, coordinator))["kinships"]
    ended = await post(f"/kinships/{shown['kinship_id']}/end", {}, as_=coordinator)
    assert ended.status_code == 200
    assert (await read(http, intake, coordinator))["kinships"] == []
    gone = await post(f"/kinships/{shown['kinship_id']}/end", {}, as_=coordinator)
    assert (gone.status_code, gone.json()["code"]) == (404, "kinship-unknown")


async def test_a_hidden_carer_is_shown_to_the_coordinator_and_set_aside_with_a_reason(
    post: Any, http: Any, coordinator: Headers, sapota: Headers
) -> None:
    intake = await household(post, carer=True)
    _, child = intake["person_ids"]
    [prompt] = (await read(http, intake, coordinator))["prompts"]
    assert (prompt["person_id"], prompt["kind"]) == (child, "young-carer")
    assert prompt["reason_labels"] == ["18歳未満", "ケアラーとして届けられている"]
    assert (await read(http, intake, sapota))["prompts"] == [], "a question to the ward's staff"
    judged = f"/households/{intake['household_id']}/prompts/judged"
    answer = {"person_id": child, "kind": "young-carer"}
    without = await post(judged, answer, as_=coordinator)
    assert (without.status_code, without.json()["field"]) == (422, "reason")
    said = {**answer, "reason": "学校と面談し、負担は小さいと確認した"}
    assert (await post(judged, said, as_=sapota)).status_code == 403
    assert (await post(judged, said, as_=coordinator)).status_code == 200
    assert (await read(http, intake, coordinator))["prompts"] == []
    again = await post(judged, said, as_=coordinator)
    assert (again.status_code, again.json()["code"]) == (404, "prompt-unknown")
    # Something new is known: the question comes back.
    edge = {"person_id": child, "other_person_id": intake["person_ids"][0], "kind": "cares-for"}
    await post(f"/households/{intake['household_id']}/kinships", edge, as_=coordinator)
    [back] = (await read(http, intake, coordinator))["prompts"]
    assert "世話をしている家族がいる" in back["reason_labels"]


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "on_date": "2025-06-01",
        "exact": "month",
        "kind": "illness",
        "legal_basis": "consent",
        "text": WORDS,
        **changes,
    }


async def test_the_chronology_is_contributed_by_agencies_each_on_its_legal_ground(
    post: Any, http: Any, coordinator: Headers, sapota: Headers, jobota: Headers
) -> None:
    intake = await household(post)
    at = f"/households/{intake['household_id']}/chronology"
    later = entry(on_date="2026-01-10", exact="day", legal_basis="appi-69-2-3", text="離職")
    assert (await post(at, later, as_=jobota)).status_code == 201
    assert (await post(at, entry(person_ids=intake["person_ids"]), as_=sapota)).status_code == 201

    async def seen(by: Headers) -> list[tuple[str, str]]:
        shown = (await http.get(BASE + at, headers=by)).json()["items"]
        return [(one["agency"], one["text"]) for one in shown]

    assert await seen(coordinator) == [("sapota", WORDS), ("jobota", "離職")], "by their dates"
    assert await seen(sapota) == [("sapota", WORDS)], "another agency's is a disclosure"
    [shown] = (await http.get(BASE + at, headers=jobota)).json()["items"]
    assert shown["legal_basis_label"].startswith("個人情報保護法69条2項3号")
    mine = f"/chronology/{shown['entry_id']}/withdrawal"
    assert (await post(mine, {}, as_=sapota)).json()["code"] == "entry-not-yours"
    assert (await post(mine, {}, as_=jobota)).status_code == 200
    assert await seen(coordinator) == [("sapota", WORDS)]


async def test_what_was_told_in_a_support_meeting_does_not_get_into_the_chronology(
    post: Any, coordinator: Headers, sapota: Headers
) -> None:
    intake = await household(post)
    at = f"/households/{intake['household_id']}/chronology"
    wrong = {
        "legal_basis": entry(legal_basis="law-106-6"),
        "on_date": entry(on_date="2999-01-01"),
        "person_ids": entry(person_ids=[str(uuid4())]),
        "agency": entry(agency="nobody"),
        "text": entry(text=""),
    }
    for field, sent in wrong.items():
        refused = await post(at, sent, as_=coordinator)
        assert (refused.status_code, refused.json()["field"].split(".")[0]) == (422, field)
    other = await post(at, entry(agency="jobota"), as_=sapota)
    assert (other.status_code, other.json()["code"]) == (403, "entry-not-yours")


async def test_words_about_a_household_are_nowhere_but_sealed_and_die_with_their_keys(
    post: Any, http: Any, context: Any, coordinator: Headers
) -> None:
    intake = await household(post)
    at = f"/households/{intake['household_id']}/chronology"
    await post(at, entry(), as_=coordinator)
    flag = {"kind": "staff-safety", "reason": WORDS}
    await post(f"/persons/{intake['person_ids'][0]}/flags", flag, as_=coordinator)
    async with context.database.transaction() as session:
        for table in ("chronology_entry", "person_flag", "outbox", "audit", "idempotency_key"):
            query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :word"  # noqa: S608
            assert await session.scalar(text(query), {"word": f"%{WORDS}%"}) == 0, table
        await context.vault.destroy(session, "household", UUID(intake["household_id"]))
    [gone] = (await http.get(BASE + at, headers=coordinator)).json()["items"]
    assert gone["text"] is None
