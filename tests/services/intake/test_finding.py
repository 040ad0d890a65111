"""Finding people by name: however it is written, by keyed digests alone, for the right caller."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from chassis.context import Context
from services.intake.duplicates import Identity
from services.intake.finding import LONGEST, VERSION, asked, findable
from services.intake.sealing import Safe
from services.intake.store import finding
from tests.services.conftest import Tokens
from tests.services.intake.conftest import an_intake

FIND = "/api/intake/v1/persons/find"

TAKAHASHI = Identity(name="髙橋 﨑子", kana="タカハシ サキコ")


def meant(words: str, who: Identity) -> bool:
    """Whether words mean a person, by the rules alone."""
    wanted = asked(words)
    return bool(wanted) and all(terms & findable(who) for terms in wanted)


@pytest.mark.parametrize(
    "words",
    [
        "髙橋",
        "高橋",
        "高橋 崎子",
        "高橋　崎子",
        "髙橋﨑子",
        "高橋崎",
        "崎子",
        "タカハシ",
        "たかはし",
        "ﾀｶﾊｼ",
        "たか",
        "サキコ",
        "たかはし さき",
        "サキコ タカハシ",
        "タカハシ 崎子",
    ],
)
def test_a_name_is_found_however_it_is_written(words: str) -> None:
    assert meant(words, TAKAHASHI)


@pytest.mark.parametrize("words", ["高", "た", "橋", "高橋 花子", "たかはた", "ハシ", "橋崎"])
def test_a_name_is_not_found_by_what_it_is_not(words: str) -> None:
    assert not meant(words, TAKAHASHI)


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("渡辺", Identity(name="渡邉 一郎")),
        ("渡辺", Identity(name="渡邊󠄀 一郎")),
        ("しようこ", Identity(name="見本", kana="ミホン ショウコ")),
        ("おおた", Identity(kana="オオタ シヨウコ")),
        ("まりあ", Identity(name="マリア グエン")),
        ("nguyen", Identity(name="Nguyễn An".replace("ễ", "e"), kana="グエン アン")),
        ("林", Identity(name="林 一")),
    ],
)
def test_variants_small_kana_and_other_scripts_are_found(words: str, who: Identity) -> None:
    assert meant(words, who)


def test_words_without_a_letter_ask_for_nobody() -> None:
    assert asked(" 　・ ") == []


def test_a_very_long_name_is_found_by_its_beginning() -> None:
    long = "あいうえおかきくけこさしすせそたちつてと"
    assert meant(long, Identity(kana=long))
    assert meant(long[: LONGEST + 2], Identity(kana=long))


@pytest.fixture
def service_token(tokens: Tokens) -> dict[str, str]:
    return tokens.bearer("kasane-portal", kind="service", roles=("casework",))


async def found(http: httpx.AsyncClient, as_: dict[str, str], name: str) -> Any:
    body = {"name": name, "on_behalf_of": "hanako"}
    return await http.post(FIND, json=body, headers=as_)


async def test_a_person_is_found_by_digests_alone(
    http: httpx.AsyncClient, context: Context, post: Any, service_token: dict[str, str]
) -> None:
    unique = "".join(chr(ord("あ") + int(digit, 16) * 2) for digit in uuid4().hex[:6])
    person = {"name": f"髙橋 {unique}", "kana": f"タカハシ {unique}", "relation": "head"}
    made = (await post("/intakes", an_intake(persons=[person]))).json()
    answer = await found(http, service_token, f"高橋 {unique}")
    assert answer.json() == {"person_ids": made["person_ids"], "more": False}
    async with context.database.transaction() as session:
        for table in ("name_key", "person", "audit"):
            query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :word"  # noqa: S608
            assert await session.scalar(text(query), {"word": f"%{unique}%"}) == 0, table
        told = await session.scalar(
            text("SELECT details FROM audit WHERE action = 'person.find' ORDER BY id DESC LIMIT 1")
        )
    assert told == {"found": 1, "on_behalf_of": "hanako"}


async def test_a_person_whose_name_was_corrected_is_found_by_the_new_one_only(
    context: Context, post: Any
) -> None:
    safe = Safe.of(context)
    made = (await post("/intakes", an_intake())).json()
    async with context.database.transaction() as session:
        person = await session.scalar(text("SELECT max(person_id::text)::uuid FROM person"))
        for name in ("架空 古男", "架空 新男"):
            await finding.index_name(session, safe, person, Identity(name=name))
        old, _ = await finding.find_by_name(session, safe, asked("古男"))
        new, _ = await finding.find_by_name(session, safe, asked("新男"))
    assert (old, new) == ([], [person])
    assert made["person_ids"]


async def test_persons_taken_in_before_a_rule_are_indexed_by_it(
    context: Context, http: httpx.AsyncClient, post: Any, service_token: dict[str, str]
) -> None:
    made = (await post("/intakes", an_intake(persons=[{"name": "架空 後日", "kana": "カ"}]))).json()
    async with context.database.transaction() as session:
        await session.execute(text("DELETE FROM name_key"))
        await session.execute(text("UPDATE person SET name_keys = 0"))
    while True:
        async with context.database.transaction() as session:
            if not await finding.index_again(session, Safe.of(context), 50):
                break
    assert (await found(http, service_token, "後日")).json()["person_ids"] == made["person_ids"]
    async with context.database.transaction() as session:
        left = await session.scalar(
            text("SELECT count(*) FROM person WHERE name_keys < :now"), {"now": VERSION}
        )
    assert left == 0


@pytest.mark.parametrize("roles", [("coordinator",), ("agency",), ("operator",)])
async def test_nobody_searches_names_with_a_token_of_their_own(
    http: httpx.AsyncClient, tokens: Tokens, roles: tuple[str, ...]
) -> None:
    """Who may see which case is coordination's affair; a list of persons would tell too much."""
    person = tokens.bearer("hanako", roles=roles, agency="sapota")
    machine = tokens.bearer("operations", kind="service", roles=roles)
    for as_ in (person, machine):
        assert (await found(http, as_, "高橋")).status_code == 403


async def test_a_search_without_a_letter_is_refused(
    http: httpx.AsyncClient, service_token: dict[str, str]
) -> None:
    answer = await found(http, service_token, "・")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")
