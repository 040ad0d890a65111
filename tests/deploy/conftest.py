"""A database, an issuer and a trace page that really run."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from chassis.settings import Settings
from deploy.embedded.issuer import create_app as create_issuer
from deploy.embedded.traces import create_app
from tests.deploy.trace_parts import PASSWORD, Door, FrontDoor, serving, write_registry


@pytest.fixture(scope="module")
async def database_url(postgres_admin_url: str) -> AsyncIterator[str]:
    """A database of its own with one role that owns one schema, as a migration leaves it."""
    name = f"traces_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(postgres_admin_url)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    await admin.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgres_admin_url)
    inside = await asyncpg.connect(urlunsplit(parts._replace(path=f"/{name}")))
    await inside.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}")
    await inside.execute(f"ALTER ROLE {name} SET search_path = {name}")
    await inside.close()
    yield f"postgresql://{name}:{PASSWORD}@{parts.hostname}:{parts.port}/{name}"
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.execute(f"DROP ROLE {name}")
    await admin.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


@pytest.fixture
async def door(
    database_url: str,
    listener: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Door]:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    write_registry(tmp_path, url, monkeypatch)
    settings = Settings(
        profile="embedded",
        public_url=url,
        issuer_url=f"{url}/issuer",
        client_id="kasane-traces",
        client_secret=SecretStr(PASSWORD),
        session_secret=SecretStr("signs the cookie"),
        traces_database_url=SecretStr(database_url),
    )
    app = create_app(settings)
    database = await asyncpg.connect(database_url)
    async with (
        serving(FrontDoor(create_issuer(settings), app), listener),
        httpx.AsyncClient(base_url=url, timeout=30) as browser,
    ):
        await database.execute("TRUNCATE span, trace")
        yield Door(url, settings, app, browser, database)
    await database.close()
