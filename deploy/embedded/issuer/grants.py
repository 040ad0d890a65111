"""The token endpoint: a code or a client's own secret against tokens (RFC 6749, RFC 7636)."""

import base64
import binascii
import hashlib
import hmac
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from joserfc.errors import JoseError
from pydantic import BaseModel

from deploy.embedded.issuer.memory import Codes
from deploy.embedded.issuer.registry import Client, Registry
from deploy.embedded.issuer.signing import (
    CLIENT_TOKEN_SECONDS,
    PERSON_TOKEN_SECONDS,
    TokenSigner,
)

_NEVER_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_BASIC = {"WWW-Authenticate": 'Basic realm="kasane"'}


class TokenRequest(BaseModel):
    """The form of the token endpoint, for both grants."""

    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""
    client_id: str = ""
    client_secret: str = ""


class TokenEndpoint:
    """`/token` and `/userinfo` of one issuer."""

    def __init__(self, registry: Registry, signer: TokenSigner, codes: Codes) -> None:
        self._registry = registry
        self._signer = signer
        self._codes = codes

    def router(self) -> APIRouter:
        """The endpoints `/token` and `/userinfo`."""
        router = APIRouter()
        router.add_api_route("/token", self.token, methods=["POST"])
        router.add_api_route("/userinfo", self.userinfo, methods=["GET", "POST"])
        return router

    async def token(self, request: Request, form: Annotated[TokenRequest, Form()]) -> JSONResponse:
        """Answers both grants. The client proves itself by HTTP Basic or in the form."""
        client_id, secret = _credentials(request, form)
        client = self._registry.authenticate_client(client_id, secret)
        if client is None:
            return _error("invalid_client", status=401, headers=_BASIC)
        if form.grant_type == "client_credentials":
            return self._for_client(client_id, client, form)
        if form.grant_type == "authorization_code":
            return self._for_person(client_id, form)
        return _error("unsupported_grant_type")

    async def userinfo(self, request: Request) -> JSONResponse:
        """Who the bearer of an access token is (OpenID Connect Core 1.0, section 5.3)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise ValueError("no bearer token")
            claims = self._signer.read_access_token(token.strip())
        except (JoseError, ValueError):
            challenge = {"WWW-Authenticate": 'Bearer realm="kasane", error="invalid_token"'}
            return _error("invalid_token", status=401, headers=challenge)
        told = ("sub", "name", "kind", "roles", "agency", "channels")
        return _answer({name: claims[name] for name in told if name in claims})

    def _for_client(self, client_id: str, client: Client, form: TokenRequest) -> JSONResponse:
        if client.kind == "person":
            return _error("unauthorized_client")
        answer = {
            "access_token": self._signer.client_token(client_id, client),
            "token_type": "Bearer",
            "expires_in": CLIENT_TOKEN_SECONDS,
        }
        return _answer(answer | ({"scope": form.scope} if form.scope else {}))

    def _for_person(self, client_id: str, form: TokenRequest) -> JSONResponse:
        grant = self._codes.redeem(form.code)
        if (
            grant is None
            or grant.client_id != client_id
            or grant.redirect_uri != form.redirect_uri
            or not _proves(form.code_verifier, grant.code_challenge)
        ):
            return _error("invalid_grant")
        user = self._registry.users[grant.username]
        return _answer(
            {
                "access_token": self._signer.person_token(grant.username, user, client_id),
                "id_token": self._signer.id_token(
                    grant.username, user, client_id, nonce=grant.nonce, auth_time=grant.auth_time
                ),
                "token_type": "Bearer",
                "expires_in": PERSON_TOKEN_SECONDS,
                "scope": grant.scope,
            }
        )


def _credentials(request: Request, form: TokenRequest) -> tuple[str, str]:
    """Client id and secret; in HTTP Basic both are form-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _proves(verifier: str, challenge: str) -> bool:
    """Whether the verifier is the one behind the S256 challenge (RFC 7636, section 4.6)."""
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(expected, challenge.encode("utf-8", "replace"))


def _answer(content: dict[str, object]) -> JSONResponse:
    return JSONResponse(content, headers=_NEVER_STORED)


def _error(code: str, *, status: int = 400, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        {"error": code}, status_code=status, headers=_NEVER_STORED | (headers or {})
    )
