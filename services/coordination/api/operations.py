"""For operations staff: what is on its way to the workflows."""

from typing import Any

from fastapi import APIRouter, Depends

from chassis.auth import requires
from chassis.context import Ctx, Session
from services.coordination.api.cases import PREFIX
from services.coordination.commands import relay_of
from services.coordination.store.commands import pending

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
