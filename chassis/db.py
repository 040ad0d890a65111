"""A service's own database: its engine, and the one place where a transaction is committed.

One request, one message, one activity is one transaction. Store functions are handed the session
and never commit; `Database.transaction` is the only place that does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.ext.asyncio import async_sessionmaker as session_maker

POOL_SIZE = 8
"""Connections a process keeps: its request handlers, its consumer, its activities."""

TRANSIENT_STATES = ("08", "40001", "40P01", "53", "55P03", "57P")
"""SQLSTATE prefixes of faults that pass: connection, serialisation, deadlock, resources, locks,
a server that shuts down or starts."""


def async_url(url: str) -> str:
    """A `postgresql://` URL for the asyncpg driver."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """The same URL for asyncpg itself, without SQLAlchemy (LISTEN, advisory locks, COPY)."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """The connection pool of one service role."""

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self.url = url
        self.engine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            # Values of a statement may be about a person; errors go into logs and spans.
            hide_parameters=True,
        )
        self._sessions = session_maker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end, or not at all if anything is raised."""
        async with self._sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached for the moment.

    While it starts or stops the driver raises its own errors, which SQLAlchemy does not wrap.
    """
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if error.connection_invalidated or (state or "").startswith(TRANSIENT_STATES):
            return True
        return state is None and isinstance(error, OperationalError | InterfaceError)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(TRANSIENT_STATES)
    away = PoolTimeoutError | asyncpg.InterfaceError | ConnectionError | TimeoutError
    return isinstance(error, away)
