"""The issuer's key and the tokens it signs with it (RS256)."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import KeyParameters, RSAKey
from joserfc.jwt import BaseClaimsRegistry, JWTClaimsRegistry

from deploy.embedded.issuer.registry import Client, User

ALGORITHM = "RS256"
KEY_BITS = 2048
CLIENT_TOKEN_SECONDS = 3600
PERSON_TOKEN_SECONDS = 8 * 3600
"""A working day: a coordinator logs in once in the morning."""

Clock = Callable[[], float]


def load_or_make_key(path: Path) -> RSAKey:
    """The key at `path`, made there (readable by its owner alone) when there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = RSAKey.generate_key(KEY_BITS).as_pem(private=True)
        # mkstemp files are 0600; the link makes a whole key appear, and never replaces one.
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    key = RSAKey.import_key(path.read_bytes())
    identified: KeyParameters = {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
    return RSAKey.import_key(key.as_dict(private=True), identified)


class TokenSigner:
    """Makes the tokens of one issuer and recognises its own."""

    def __init__(
        self, key: RSAKey, *, issuer: str, audience: str, clock: Clock = time.time
    ) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517) to check tokens with."""
        return {"keys": [dict(self._key.as_dict(private=False))]}

    def client_token(self, client_id: str, client: Client) -> str:
        """An access token for a program that acts in its own name."""
        claims = {"sub": client_id, "client_id": client_id, **_client_claims(client)}
        return self._sign(claims, self._audience, CLIENT_TOKEN_SECONDS, "at+jwt")

    def person_token(self, username: str, user: User, client_id: str) -> str:
        """An access token for a person who logged in through a client."""
        claims = {"sub": username, "client_id": client_id, **person_claims(user)}
        return self._sign(claims, self._audience, PERSON_TOKEN_SECONDS, "at+jwt")

    def id_token(
        self, username: str, user: User, client_id: str, *, nonce: str | None, auth_time: int
    ) -> str:
        """Tells a client who logged in (OpenID Connect Core 1.0, section 2)."""
        claims = {"sub": username, "auth_time": auth_time, **person_claims(user)}
        if nonce:
            claims["nonce"] = nonce
        return self._sign(claims, client_id, PERSON_TOKEN_SECONDS, "JWT")

    def read_access_token(self, token: str) -> dict[str, Any]:
        """The claims of a live access token. Raises joserfc's JoseError or ValueError if it is
        not one of this issuer."""
        claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        ).validate(claims)
        return claims

    def read_id_token_hint(self, token: str) -> dict[str, Any]:
        """The claims of an id token of this issuer, however old. Raises as above."""
        claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        BaseClaimsRegistry(iss={"essential": True, "value": self._issuer}).validate(claims)
        return claims

    def _sign(self, claims: dict[str, Any], audience: str, seconds: int, kind: str) -> str:
        now = int(self._clock())
        stamped = {
            "iss": self._issuer,
            "aud": audience,
            "iat": now,
            "exp": now + seconds,
            "jti": uuid4().hex,
            **claims,
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": kind}
        return jwt.encode(header, stamped, self._key, algorithms=[ALGORITHM])


def person_claims(user: User) -> dict[str, Any]:
    """What a token says of a person: only what deciding over access and greeting need."""
    claims: dict[str, Any] = {"kind": "person", "name": user.name, "roles": list(user.roles)}
    return claims | ({"agency": user.agency} if user.agency else {})


def _client_claims(client: Client) -> dict[str, Any]:
    claims: dict[str, Any] = {"kind": client.kind, "roles": list(client.roles)}
    if client.kind == "frontline":
        claims["channels"] = list(client.channels)
    return claims | ({"agency": client.agency} if client.agency else {})
