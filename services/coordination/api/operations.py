"""For operations staff: what is on its way to the workflows."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.auth import requires
from chassis.context import Ctx, Session
from services.coordination import problems, views
from services.coordination.api.cases import PREFIX
from services.coordination.commands import relay_of
from services.coordination.reading.letters import unsent_letters
from services.coordination.store.commands import pending
from services.coordination.store.letters import put_back

router = APIRouter(prefix=PREFIX, tags=["運用 / operations"])


@router.get(
    "/operations/commands",
    summary="配達待ちの操作 / Commands on their way",
    dependencies=[Depends(requires("operator"))],
)
async def commands(ctx: Ctx, session: Session) -> dict[str, Any]:
    """How many acts wait for their workflow, how long the oldest has, and whether they go on."""
    waiting, oldest = await pending(session)
    relay = relay_of(ctx)
    return {
        "commands": waiting,
        "commands_age_seconds": round(oldest, 1),
        "relay": "ok" if relay.healthy() else relay.last_error,
    }


@router.get(
    "/operations/mails",
    summary="届いていない通知 / Letters that did not go out",
    dependencies=[Depends(requires("operator"))],
)
async def mails(session: Session) -> views.Letters:
    """To which agency, about what, and why not. A letter tells of no case and no person."""
    return await unsent_letters(session)


@router.post(
    "/operations/mails/{mail_id}/retry",
    summary="通知の再送 / Try a letter again",
    dependencies=[Depends(requires("operator"))],
)
async def send_again(session: Session, mail_id: UUID) -> dict[str, str]:
    """It is the same letter under the same Message-ID."""
    if not await put_back(session, mail_id, datetime.now(UTC)):
        raise problems.not_found()
    return {"mail_id": str(mail_id), "status": "waiting"}
