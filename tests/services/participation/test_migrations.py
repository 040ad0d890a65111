"""The migrated schema is the one the models describe."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from chassis.tables import CHASSIS_METADATA
from services.participation.models import Table


async def test_migrations_and_models_agree(context: Any) -> None:
    theirs = set(CHASSIS_METADATA.tables) | {"alembic_version", "chassis_version"}

    def differences(connection: Connection) -> list[Any]:
        options = {
            "include_object": lambda _object, name, kind, *_: (
                not (kind == "table" and name in theirs)
            ),
            "compare_type": True,
        }
        found = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(found, Table.metadata))

    async with context.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
