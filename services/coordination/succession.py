"""Keeps work from lying with an agency that is no more: looks every day, and when it starts."""

import asyncio
from datetime import UTC, date, datetime

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context
from chassis.telemetry import log
from contracts.calendar import today
from services.coordination.store.succession import agencies_at_work, cases_of, hand_over, heirs

AT_ONCE = 100
"""Cases handed over in one transaction each before the next are looked for."""
LOOK_EVERY_SECONDS = 900.0
"""A reorganisation holds from midnight; within this time the successor sees its work."""

SYSTEM = Principal(sub="succession", kind="service")
"""Who hands over, in the audit trail."""


async def succeed_agencies(context: Context) -> None:
    """Runs for as long as the service does."""
    while True:
        await succeed(context, today())
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def succeed(context: Context, on: date) -> int:
    """Hand over what agencies that are no more on a date still have; in how many cases."""
    async with context.database.transaction() as session:
        found = heirs(await agencies_at_work(session), on)
    cases = 0
    for agency, heir in found.items():
        while True:
            async with context.database.transaction() as session:
                some = await cases_of(session, agency, AT_ONCE)
            for case_id in some:
                async with context.database.transaction() as session:
                    await hand_over(session, case_id, agency, heir, datetime.now(UTC))
                    await audit(
                        session,
                        SYSTEM,
                        "agency.succeed",
                        "case",
                        str(case_id),
                        agency=agency,
                        successor=heir,
                    )
            cases += len(some)
            if len(some) < AT_ONCE:
                break
        log.info("an agency's work went to its successor", agency=agency, successor=heir)
    return cases
