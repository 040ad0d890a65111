"""What every service does by its chassis: login, problems, keys, audit, vault, operations."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select, text, update

from chassis.audit import audit, audit_refusal, broken_link, seal
from chassis.auth import Caller, requires
from chassis.bus import Events
from chassis.context import Context, Ctx, Session
from chassis.idempotency import IdempotencyKey, answered_before, remember_answer
from chassis.outbox import emit
from chassis.problems import Problem
from chassis.records import RawRecord
from chassis.service import Service
from chassis.settings import Settings
from chassis.tables import AUDIT, IDEMPOTENCY_KEY, OUTBOX
from chassis.writing import Write
from contracts.events.intake import IntakeWithdrawn
from contracts.message import Private
from tests.services.conftest import Tokens

ROUTER = APIRouter(prefix="/api/participation/v1")
EVENTS = Events("participation")
MENDED = {"yet": False}


class Wish(BaseModel):
    count: int = Field(ge=1)
    text: str = Field(default="", max_length=20)


@ROUTER.get("/me")
async def me(caller: Caller) -> dict[str, Any]:
    return {"sub": caller.sub}


@ROUTER.get("/staff-only", dependencies=[Depends(requires("manager"))])
async def staff_only() -> dict[str, str]:
    return {"seen": "yes"}


class Said(BaseModel):
    text: Private


class Wished(BaseModel):
    id: str
    text: Private
    parts: tuple[Said, ...]


@ROUTER.post("/wishes", status_code=202)
async def wish(body: Wish, write: Write) -> JSONResponse:
    async def act() -> Wished:
        fact = IntakeWithdrawn(intake_id=uuid4(), receipt_number="R8-大森-00001", reason="test")
        await emit(write.session, fact)
        await write.done("wish.make", fact.intake_id, count=body.count)
        if body.count == 13:
            raise Problem(409, "unlucky", ja="だめです", en="No")
        return Wished(
            id=str(fact.intake_id), text=body.text, parts=(Said(text=body.text),) * body.count
        )

    return await write.once(act, status=202)


@ROUTER.post("/slow-wishes")
async def slow_wish(session: Session, caller: Caller, key: IdempotencyKey) -> dict[str, Any]:
    earlier = await answered_before(session, caller, "POST slow", key, b"")
    await session.execute(text("SELECT pg_sleep(0.3)"))
    await remember_answer(session, caller, "POST slow", key, status=200, body={"did": 1})
    return {"did": 0 if earlier else 1}


@ROUTER.get("/words")
async def words(session: Session, word: Annotated[str, Depends(lambda word: word)]) -> Any:
    return {"found": await session.scalar(select(func.length(word)))}


@EVENTS.on(IntakeWithdrawn)
async def take_back(session: Any, event: IntakeWithdrawn) -> None:
    if not MENDED["yet"]:
        raise RuntimeError("not mended")


def create_app(settings: Settings) -> FastAPI:
    return Service("participation", routers=[ROUTER], events=EVENTS).app(settings)


Served = Callable[..., AbstractAsyncContextManager[tuple[httpx.AsyncClient, Context]]]


@pytest.fixture(scope="module")
async def sample(served: Served) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
    async with served(create_app) as made:
        yield made


Sample = tuple[httpx.AsyncClient, Context]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "token-missing"),
        ({"Authorization": "Basic abc"}, "token-missing"),
        ({"Authorization": "Bearer nonsense"}, "token-invalid"),
        ({"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}, "token-invalid"),
    ],
)
async def test_a_request_without_a_valid_token_is_refused(
    sample: Sample, headers: dict[str, str], code: str
) -> None:
    answer = await sample[0].get("/api/participation/v1/me", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title_en"]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1}, "token-expired"),
        ({"aud": "another"}, "token-invalid"),
        ({"iss": "http://elsewhere"}, "token-invalid"),
        ({"kind": "robot"}, "token-invalid"),
        ({"nbf": int(time.time()) + 600}, "token-invalid"),
    ],
)
async def test_a_token_with_wrong_claims_is_refused(
    sample: Sample, tokens: Tokens, claims: dict[str, Any], code: str
) -> None:
    token = tokens.claims(**{"sub": "x", "kind": "person", **claims})
    answer = await sample[0].get(
        "/api/participation/v1/me", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_a_role_that_is_not_needed_is_not_enough(sample: Sample, tokens: Tokens) -> None:
    at = "/api/participation/v1/staff-only"
    refused = await sample[0].get(at, headers=tokens.person("a", "coordinator"))
    allowed = await sample[0].get(at, headers=tokens.person("a", "manager"))
    assert (refused.status_code, refused.json()["needed"]) == (403, ["manager"])
    assert allowed.status_code == 200


async def _wish(sample: Sample, tokens: Tokens, key: str | None, body: Any) -> httpx.Response:
    headers = {**tokens.frontline(), "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    content = body if isinstance(body, str) else json.dumps(body)
    return await sample[0].post(
        "/api/participation/v1/wishes", content=content.encode(), headers=headers
    )


async def _facts(context: Context) -> int:
    async with context.database.transaction() as session:
        return int(await session.scalar(select(func.count()).select_from(OUTBOX)) or 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": "many"}, "count"),
        ({}, "count"),
        ({"count": 1, "text": "長" * 21}, "text"),
        ("{not json", "0"),
        ("[]", "body"),
    ],
)
async def test_bad_input_names_the_field_and_stores_nothing(
    sample: Sample, tokens: Tokens, body: Any, field: str
) -> None:
    before = await _facts(sample[1])
    answer = await _wish(sample, tokens, str(uuid4()), body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid"
    if field != "0":
        assert problem["errors"][0]["field"] == field
    assert problem["errors"][0]["ja"]
    assert await _facts(sample[1]) == before


async def test_a_refusal_rolls_everything_back_and_the_key_stays_free(
    sample: Sample, tokens: Tokens
) -> None:
    before, key = await _facts(sample[1]), str(uuid4())
    refused = await _wish(sample, tokens, key, {"count": 13})
    assert (refused.status_code, refused.json()["code"]) == (409, "unlucky")
    assert await _facts(sample[1]) == before
    assert (await _wish(sample, tokens, key, {"count": 1})).status_code == 202


async def test_the_same_key_has_one_effect(sample: Sample, tokens: Tokens) -> None:
    before, key = await _facts(sample[1]), str(uuid4())
    first = await _wish(sample, tokens, key, {"count": 2})
    again = await _wish(sample, tokens, key, {"count": 2})
    other = await _wish(sample, tokens, key, {"count": 3})
    assert (first.json(), first.status_code) == (again.json(), again.status_code)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert await _facts(sample[1]) == before + 1


async def test_the_answer_kept_for_a_key_has_no_private_words(
    sample: Sample, tokens: Tokens
) -> None:
    key = str(uuid4())
    answer = await _wish(sample, tokens, key, {"count": 1, "text": "見本 花子"})
    assert (answer.json()["text"], answer.json()["parts"]) == (None, [{"text": None}])
    async with sample[1].database.transaction() as session:
        kept = select(IDEMPOTENCY_KEY.c.body).where(IDEMPOTENCY_KEY.c.key == key)
        assert await session.scalar(kept) == answer.json()


async def test_what_was_done_is_written_down_once_with_its_codes(
    sample: Sample, tokens: Tokens
) -> None:
    key = str(uuid4())
    for _ in range(2):
        made = (await _wish(sample, tokens, key, {"count": 2})).json()["id"]
    async with sample[1].database.transaction() as session:
        rows = (await session.execute(select(AUDIT).where(AUDIT.c.subject_id == made))).all()
    assert [(row.action, row.subject_kind, row.details) for row in rows] == [
        ("wish.make", "wish", {"count": 2})
    ]


async def test_a_missing_or_malformed_key_is_refused(sample: Sample, tokens: Tokens) -> None:
    for key in (None, "short", "日本語の鍵です鍵です".encode().hex()[:4]):
        answer = await _wish(sample, tokens, key, {"count": 1})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].lower().endswith("idempotency-key")


async def test_a_key_in_progress_is_said_to_be_so(sample: Sample, tokens: Tokens) -> None:
    headers = {**tokens.frontline(), "Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(sample[0].post("/api/participation/v1/slow-wishes", headers=headers) for _ in range(4))
    )
    did = [answer.json().get("did") for answer in answers if answer.status_code == 200]
    waiting = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert sum(did) == 1
    assert set(waiting) <= {"key-in-progress"}
    assert len(did) + len(waiting) == 4


async def test_an_oversize_body_is_refused_whether_announced_or_not(
    sample: Sample, tokens: Tokens
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    for content in (b"x" * 2_000_000, chunks()):
        answer = await sample[0].post(
            "/api/participation/v1/wishes",
            content=content,
            headers={**tokens.frontline(), "Idempotency-Key": str(uuid4())},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_an_unknown_address_is_a_problem_too(sample: Sample) -> None:
    answer = await sample[0].get("/api/participation/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_character_that_the_database_refuses_is_the_callers_mistake(
    sample: Sample,
) -> None:
    answer = await sample[0].get("/api/participation/v1/words", params={"word": "a\0b"})
    assert answer.status_code == 422


async def test_the_audit_chain_shows_a_later_change(sample: Sample, tokens: Tokens) -> None:
    context = sample[1]
    reader = await context.verifier.verify(tokens.claims(sub="r", kind="person"))
    async with context.database.transaction() as session:
        await audit(session, reader, "person.read", "person", "p1", of="case")
    await audit_refusal(context.database, reader, "person.read", "person", "p2", "not-yours")
    async with context.database.transaction() as session:
        assert await seal(session) >= 2
    async with context.database.transaction() as session:
        assert await broken_link(session) is None
        latest = await session.scalar(select(func.max(AUDIT.c.link)))
        await session.execute(
            update(AUDIT).where(AUDIT.c.link == latest).values(subject_id="somebody else")
        )
        assert await broken_link(session) == latest
        await session.execute(update(AUDIT).where(AUDIT.c.link == latest).values(subject_id="p2"))


async def test_destroying_a_data_key_destroys_what_it_sealed(sample: Sample) -> None:
    context, owner = sample[1], uuid4()
    async with context.database.transaction() as session:
        sealed = await context.vault.seal(session, "person", owner, "見本 花子")
        assert "見本".encode() not in sealed
        assert await context.vault.open(session, "person", owner, sealed) == "見本 花子"
        await context.vault.destroy(session, "person", owner)
        assert await context.vault.open(session, "person", owner, sealed) is None
        with pytest.raises(ValueError, match="destroyed"):
            await context.vault.seal(session, "person", owner, "もう一度")


async def test_readiness_tells_what_is_away(sample: Sample) -> None:
    answer = await sample[0].get("/api/participation/health/ready")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (200, "ok")
    metrics = await sample[0].get("/api/participation/metrics")
    assert "kasane_outbox{" in metrics.text


async def test_a_parked_record_is_put_back_by_an_operator_once_it_is_mended(
    sample: Sample, tokens: Tokens
) -> None:
    client, context = sample
    fact = IntakeWithdrawn(intake_id=uuid4(), receipt_number="R8-大森-00002", reason="test")
    headers = ((b"ce_id", str(fact.event_id).encode()), (b"ce_type", fact.type.encode()))
    record = RawRecord(
        topic=fact.topic,
        partition=0,
        offset=7,
        key=fact.subject.encode(),
        value=fact.model_dump_json().encode(),
        headers=tuple((name.decode(), value) for name, value in headers),
    )
    from chassis.bus import Outcome, deliver

    MENDED["yet"] = False
    assert await deliver(context.database, EVENTS, record) is Outcome.PARKED
    base = "/api/participation/v1/operations/dead-letters"
    operator = tokens.person("o", "operator")
    assert (await client.get(base, headers=tokens.person("c", "manager"))).status_code == 403
    listed = (await client.get(base, headers=operator)).json()["dead_letters"]
    letter = next(one for one in listed if one["event_id"] == str(fact.event_id))
    assert "RuntimeError" in letter["reason"]
    assert "value" not in letter
    failing = await client.post(f"{base}/{letter['id']}/retry", headers=operator)
    assert (failing.status_code, failing.json()["code"]) == (409, "still-failing")
    MENDED["yet"] = True
    mended = await client.post(f"{base}/{letter['id']}/retry", headers=operator)
    assert (mended.status_code, mended.json()["outcome"]) == (200, "applied")
    gone = await client.post(f"{base}/{letter['id']}/retry", headers=operator)
    assert gone.status_code == 404


async def test_the_bus_is_described(sample: Sample) -> None:
    described = (await sample[0].get("/api/participation/v1/asyncapi.json")).json()
    addresses = {channel["address"] for channel in described["channels"].values()}
    assert {"kasane.intake", "kasane.participation"} <= addresses


async def test_the_context_is_the_same_for_every_request(sample: Sample, tokens: Tokens) -> None:
    answer = await sample[0].get("/api/participation/v1/me", headers=tokens.person("who"))
    assert answer.json() == {"sub": "who"}
    assert isinstance(sample[1], Context)
    assert Ctx
