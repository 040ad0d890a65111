"""What tests of services share: a migrated PostgreSQL, signed tokens, clients without a network."""

import base64
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chassis.auth import Issuer, TokenVerifier
from chassis.context import Context
from chassis.migrate import migrate_all
from chassis.settings import Settings

SERVICES = ("intake", "coordination", "participation", "indicators", "traces")


def a_key() -> str:
    return f"k1:{base64.b64encode(os.urandom(32)).decode()}"


@pytest.fixture(scope="session")
def settings(postgres_admin_url: str) -> Settings:
    """Settings of a migrated database; Temporal and the broker are not there."""
    at = urlsplit(postgres_admin_url)
    urls = {
        f"{name}_database_url": f"postgresql://{name}:pw-{name}@{at.hostname}:{at.port}{at.path}"
        for name in SERVICES
    }
    made = Settings(
        profile="embedded",
        admin_database_url=postgres_admin_url,
        kafka_servers="127.0.0.1:1",
        payload_keys=a_key(),
        master_keys=a_key(),
        issuer_url="http://issuer.test/issuer",
        **urls,
    )
    migrate_all(made)
    return made


class Tokens:
    """Signs tokens as the issuer would."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = RSAKey.generate_key(2048, {"kid": "test"})
        self.issuer = Issuer(settings, KeySet([self._key]))

    def claims(self, **claims: object) -> str:
        """A token with exactly these claims beside the standard ones."""
        now = int(time.time())
        standard = {
            "iss": self._settings.issuer_url,
            "aud": self._settings.audience,
            "iat": now,
            "exp": now + 600,
        }
        return jwt.encode({"alg": "RS256", "kid": "test"}, {**standard, **claims}, self._key)

    def bearer(
        self,
        sub: str = "somebody",
        *,
        kind: str = "person",
        roles: tuple[str, ...] = (),
        agency: str | None = None,
        channels: tuple[str, ...] = (),
        **claims: object,
    ) -> dict[str, str]:
        """An Authorization header."""
        token = self.claims(
            sub=sub, kind=kind, roles=list(roles), agency=agency, channels=list(channels), **claims
        )
        return {"Authorization": f"Bearer {token}"}

    def frontline(self, *channels: str) -> dict[str, str]:
        return self.bearer("frontline-test", kind="frontline", channels=channels or ("*",))

    def person(self, sub: str, *roles: str, agency: str | None = None) -> dict[str, str]:
        return self.bearer(sub, roles=roles, agency=agency, name="試験 太郎")


@pytest.fixture(scope="session")
def tokens(settings: Settings) -> Tokens:
    return Tokens(settings)


@pytest.fixture(scope="session")
def served(
    settings: Settings, tokens: Tokens
) -> Callable[
    [Callable[[Settings], FastAPI]],
    AbstractAsyncContextManager[tuple[httpx.AsyncClient, Context]],
]:
    """`async with served(create_app) as (client, context)`: a service's HTTP without its parts."""

    @asynccontextmanager
    async def serve(
        create_app: Callable[[Settings], FastAPI],
    ) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
        app = create_app(settings)
        made: Context = app.state.context
        context = replace(
            made, issuer=tokens.issuer, verifier=TokenVerifier(settings, tokens.issuer)
        )
        app.state.context = context
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://kasane.test") as client:
            yield client, context
        await context.database.close()

    return serve


@pytest.fixture(autouse=True)
def _no_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)


@pytest.fixture
def http(service: tuple[httpx.AsyncClient, Context]) -> httpx.AsyncClient:
    """Of the service that the folder's own `service` serves."""
    return service[0]


@pytest.fixture
def context(service: tuple[httpx.AsyncClient, Context]) -> Context:
    return service[1]
