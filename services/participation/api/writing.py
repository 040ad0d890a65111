"""One request that writes: who asks, its key, the database, and the record that it was done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context, Ctx, Session
from chassis.idempotency import IdempotencyKey
from chassis.mynumber import refuse_my_number
from contracts.message import private_fields
from services.participation.api.door import MAY_WRITE, PREFIX, STAFF, once
from services.participation.refusals import refuse


async def no_my_number(request: Request) -> None:
    """Raises Problem 422 `my-number-refused` naming the fields of the body that hold one."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            return
        refuse_my_number(body)


def records(tag: str) -> APIRouter:
    """The routes of one concept; its bodies hold no 個人番号."""
    return APIRouter(prefix=PREFIX, tags=[tag], dependencies=[Depends(no_my_number)])


@dataclass(frozen=True)
class Writing:
    """Everything a write needs. `once` makes it happen once for its Idempotency-Key."""

    request: Request
    caller: Principal
    key: str
    ctx: Context
    session: AsyncSession
    now: datetime

    @property
    def by(self) -> str:
        return self.caller.sub

    async def once(
        self, act: Callable[[], Awaitable[BaseModel]], *, status: int = 200
    ) -> JSONResponse:
        """The act's answer without private texts: it is kept, readable, with the key."""

        async def told() -> BaseModel:
            return without_private(await act())

        return await once(self.session, self.caller, self.key, self.request, told, status=status)

    async def done(self, action: str, subject: UUID | str, **details: Any) -> None:
        """Flush what was written and record who did it. `details`: codes and numbers only."""
        await self.session.flush()
        kind = action.partition(".")[0]
        await audit(self.session, self.caller, action, kind, str(subject), **details)


def without_private(answer: BaseModel) -> BaseModel:
    """The answer with None for every field that is marked as private text."""
    private = private_fields(type(answer))
    return answer.model_copy(
        update={name: None if name in private else _cleared(value) for name, value in answer}
    )


def _cleared(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return without_private(value)
    return [_cleared(one) for one in value] if isinstance(value, list) else value


async def _writing(
    request: Request,
    caller: Annotated[Principal, Depends(MAY_WRITE)],
    key: IdempotencyKey,
    ctx: Ctx,
    session: Session,
) -> Writing:
    return Writing(request, caller, key, ctx, session, datetime.now(UTC))


Write = Annotated[Writing, Depends(_writing)]
Reader = Annotated[Principal, Depends(STAFF)]
Keeper = Annotated[Principal, Depends(MAY_WRITE)]


def same_version(version: int, read: int) -> None:
    """Raises Problem 412 if another version stands than the one that was read."""
    if version != read:
        raise refuse(412, "version-changed", None, version=version)
