"""The indicators' database, emptied for each test, and facts to put into it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.settings import Settings


@pytest.fixture(scope="session")
async def pool(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url("indicators"))
    yield database
    await database.close()


@pytest.fixture
async def database(pool: Database) -> Database:
    await empty(pool)
    return pool


async def empty(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "TRUNCATE ledger_entry, ledger_before, tally, distinct_member, inbox, dead_letter,"
                " outbox, idempotency_key, fiscal_year, fiscal_year_step, year_command,"
                " frozen_version, frozen_figure, target, figure_comment, venue_usual,"
                " flagged_figure, counted_rule"
            )
        )
