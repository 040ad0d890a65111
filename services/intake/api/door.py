"""What every request that brings something passes: the caller first, then the body as a whole."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency
from chassis.audit import audit_refusal
from chassis.auth import Caller, Principal
from chassis.context import Context
from chassis.mynumber import fields_with_my_number
from services.intake.faults import Fault, refuse_all
from services.intake.readable import unreadable

PREFIX = "/api/intake/v1"

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": told, "content": {"application/problem+json": {}}}
    for status, told in {
        401: "認証が必要です / A valid bearer token is needed",
        403: "権限がありません / Not allowed for this caller",
        409: "現在の状態ではできません / Not possible in the present state",
        422: "内容に誤りがあります。何も保存されません / Not valid; nothing is stored",
    }.items()
}


def routes(tag: str) -> APIRouter:
    """A router under this service's prefix."""
    return APIRouter(prefix=PREFIX, tags=[tag], responses=REFUSALS)


async def readable_body(request: Request, _: Caller) -> Any:
    """The JSON body. Raises Problem 422 if no honest sender writes it so."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise refuse_all([Fault("body", "invalid")]) from None
    if faults := list(unreadable(body)):
        raise refuse_all(faults)
    return body


async def body_without_my_number(body: Annotated[Any, Depends(readable_body)]) -> None:
    """Raises Problem 422 `my-number-refused` naming the fields; their values go nowhere."""
    if fields := sorted(set(fields_with_my_number(body))):
        raise refuse_all([Fault(field, "my-number-refused") for field in fields])


async def turn_away(
    session: AsyncSession, ctx: Context, caller: Principal, action: str, kind: str, subject: str
) -> None:
    """Keep that the caller was refused a channel's record; the request's own work ends here."""
    # The request gives its connection back first: many refusals at once would else wait for a
    # second one that none of them lets go.
    await session.rollback()
    await audit_refusal(ctx.database, caller, action, kind, subject, "channel-not-allowed")


async def once(
    session: AsyncSession,
    caller: Principal,
    key: str,
    request: Request,
    act: Callable[[], Awaitable[BaseModel]],
    *,
    status: int = 200,
) -> JSONResponse:
    """The act's answer, or the first answer again if the key brought the same body before."""
    answered = await idempotency.once(session, caller, key, request, act, status=status)
    return JSONResponse(answered["body"], answered["status"])
