"""Calls to the running stack's public HTTP API with the token of a client that it knows."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from deploy.embedded.layout import Layout
from deploy.problem import ProblemError

TIMEOUT_SECONDS = 120
"""A recount of a year of a million entries takes some twenty seconds."""
CONFLICT = 409


class Access:
    """A session at the front door; as `operations`: roles operator and statistics."""

    def __init__(self, layout: Layout, client: str = "operations") -> None:
        """Raises ProblemError when the stack was never started, or knows no such client."""
        if not layout.clients.exists():
            raise ProblemError(
                "まだ一度も起動していません。kasane up で始めてください",
                "the stack was never started; begin with kasane up",
            )
        known = json.loads(layout.clients.read_text())
        if client not in known:
            there = ", ".join(sorted(known))
            raise ProblemError(
                f"クライアント名が違います: {client}(あるのは {there})",
                f"no such client: {client} (there are {there})",
            )
        self._credentials = {"client_id": client, "client_secret": known[client]["secret"]}
        self._http = httpx.Client(
            base_url=layout.public_url, timeout=TIMEOUT_SECONDS, trust_env=False
        )
        self._token: str | None = None

    def get(self, path: str, *, token: bool = True) -> httpx.Response:
        """Raises httpx.HTTPError when nobody answers or the token is refused."""
        return self._http.get(path, headers=self._headers(token=token))

    def post(self, path: str) -> httpx.Response:
        """Raises httpx.HTTPError when nobody answers or the token is refused."""
        return self._http.post(path, headers=self._headers(token=True))

    def json(self, path: str) -> Any:
        """The body of a GET. Raises ProblemError if nobody answers, or with what was said."""
        return self._accepted(partial(self.get, path)).json()

    def token(self) -> str:
        """A token of the client. Raises ProblemError if nobody answers, or with what was said."""
        return str(self._accepted(self._grant).json()["access_token"])

    def return_dead_letters(self, service: str) -> tuple[int, int]:
        """Put a service's parked records back, one after the other. Returns how many were taken
        in, and how many failed once more and stay. Raises ProblemError like `json`."""
        operations = f"/api/{service}/v1/operations/dead-letters"
        returned = parked = after = 0
        while letters := self.json(f"{operations}?after={after}")["dead_letters"]:
            for letter in letters:
                after = letter["id"]
                retry = partial(self.post, f"{operations}/{after}/retry")
                answer = self._accepted(retry, or_status=CONFLICT)
                parked += answer.status_code == CONFLICT
                returned += answer.is_success
        return returned, parked

    def _accepted(
        self, call: Callable[[], httpx.Response], or_status: int | None = None
    ) -> httpx.Response:
        try:
            answer = call()
        except httpx.HTTPError as error:
            raise ProblemError(
                f"応答がありません({type(error).__name__})。kasane status で確かめてください",
                f"no answer ({type(error).__name__}); see kasane status",
            ) from error
        if answer.is_error and answer.status_code != or_status:
            said = answer.text[:300]
            raise ProblemError(
                f"{answer.request.url.path} が {answer.status_code} を返しました: {said}",
                f"{answer.request.url.path} answered {answer.status_code}: {said}",
            )
        return answer

    def _grant(self) -> httpx.Response:
        asked = {"grant_type": "client_credentials"} | self._credentials
        return self._http.post("/issuer/token", data=asked)

    def _headers(self, *, token: bool) -> dict[str, str]:
        if not token:
            return {}
        if self._token is None:
            answer = self._grant()
            answer.raise_for_status()
            self._token = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._token}"}
