"""Every service's schema is its own, complete, and brought up to date as often as one likes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from chassis.db import Database
from chassis.migrate import OWNERS, SERVICES, migrate_all
from chassis.settings import Settings
from chassis.tables import CHASSIS_METADATA


@pytest.fixture(scope="module")
def settings(postgres_admin_url: str) -> Settings:
    """The settings of a migration, over a database of its own."""
    address = postgres_admin_url.partition("@")[2].rpartition("/")[0]
    urls: dict[str, Any] = {
        f"{owner}_database_url": f"postgresql://{owner}:it's {owner}@{address}/migrated"
        for owner in OWNERS
    }
    base = postgres_admin_url.rpartition("/")[0]
    return Settings(profile="embedded", admin_database_url=f"{base}/migrated", **urls)


@pytest.fixture(scope="module")
async def migrated(postgres_admin_url: str, settings: Settings) -> AsyncIterator[Settings]:
    admin = await asyncpg.connect(postgres_admin_url)
    await admin.execute("CREATE DATABASE migrated")
    for _ in range(2):
        migrate_all(settings)
    yield settings
    await admin.execute("DROP DATABASE migrated WITH (FORCE)")
    await admin.close()


@asynccontextmanager
async def logged_in(settings: Settings, owner: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(settings.database_url(owner))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_make_exactly_the_tables_that_the_code_knows(
    migrated: Settings, service: str
) -> None:
    def differences(connection: Connection) -> list[Any]:
        ours = set(CHASSIS_METADATA.tables)
        options = {
            "version_table": "chassis_version",
            "compare_type": True,
            "include_name": lambda name, kind, parents: kind != "table" or name in ours,
        }
        here = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(here, CHASSIS_METADATA)
        return found

    database = Database(migrated.database_url(service))
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


@pytest.mark.parametrize("owner", OWNERS)
async def test_a_service_owns_its_schema_and_cannot_look_into_another(
    migrated: Settings, owner: str
) -> None:
    async with logged_in(migrated, owner) as connection:
        assert await connection.fetchval("SELECT current_schema()") == owner
        assert await connection.fetchval("SELECT similarity('omori', 'omori') = 1")
        for other in set(SERVICES) - {owner}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"TABLE {other}.outbox")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.intruder (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE SCHEMA intruder")


async def test_a_role_is_let_in_with_its_password_only(migrated: Settings) -> None:
    wrong = migrated.database_url("intake").replace("it's", "it was")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_migrating_needs_the_administrator() -> None:
    with pytest.raises(ValueError, match="KASANE_ADMIN_DATABASE_URL"):
        migrate_all(Settings(profile="embedded"))
