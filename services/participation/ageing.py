"""The clock of the directory: a listing that nobody made sure of in time turns stale by itself."""

import asyncio
from datetime import UTC, datetime

from chassis.context import Context
from chassis.telemetry import log
from contracts.calendar import today
from services.participation.store.resources import AGED_AT_ONCE, age_listings

LOOK_EVERY_SECONDS = 600.0
"""The due date is a day; whichever process looks first after midnight turns it."""


async def age_directory(context: Context) -> None:
    """The service's background part. The dates stand in the rows: nothing is lost by a restart."""
    while True:
        await age_once(context)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def age_once(context: Context) -> int:
    """Turn every listing stale that is due; how many."""
    turned = 0
    while True:
        async with context.database.transaction() as session:
            some = await age_listings(session, today(), datetime.now(UTC))
        turned += some
        if some < AGED_AT_ONCE:
            break
    if turned:
        log.info("listings turned stale", count=turned)
    return turned
