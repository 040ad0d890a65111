"""Roles, schemas and tables, brought up to date: `kasane migrate`.

One database; a schema and a login role for each service, and no grant from one to another. Every
service's schema gets the chassis tables and then the service's own, from two migration trees with
a version table each. Running it again changes nothing; two runs at once wait for one another.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.db import async_url, plain_url
from chassis.settings import Settings

SERVICES = ("intake", "coordination", "participation", "indicators")
"""Services with tables of their own trees, in the order in which they are migrated."""

OWNERS = (*SERVICES, "traces")
"""Whoever has a schema and a login role. The trace page makes its own tables."""

ROOT = Path(__file__).parent.parent
CHASSIS_TREE = ROOT / "chassis" / "migrations"

MIGRATION_LOCK = 0x6B6173616E65
"""Advisory lock held while the database is being migrated."""


def migrate_all(settings: Settings) -> None:
    """Bring the whole database up to date. Raises ValueError if a needed URL is not set."""
    if settings.admin_database_url is None:
        raise ValueError("KASANE_ADMIN_DATABASE_URL is not set")
    admin = settings.admin_database_url.get_secret_value()
    urls = {owner: settings.database_url(owner) for owner in OWNERS}
    _run(lambda: _migrate_all(admin, urls))


def migrate_service(url: str, service: str) -> None:
    """Bring one service's schema up to date as its own role, which must exist."""
    _run(lambda: _migrate_service(url, service))


def prepare_roles(admin_url: str, urls: dict[str, str]) -> None:
    """Make the login role and the schema of each owner in `urls`, and shut everybody else out."""
    _run(lambda: _prepare_roles(admin_url, urls))


def run_env(metadata: MetaData) -> None:
    """The whole of a migration tree's `env.py`: migrate over the connection we were given."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=context.config.attributes["version_table"],
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def migration_config(tree: Path, version_table: str, connection: Connection) -> Config:
    """Alembic's configuration for a tree; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(tree))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table
    return config


def service_tree(service: str) -> Path:
    return ROOT / "services" / service / "migrations"


async def _migrate_all(admin: str, urls: dict[str, str]) -> None:
    keeper = await asyncpg.connect(plain_url(admin))
    try:
        await keeper.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await _prepare_roles(admin, urls)
        for service in SERVICES:
            await _migrate_service(urls[service], service)
    finally:
        await keeper.close()


async def _prepare_roles(admin: str, urls: dict[str, str]) -> None:
    connection = await asyncpg.connect(plain_url(admin))
    try:
        async with connection.transaction():
            database = _quoted(await connection.fetchval("SELECT current_database()"))
            await connection.execute(
                f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;"
                "REVOKE ALL ON SCHEMA public FROM PUBLIC;"
                "CREATE SCHEMA IF NOT EXISTS extensions;"
                "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions"
            )
            for owner, url in urls.items():
                await _prepare_owner(connection, database, owner, url)
    finally:
        await connection.close()


async def _prepare_owner(connection: Any, database: str, owner: str, url: str) -> None:
    address = make_url(url)
    if not address.username or not address.password:
        raise ValueError(f"KASANE_{owner.upper()}_DATABASE_URL names no role or no password")
    role, schema = _quoted(address.username), _quoted(owner)
    exists = await connection.fetchval(
        "SELECT true FROM pg_roles WHERE rolname = $1", address.username
    )
    await connection.execute(
        f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
        f" NOBYPASSRLS PASSWORD {_literal(str(address.password))};"
        f"GRANT CONNECT ON DATABASE {database} TO {role};"
        f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role};"
        f"ALTER SCHEMA {schema} OWNER TO {role};"
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;"
        f"GRANT USAGE ON SCHEMA extensions TO {role};"
        f"ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema}, extensions"
    )


async def _migrate_service(url: str, service: str) -> None:
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, CHASSIS_TREE, "chassis_version")
            if service_tree(service).is_dir():
                await connection.run_sync(_upgrade, service_tree(service), "alembic_version")
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, tree: Path, version_table: str) -> None:
    config = migration_config(tree, version_table, connection)
    heads = ScriptDirectory.from_config(config).get_heads()
    state = MigrationContext.configure(connection, opts={"version_table": version_table})
    if set(state.get_current_heads()) != set(heads):
        connection.rollback()
        command.upgrade(config, "head")
    connection.commit()


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end in a thread of its own, so that a caller may have a running event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    if "\\" in value or "\0" in value:
        raise ValueError("a database password holds a backslash or NUL")
    return "'" + value.replace("'", "''") + "'"
