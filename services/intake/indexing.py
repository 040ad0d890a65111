"""Persons taken in before a rule of `finding` are made findable by it, while the service runs."""

import asyncio

from chassis.context import Context
from services.intake.sealing import Safe
from services.intake.store.finding import index_again

AT_ONCE = 200
REST_SECONDS = 600.0
"""Between two looks for persons whose names are not indexed by the rules of today."""


async def index_names(context: Context) -> None:
    """Runs for as long as the service does."""
    safe = Safe.of(context)
    while True:
        async with context.database.transaction() as session:
            some = await index_again(session, safe, AT_ONCE)
        await asyncio.sleep(REST_SECONDS if some < AT_ONCE else 0)
