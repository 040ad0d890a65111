"""A POST may be sent twice: the same Idempotency-Key gets the first answer again.

The key is kept in the transaction of the request's effect, so that both exist or neither.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.problems import Problem
from chassis.tables import IDEMPOTENCY_KEY
from contracts.message import without_private

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="再送しても二重に処理されないための鍵 / Sent again, the request has one effect",
    ),
]


async def answered_before(
    session: AsyncSession, principal: Principal, route: str, key: str, body: bytes
) -> dict[str, Any] | None:
    """The first answer, `{"status", "body"}`, or None if this request is the first.

    Raises Problem 422 `key-reused` for another body, 409 `key-in-progress` while the first request
    with the key is still running.
    """
    request_hash = hashlib.sha256(body).hexdigest()
    lock = func.hashtextextended(f"{principal.sub} {route} {key}", 0)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise Problem(
            409,
            "key-in-progress",
            ja="同じキーの要求を処理中です",
            en="A request with this key is still in progress",
            headers={"Retry-After": "1"},
        )
    inserted = await session.scalar(
        insert(IDEMPOTENCY_KEY)
        .values(principal=principal.sub, route=route, key=key, request_hash=request_hash)
        .on_conflict_do_nothing()
        .returning(IDEMPOTENCY_KEY.c.key)
    )
    if inserted:
        return None
    row = (await session.execute(select(IDEMPOTENCY_KEY).where(*_is(principal, route, key)))).one()
    if row.request_hash != request_hash:
        raise Problem(
            422,
            "key-reused",
            ja="同じキーが別の内容で使われています",
            en="This key was used with another body",
            field="Idempotency-Key",
        )
    return {"status": row.status, "body": row.body}


async def remember_answer(
    session: AsyncSession,
    principal: Principal,
    route: str,
    key: str,
    *,
    status: int,
    body: dict[str, Any],
) -> None:
    """Keep the answer for the next time the key comes. `body` must be JSON as it is sent."""
    await session.execute(
        update(IDEMPOTENCY_KEY).where(*_is(principal, route, key)).values(status=status, body=body)
    )


async def once(
    session: AsyncSession,
    caller: Principal,
    route: str,
    key: str,
    body: bytes,
    act: Callable[[], Awaitable[BaseModel]],
    *,
    status: int = 200,
) -> dict[str, Any]:
    """The act's answer, `{"status", "body"}`, or the first one if the key brought this body before.

    Without its private texts: what is answered is kept, readable, with the key.
    Raises Problem like `answered_before`, and whatever the act raises.
    """
    earlier = await answered_before(session, caller, route, key, body)
    if earlier is not None:
        return earlier
    told = without_private(await act()).model_dump(mode="json")
    await remember_answer(session, caller, route, key, status=status, body=told)
    return {"status": status, "body": told}


def _is(principal: Principal, route: str, key: str) -> tuple[Any, ...]:
    columns = IDEMPOTENCY_KEY.c
    return (columns.principal == principal.sub, columns.route == route, columns.key == key)
