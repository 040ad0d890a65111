"""Duplicate candidates: found with reasons, never merged, never shown to who may not see them."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.intake.blind_index import BlindIndex
from services.intake.duplicates import Identity, may_be_alike, reasons_alike, search_terms
from tests.services.conftest import Tokens, a_key
from tests.services.intake.conftest import BASE, an_intake

ONE = Identity(
    name="髙橋 祥子",
    kana="タカハシ ショウコ",
    birth_date=date(1980, 5, 6),
    phone="090-0000-1111",
    address="大田区馬込1-2-3",
)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        (
            {"kana": "タカハシ シヨウコ", "phone": None, "address": None},
            ["kana-same", "name-same", "birth-date-same"],
        ),
        (
            {"kana": "タカハシ ショウゴ", "name": "高橋 省吾", "phone": None, "address": None},
            ["kana-similar", "birth-date-same"],
        ),
        (
            {"birth_date": None, "phone": None, "address": None, "name": None},
            ["kana-same", "birth-date-unknown"],
        ),
        (
            {"birth_date": date(1980, 6, 5), "name": None, "address": None},
            ["kana-same", "phone-same"],
        ),
        ({"birth_date": date(1980, 6, 5), "phone": None, "address": None}, []),
        ({"name": "鈴木 花", "kana": "スズキ ハナ"}, []),
        ({"name": None, "kana": None}, ["birth-date-same", "phone-same", "address-same"]),
        ({"name": None, "kana": None, "birth_date": None}, []),
    ],
)
def test_persons_are_alike_for_reasons(changes: dict[str, Any], reasons: list[str]) -> None:
    other = ONE.model_copy(update=changes)
    assert [str(reason) for reason in reasons_alike(ONE, other)] == reasons
    assert reasons_alike(ONE, other) == reasons_alike(other, ONE)


def test_people_without_any_trait_are_alike_to_nobody() -> None:
    assert reasons_alike(Identity(), Identity()) == ()
    assert search_terms(Identity()) == {}


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        {"kana": None, "name": None},
        {"kana": "ベツ ジン", "name": "別 人"},
        {},
        {"phone": None},
        {"address": None, "phone": None},
    ],
)
def test_nobody_who_is_alike_is_left_unopened(changes: dict[str, Any], unknown: bool) -> None:
    for born in (ONE.birth_date, date(1999, 9, 9), None):
        other = ONE.model_copy(update={**changes, "birth_date": born})
        one = ONE.model_copy(update={"birth_date": None}) if unknown else ONE
        ours, theirs = search_terms(one), search_terms(other)
        shared = {kind for kind, term in ours.items() if theirs.get(kind) == term}
        nobody_knows = one.birth_date is None or born is None
        if reasons_alike(one, other):
            assert may_be_alike(shared, birth_unknown=nobody_knows)


def test_a_common_name_is_not_worth_a_look() -> None:
    assert not may_be_alike({"kana", "name"}, birth_unknown=False)
    assert may_be_alike({"kana", "name"}, birth_unknown=True)
    assert may_be_alike({"phone"}, birth_unknown=False)


def test_a_digest_needs_the_key_and_survives_a_new_one() -> None:
    old, new = a_key(), a_key().replace("k1", "k2")
    before, after, other = BlindIndex(old), BlindIndex(f"{new},{old}"), BlindIndex(new)
    entry = before.digest("kana", "たかはし")
    assert entry in after.digests("kana", "たかはし")
    assert after.digest("kana", "たかはし") == other.digest("kana", "たかはし")
    assert entry not in other.digests("kana", "たかはし")
    assert entry not in after.digests("name", "たかはし")


def someone() -> dict[str, Any]:
    unique = "".join(
        "あいうえおかきくけこさしすせそた"[int(digit, 16)] for digit in uuid4().hex[:10]
    )
    return {"name": f"試験 {unique}", "kana": f"シケン {unique}", "birth_date": "1975-03-04"}


async def test_a_second_intake_of_a_person_names_the_first_and_merges_nothing(
    post: Any, http: Any, facts: Any, count: Any, coordinator: dict[str, str]
) -> None:
    person = someone()
    first = (await post("/intakes", an_intake(persons=[person]))).json()
    second = (
        await post(
            "/intakes",
            an_intake(channel="jobota", persons=[someone(), {**person, "phone": "0300000000"}]),
        )
    ).json()

    assert first["duplicate_candidates"] == []
    [candidate] = second["duplicate_candidates"]
    assert candidate["intake_id"] == first["intake_id"]
    assert candidate["receipt_number"] == first["receipt_number"]
    assert candidate["reasons"] == ["kana-same", "name-same", "birth-date-same"]
    [told] = await facts(second["intake_id"])
    assert told["duplicate_candidates"] == [first["intake_id"]]
    ids = "', '".join(first["person_ids"] + second["person_ids"])
    assert await count("person", f"person_id IN ('{ids}')") == 3

    for asked, other in ((first, second), (second, first)):
        answer = await http.get(
            f"{BASE}/duplicate-candidates",
            params={"intake_id": asked["intake_id"]},
            headers=coordinator,
        )
        [item] = answer.json()["items"]
        assert item["intake_id"] == other["intake_id"]
        [pair] = item["pairs"]
        assert pair["person_id"] in asked["person_ids"]
        assert pair["other_person_id"] in other["person_ids"]


async def test_two_intakes_of_one_person_at_once_still_see_each_other(post: Any) -> None:
    person = someone()
    answers = await asyncio.gather(
        *(post("/intakes", an_intake(persons=[person, someone()])) for _ in range(4))
    )
    found = sorted(len(answer.json()["duplicate_candidates"]) for answer in answers)
    assert found == [0, 1, 2, 3]


async def test_a_client_learns_nothing_of_other_channels(
    post: Any, facts: Any, tokens: Tokens
) -> None:
    person = someone()
    first = (await post("/intakes", an_intake(persons=[person]))).json()
    second = (
        await post(
            "/intakes",
            an_intake(channel="jobota", persons=[person]),
            as_=tokens.frontline("jobota"),
        )
    ).json()
    assert second["duplicate_candidates"] == []
    [told] = await facts(second["intake_id"])
    assert told["duplicate_candidates"] == [first["intake_id"]]


async def test_the_household_of_one_intake_and_withdrawn_intakes_are_no_candidates(
    post: Any,
) -> None:
    person = someone()
    first = (await post("/intakes", an_intake(persons=[person, person]))).json()
    assert first["duplicate_candidates"] == []
    await post(f"/intakes/{first['intake_id']}/withdrawal", {"reason": "entered-twice"})
    second = (await post("/intakes", an_intake(persons=[person]))).json()
    assert second["duplicate_candidates"] == []


async def test_a_corrected_reading_makes_a_person_findable(
    post: Any, http: Any, coordinator: dict[str, str]
) -> None:
    person = someone()
    wrong = {**person, "name": None, "kana": "マチガイ ヨミ" + uuid4().hex[:6]}
    first = (await post("/intakes", an_intake(persons=[person]))).json()
    second = (await post("/intakes", an_intake(persons=[wrong]))).json()
    assert second["duplicate_candidates"] == []

    corrected = await post(
        f"/intakes/{second['intake_id']}/corrections",
        {
            "reason": "typing-error",
            "persons": [{"person_id": second["person_ids"][0], "kana": person["kana"]}],
        },
    )
    assert corrected.json()["revision"] == 2
    answer = await http.get(
        f"{BASE}/duplicate-candidates",
        params={"intake_id": second["intake_id"]},
        headers=coordinator,
    )
    assert [item["intake_id"] for item in answer.json()["items"]] == [first["intake_id"]]
