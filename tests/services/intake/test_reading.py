"""Who sees what of an intake and of persons; every look and every refusal is kept."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, an_intake

PERSON = {
    "name": "見本 一郎",
    "kana": "ミホン イチロウ",
    "birth_date": "1990-04-02",
    "sex": "male",
    "address": "東京都大田区馬込1-2-3",
    "postal_code": "〒１４３ー００２７",
    "phone": "０９０-0000-0002",
    "email": "mihon@example.jp",
    "relation": "head",
    "key_person": True,
}


async def test_an_intake_is_found_by_id_and_by_receipt_number_with_all_it_said(
    post: Any, http: Any, coordinator: dict[str, str], count: Any
) -> None:
    sent = an_intake(persons=[PERSON], visitor={"name": "見本 花子", "relation": "family"})
    intake = (await post("/intakes", sent)).json()
    seen = (await http.get(intake["links"]["self"], headers=coordinator)).json()
    number = intake["receipt_number"].replace("R", "ｒ").replace("-", "−")
    [found] = (
        await http.get(f"{BASE}/intakes", params={"receipt_number": number}, headers=coordinator)
    ).json()["items"]

    assert found == seen
    assert seen["person_ids"] == intake["person_ids"]
    private = seen["private"]
    assert private["text"] == sent["text"]
    assert private["visitor"] == {"name": "見本 花子", "phone": None, "relation": "family"}
    [person] = private["persons"]
    assert {name: person[name] for name in PERSON} == {**PERSON, "postal_code": "143-0027"}
    where = f"action = 'intake.read' AND subject_id = '{intake['intake_id']}'"
    assert await count("audit", f"{where} AND outcome = 'allowed'") == 2


async def test_a_frontline_client_sees_its_own_channels_only(
    post: Any, http: Any, tokens: Tokens, count: Any
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    own, other = tokens.frontline("sapota"), tokens.frontline("jobota")
    path, query = intake["links"]["self"], {"receipt_number": intake["receipt_number"]}

    assert (await http.get(path, headers=own)).json()["private"] is not None
    refused = await http.get(path, headers=other)
    nothing = await http.get(f"{BASE}/intakes/{uuid4()}", headers=other)
    assert (refused.status_code, refused.json()) == (404, nothing.json())
    found = await http.get(f"{BASE}/intakes", params=query, headers=other)
    assert found.json() == {"items": []}
    where = f"subject_id = '{intake['intake_id']}' AND outcome = 'refused'"
    assert await count("audit", where) == 2


async def test_services_operators_and_statisticians_see_codes_only(
    post: Any, http: Any, tokens: Tokens
) -> None:
    intake = (await post("/intakes", an_intake(persons=[PERSON], source_reference=None))).json()
    for headers in (
        tokens.bearer("coordination", kind="service"),
        tokens.bearer("coordination", kind="service", roles=("coordinator",)),
        tokens.person("ops", "operator"),
        tokens.person("stat", "indicators"),
    ):
        answer = await http.get(intake["links"]["self"], headers=headers)
        assert answer.status_code == 200
        assert answer.json()["private"] is None
        assert "見本" not in answer.text
        assert "馬込1" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/persons?ids={person}", "/persons/{person}", "/households/{household}",
     "/duplicate-candidates?intake_id={intake}"],
)  # fmt: skip
async def test_persons_are_for_people_who_work_with_them(
    post: Any, http: Any, tokens: Tokens, count: Any, path: str
) -> None:
    intake = (await post("/intakes", an_intake(persons=[PERSON]))).json()
    at = BASE + path.format(
        person=intake["person_ids"][0],
        household=intake["household_id"],
        intake=intake["intake_id"],
    )
    for role in ("coordinator", "agency", "manager", "ward"):
        assert (await http.get(at, headers=tokens.person("somebody", role))).status_code == 200
    before = await count("audit", "outcome = 'refused'")
    for headers in (
        tokens.frontline("*"),
        tokens.bearer("coordination", kind="service", roles=("coordinator",)),
        tokens.person("ops", "operator"),
        tokens.person("stat", "indicators"),
        tokens.person("nobody"),
    ):
        answer = await http.get(at, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed-for-role")
        assert "見本" not in answer.text
    assert await count("audit", "outcome = 'refused'") == before + 5


async def test_names_come_for_several_persons_and_each_look_is_kept(
    post: Any, http: Any, coordinator: dict[str, str], count: Any
) -> None:
    intake = (await post("/intakes", an_intake(persons=[PERSON, {"name": "見本 二郎"}]))).json()
    one, two = intake["person_ids"]
    both = {"ids": [f"{two},{uuid4()}", one]}
    answer = await http.get(f"{BASE}/persons", params=both, headers=coordinator)

    assert answer.json()["items"] == [
        {"person_id": two, "name": "見本 二郎", "kana": None},
        {"person_id": one, "name": "見本 一郎", "kana": "ミホン イチロウ"},
    ]
    for person in (one, two):
        where = f"action = 'person.name' AND subject_id = '{person}'"
        assert await count("audit", where) == 1
    many = {"ids": ",".join(str(uuid4()) for _ in range(101))}
    for wrong in (many, {"ids": "one"}, {}):
        answer = await http.get(f"{BASE}/persons", params=wrong, headers=coordinator)
        assert answer.status_code == 422


async def test_a_household_lists_its_members_in_order(
    post: Any, http: Any, coordinator: dict[str, str]
) -> None:
    intake = (await post("/intakes", an_intake(persons=[PERSON, {"name": "見本 二郎"}]))).json()
    answer = await http.get(f"{BASE}/households/{intake['household_id']}", headers=coordinator)
    body = answer.json()
    assert (body["basic_area"], body["daily_area"]) == ("大森", "馬込")
    assert [member["person_id"] for member in body["members"]] == intake["person_ids"]
    for path, code in (("households", "household-unknown"), ("persons", "person-unknown")):
        nothing = await http.get(f"{BASE}/{path}/{uuid4()}", headers=coordinator)
        assert (nothing.status_code, nothing.json()["code"]) == (404, code)


async def test_what_was_destroyed_is_nowhere_shown(
    post: Any, http: Any, context: Any, coordinator: dict[str, str]
) -> None:
    intake = (await post("/intakes", an_intake(persons=[PERSON]))).json()
    [person] = intake["person_ids"]
    async with context.database.transaction() as session:
        await context.vault.destroy(session, "person", UUID(person))
        await context.vault.destroy(session, "intake", UUID(intake["intake_id"]))

    names = await http.get(f"{BASE}/persons", params={"ids": person}, headers=coordinator)
    assert names.json()["items"] == [{"person_id": person, "name": None, "kana": None}]
    seen = await http.get(intake["links"]["self"], headers=coordinator)
    assert seen.json()["private"]["text"] is None
    assert "見本" not in seen.text
    correction = await post(
        f"/intakes/{intake['intake_id']}/corrections", {"reason": "other", "text": "新しい文"}
    )
    assert (correction.status_code, correction.json()["code"]) == (409, "erased")
