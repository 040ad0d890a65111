"""What a running service has at hand, and the two things every endpoint asks for."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Issuer, ServiceTokens, TokenVerifier
from chassis.db import Database
from chassis.settings import Settings
from chassis.temporal import TemporalLink
from chassis.vault import Vault

Part = TypeVar("Part")


@dataclass(frozen=True)
class Context:
    """A service at run time: made once at the root of its process, and passed."""

    settings: Settings
    service: str
    version: str
    database: Database
    vault: Vault
    issuer: Issuer
    verifier: TokenVerifier
    tokens: ServiceTokens
    temporal: TemporalLink
    parts: dict[str, Any] = field(default_factory=dict)
    """The running relay and consumer, for the health page."""

    def part(self, name: str, kind: Callable[["Context"], Part]) -> Part:
        """The one part of this process under a name, made when it is first asked for."""
        if name not in self.parts:
            self.parts[name] = kind(self)
        found: Part = self.parts[name]
        return found

    @classmethod
    def of(cls, settings: Settings, service: str, version: str) -> "Context":
        issuer = Issuer(settings)
        return cls(
            settings=settings,
            service=service,
            version=version,
            database=Database(settings.database_url(service)),
            vault=Vault(settings.master_keys.get_secret_value()),
            issuer=issuer,
            verifier=TokenVerifier(settings, issuer),
            tokens=ServiceTokens(settings, issuer),
            temporal=TemporalLink(settings),
        )


def current_context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(current_context)]


async def transaction(context: Ctx) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: committed before the answer leaves, or rolled back."""
    async with context.database.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
