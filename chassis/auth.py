"""Who is calling: tokens of an OpenID Connect issuer, and what their claims allow.

People log in, frontline systems use client credentials scoped to their channels, services call
each other with client credentials of their own. All three show a signed JWT.
"""

import asyncio
import time
from typing import Annotated, Any, Literal

import httpx
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.problems import Problem
from chassis.settings import Settings

ALGORITHMS = ["RS256"]
KEYS_REFRESH_SECONDS = 10.0
"""At most this often is the issuer asked for keys it may have rotated."""
ISSUER_TIMEOUT_SECONDS = 5.0
RENEW_BEFORE_SECONDS = 60.0


class Principal(BaseModel):
    """The caller, from the claims of a valid token."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: str
    kind: Literal["person", "frontline", "service"]
    name: str | None = None
    roles: frozenset[str] = frozenset()
    agency: str | None = None
    channels: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def may_use(self, channel: str) -> bool:
        """Whether intakes and reports of a channel may be sent."""
        return bool(self.channels & {channel, "*"})


def _unauthorised(code: str, ja: str, en: str) -> Problem:
    return Problem(401, code, ja=ja, en=en, headers={"WWW-Authenticate": f'Bearer error="{code}"'})


class Issuer:
    """The issuer's published addresses and keys, fetched when first needed."""

    def __init__(self, settings: Settings, keys: KeySet | None = None) -> None:
        """`keys` are known from the start where the issuer need not be asked."""
        self._url = settings.issuer_url
        self._metadata: dict[str, Any] = {}
        self._keys = keys
        self._fetched_at = time.monotonic()
        self._lock = asyncio.Lock()

    async def metadata(self) -> dict[str, Any]:
        """The discovery document. Raises Problem 503 if the issuer is away."""
        if not self._metadata:
            self._metadata = await self._get(f"{self._url}/.well-known/openid-configuration")
        return self._metadata

    async def keys(self, *, holding: str | None = None) -> KeySet:
        """The verification keys; asked for anew, not too often, if the key `holding` is unknown."""
        async with self._lock:
            known = self._keys is not None and (
                holding in {key.kid for key in self._keys.keys}
                or time.monotonic() - self._fetched_at < KEYS_REFRESH_SECONDS
            )
            if self._keys is None or not known:
                found = await self._get((await self.metadata())["jwks_uri"])
                self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
                self._fetched_at = time.monotonic()
            return self._keys

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=ISSUER_TIMEOUT_SECONDS) as client:
                answer = await client.get(url)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
                return found
        except (httpx.HTTPError, ValueError) as error:
            raise Problem(
                503,
                "login-unavailable",
                ja="ログイン基盤に接続できません。しばらくしてからやり直してください",
                en="The login issuer cannot be reached; try again later",
                headers={"Retry-After": "5"},
            ) from error


class TokenVerifier:
    """Turns a bearer token into a Principal."""

    def __init__(self, settings: Settings, issuer: Issuer | None = None) -> None:
        self._issuer = issuer or Issuer(settings)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": settings.issuer_url},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """Raises Problem 401 `token-expired` or `token-invalid`."""
        try:
            header = extract_compact(token.encode()).headers()
            if header.get("alg") not in ALGORITHMS:
                raise ValueError("a signature of another kind")
            keys = await self._issuer.keys(holding=header.get("kid"))
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            return Principal.model_validate(decoded.claims)
        except ExpiredTokenError as error:
            raise _unauthorised(
                "token-expired", "ログインの有効期限が切れました", "The token has expired"
            ) from error
        except (JoseError, ValidationError, ValueError, TypeError) as error:
            raise _unauthorised(
                "token-invalid", "認証情報が正しくありません", "The token is not valid"
            ) from error


class ServiceTokens:
    """This process's own token, by its client credentials; renewed before it expires."""

    def __init__(self, settings: Settings, issuer: Issuer) -> None:
        self._settings, self._issuer = settings, issuer
        self._token, self._expires_at = "", 0.0

    async def headers(self) -> dict[str, str]:
        """The Authorization header. Raises httpx.HTTPError or Problem if there is no token."""
        if time.monotonic() > self._expires_at - RENEW_BEFORE_SECONDS:
            endpoint = (await self._issuer.metadata())["token_endpoint"]
            async with httpx.AsyncClient(timeout=ISSUER_TIMEOUT_SECONDS) as client:
                answer = await client.post(
                    endpoint,
                    data={"grant_type": "client_credentials"},
                    auth=(
                        self._settings.client_id,
                        self._settings.client_secret.get_secret_value(),
                    ),
                )
                answer.raise_for_status()
                granted = answer.json()
            self._token = granted["access_token"]
            self._expires_at = time.monotonic() + float(granted["expires_in"])
        return {"Authorization": f"Bearer {self._token}"}


async def authenticated(request: Request) -> Principal:
    """The caller of this request. Raises Problem 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorised("token-missing", "認証が必要です", "A bearer token is required")
    verifier: TokenVerifier = request.app.state.context.verifier
    return await verifier.verify(token.strip())


Caller = Annotated[Principal, Depends(authenticated)]


def not_allowed(*, ja: str = "この操作を行う権限がありません", **more: Any) -> Problem:
    """The 403 for an act by one who may not."""
    return Problem(403, "not-allowed-for-role", ja=ja, en="Your role does not allow this", **more)


def requires(*roles: str) -> Any:
    """A dependency that lets in only callers with one of the roles. Raises Problem 403."""

    async def check(caller: Caller) -> Principal:
        if not caller.has(*roles):
            raise not_allowed(needed=sorted(roles))
        return caller

    return check
