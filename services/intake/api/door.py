"""What every request that brings something passes: the caller first, then the body as a whole."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit_refusal
from chassis.auth import Caller, Principal
from chassis.context import Context
from chassis.mynumber import fields_with_my_number
from chassis.problems import Problem
from chassis.writing import Writing
from services.intake.access import Sight, may_send, sight
from services.intake.faults import Fault, refuse, refuse_all
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


async def senders_own(
    write: Writing, channel: str, action: str, subject: UUID, unknown: Problem
) -> None:
    """Raises Problem 403 for a record of a channel that is not the caller's to write; it is kept.

    To who may not even see it, it is `unknown`. What the record is, is the action's first word.
    """
    if may_send(write.caller, channel):
        return
    seen = sight(write.caller, channel)
    kind = action.partition(".")[0]
    await turn_away(write.session, write.ctx, write.caller, action, kind, str(subject))
    raise unknown if seen is Sight.NOTHING else refuse(403, "channel-not-allowed")
