"""The migrated schema of each service is the one that its models describe."""

import importlib
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from chassis.db import Database
from chassis.settings import Settings
from chassis.tables import CHASSIS_METADATA


@pytest.mark.parametrize("name", ["intake", "coordination", "participation", "indicators"])
async def test_migrations_and_models_agree(settings: Settings, name: str) -> None:
    ours = importlib.import_module(f"services.{name}.models").Table.metadata
    theirs = set(CHASSIS_METADATA.tables) | {"alembic_version", "chassis_version"}

    def differences(connection: Connection) -> list[Any]:
        options = {
            "include_object": lambda _object, name, kind, *_: (
                not (kind == "table" and name in theirs)
            ),
            "compare_type": True,
        }
        found = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(found, ours))

    database = Database(settings.database_url(name))
    try:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()
