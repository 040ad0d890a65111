"""Reminders that nobody has answered go to a superior: looked for as long as the service runs.

Every other task is a wait of a workflow, which tells of it by itself. A reminder is a row with the
day on which it goes to a superior, and this is what sees that day.
"""

import asyncio
from datetime import UTC, datetime

from chassis.context import Context
from chassis.telemetry import log
from services.coordination.store.reminders import overdue
from services.coordination.store.worklist import escalate

LOOK_EVERY_SECONDS = 60.0
"""A superior hears of it within this time."""


async def raise_reminders(context: Context) -> None:
    """Runs for as long as the service does."""
    while True:
        await raise_overdue(context, datetime.now(UTC))
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def raise_overdue(context: Context, now: datetime) -> int:
    """Bring every reminder whose day has come to a superior, once; how many there were."""
    raised = 0
    while True:
        async with context.database.transaction() as session:
            due = await overdue(session, now)
        for told in due:
            async with context.database.transaction() as session:
                await escalate(session, told)
            log.info("a reminder went to a superior", task_id=str(told.task_id))
        if not due:
            return raised
        raised += len(due)
