"""A request that writes: its sender, its key, its transaction, and the record that it was done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency
from chassis.audit import audit
from chassis.auth import Principal, authenticated, requires
from chassis.context import Context, Ctx, Session
from chassis.idempotency import IdempotencyKey


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
        """The act's answer, or the first answer again if the key brought the same body before.

        Without private texts, see `idempotency.once`; its `version` is the ETag as well.
        """
        route, body = f"POST {self.request.url.path}", await self.request.body()
        told = await idempotency.once(
            self.session, self.caller, route, self.key, body, act, status=status
        )
        return JSONResponse(told["body"], told["status"], headers=etag(told["body"].get("version")))

    async def done(
        self, action: str, subject: UUID | str, *, of: str | None = None, **details: Any
    ) -> None:
        """Flush what was written and record who did it. `details`: codes and numbers only.

        `of`: what the subject is, where it is not the action's first word.
        """
        await self.session.flush()
        kind = of or action.partition(".")[0]
        await audit(self.session, self.caller, action, kind, str(subject), **details)


def etag(version: int | None) -> dict[str, str]:
    """The header that names the version of what is answered."""
    return {} if version is None else {"ETag": f'"{version}"'}


def writing(*roles: str) -> Any:
    """A dependency: a writing request of a caller with one of the roles; of any caller if none."""
    who = requires(*roles) if roles else authenticated

    async def check(
        request: Request,
        caller: Annotated[Principal, Depends(who)],
        key: IdempotencyKey,
        ctx: Ctx,
        session: Session,
    ) -> Writing:
        return Writing(request, caller, key, ctx, session, datetime.now(UTC))

    return check


Write = Annotated[Writing, Depends(writing())]
"""A writing request of any caller; who may do what is judged by its endpoint."""
