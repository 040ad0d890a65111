"""A real PostgreSQL with schemas of two services, and a real broker that a test may wipe."""

import logging
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.db import Database, plain_url
from chassis.migrate import migrate_service, prepare_roles
from chassis.settings import Settings
from tests.chassis.parts import Broker, Stage

logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def service_urls(postgres_admin_url: str) -> dict[str, str]:
    """Migrated schemas of a teller and a listener, each with its own role."""
    address = postgres_admin_url.partition("@")[2]
    urls = {
        service: f"postgresql://{service}:{service}-password@{address}"
        for service in ("teller", "listener")
    }
    prepare_roles(postgres_admin_url, urls)
    for service, url in urls.items():
        migrate_service(url, service)
    return urls


@pytest.fixture
async def teller(service_urls: dict[str, str]) -> AsyncIterator[Database]:
    async for database in _emptied(service_urls["teller"]):
        yield database


@pytest.fixture
async def listener(service_urls: dict[str, str]) -> AsyncIterator[Database]:
    async for database in _emptied(service_urls["listener"]):
        yield database


async def _emptied(url: str) -> AsyncIterator[Database]:
    connection = await asyncpg.connect(plain_url(url))
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS tally (event_id uuid PRIMARY KEY, subject text, times int,"
        " position bigserial);"
        "TRUNCATE outbox, inbox, dead_letter, tally RESTART IDENTITY"
    )
    await connection.close()
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    broker = Broker()
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def stage(broker: Broker, teller: Database, listener: Database) -> Stage:
    settings = Settings(
        profile="embedded",
        kafka_servers=broker.address,
        kafka_idempotent_producer=False,
        broker_generation="marker",
    )
    return Stage(settings, broker, teller, listener)
