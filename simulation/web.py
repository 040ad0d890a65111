"""How the players reach the product: over its front door, with tokens, never losing an answer."""

import asyncio
import base64
import hashlib
import re
import secrets
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

PATIENCE_SECONDS = 60.0
"""How long a request is tried again while a part of the product is away."""
PAUSE_SECONDS = 0.5
AWAY = (429, 502, 503, 504)


class Refused(Exception):
    """The product said no: the problem details, as they came."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(
            f"{problem.get('status')} {problem.get('code')}: {problem.get('title_en')}"
        )
        self.code = str(problem.get("code"))
        self.problem = problem


class Web:
    """Requests as one caller. A POST keeps its Idempotency-Key however often it is tried."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **params: Any) -> Any:
        return (await self._request("GET", path, params=params)).json()

    async def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Raises Refused for a 4xx answer."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return (await self._request("POST", path, json=body, headers=headers)).json()

    async def send_file(self, path: str, content: bytes, *, key: str, **params: Any) -> Any:
        """Raises Refused for a 4xx answer."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        answer = await self._request("POST", path, content=content, params=params, headers=headers)
        return answer.json()

    async def _request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                answer = await self._client.request(
                    method, path, headers={**self._headers, **(headers or {})}, **more
                )
                if not answer.is_error:
                    return answer
                if answer.status_code not in AWAY and _code(answer) != "key-in-progress":
                    raise Refused(_problem(answer))
            await asyncio.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{method} {path} had no answer")


async def client_token(client: httpx.AsyncClient, client_id: str, secret: str) -> str:
    """A frontline system's token, by its client credentials."""
    answer = await client.post(
        "/issuer/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


async def login(
    client: httpx.AsyncClient, client_id: str, secret: str, username: str, password: str
) -> str:
    """A person's token, through the login page as a browser would go (code flow with PKCE)."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    redirect = f"{str(client.base_url).rstrip('/')}/simulation/callback"
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": "openid profile",
        "state": secrets.token_urlsafe(16),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page = await client.get("/issuer/authorize", params=asked)
    page.raise_for_status()
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    form = {**asked, **carried, "username": username, "password": password, "act": "login"}
    sent = await client.post("/issuer/authorize", data=form)
    code = parse_qs(urlsplit(sent.headers.get("location", "")).query).get("code")
    if not code:
        raise PermissionError(f"{username} could not log in")
    answer = await client.post(
        "/issuer/token",
        data={
            "grant_type": "authorization_code",
            "code": code[0],
            "redirect_uri": redirect,
            "code_verifier": verifier,
        },
        auth=(client_id, secret),
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def _code(answer: httpx.Response) -> str | None:
    return str(_problem(answer).get("code"))


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        return {"status": answer.status_code, "title_en": answer.text[:200]}
    return body
