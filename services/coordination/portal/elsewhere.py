"""The other services, asked over their public APIs with the token of the person who looks.

Names live in intake, figures in indicators, places in participation: the portal keeps none.
"""

from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from uuid import UUID

import httpx
from opentelemetry.propagate import inject

from chassis.problems import Problem

TIMEOUT_SECONDS = 4.0
FILE_TIMEOUT_SECONDS = 30.0
"""A file is made, or judged, while it is waited for."""
NAMES_AT_ONCE = 100


class Elsewhere:
    """The front door, as a program behind it sees it.

    One client for everybody: its connections and what TLS needs are made once. So it keeps no
    cookies, and whoever asks is told by the token of each request alone.
    """

    def __init__(self, public_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=public_url.rstrip("/"), transport=transport, timeout=TIMEOUT_SECONDS
        )
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def get(self, token: str, path: str, **params: Any) -> Any:
        """The JSON answer. Raises Problem as the service said it, or 503 if it is away."""
        return (await self._ask("GET", token, path, params=_given(params))).json()

    async def file(self, token: str, path: str, **params: Any) -> httpx.Response:
        """The answer as a file, with what it is and what it is called. Raises Problem."""
        return await self._ask(
            "GET", token, path, params=_given(params), timeout=FILE_TIMEOUT_SECONDS
        )

    async def post(self, token: str, path: str, key: str, body: Mapping[str, Any]) -> Any:
        """Posts with an Idempotency-Key. Raises Problem."""
        answer = await self._ask("POST", token, path, json=body, headers={"Idempotency-Key": key})
        return answer.json()

    async def send_file(
        self,
        token: str,
        path: str,
        content: bytes,
        media: str,
        *,
        key: str | None = None,
        **params: Any,
    ) -> Any:
        """Posts a file as it is; what the service says of it. Raises Problem."""
        headers = {"Content-Type": media} | ({"Idempotency-Key": key} if key else {})
        answer = await self._ask(
            "POST",
            token,
            path,
            params=_given(params),
            content=content,
            headers=headers,
            timeout=FILE_TIMEOUT_SECONDS,
        )
        return answer.json()

    async def status(self, token: str, path: str) -> tuple[int, Any]:
        """Status and JSON of an answer that may be a refusal; (503, {}) if nobody answers."""
        try:
            answer = await self._send("GET", token, path)
            return answer.status_code, answer.json()
        except (httpx.HTTPError, ValueError):
            return 503, {}

    async def change(
        self, token: str, method: str, path: str, version: str, body: Mapping[str, Any]
    ) -> Any:
        """Changes (PATCH, PUT) the version that was read. Raises Problem."""
        headers = {"If-Match": f'"{version}"'}
        return (await self._ask(method, token, path, json=body, headers=headers)).json()

    async def names(self, token: str, ids: Iterable[UUID]) -> dict[str, str] | None:
        """Names by person id; None if they cannot be had now, or not by this person.

        A destroyed person has none and is left out.
        """
        wanted = [str(one) for one in ids]
        found: dict[str, str] = {}
        try:
            for start in range(0, len(wanted), NAMES_AT_ONCE):
                some = ",".join(wanted[start : start + NAMES_AT_ONCE])
                answer = await self.get(token, "/api/intake/v1/persons", ids=some)
                found |= {row["person_id"]: row["name"] for row in answer["items"] if row["name"]}
        except (Problem, KeyError, ValueError):
            return None
        return found

    async def _ask(self, method: str, token: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = await self._send(method, token, path, **more)
        except httpx.HTTPError as error:
            raise _away() from error
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer

    async def _send(self, method: str, token: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        inject(headers)
        return await self._client.request(method, path, headers=headers, **more)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in (None, "")}


def _away() -> Problem:
    return Problem(
        503,
        "service-unavailable",
        ja="ほかのサービスに接続できません。しばらくしてからやり直してください",
        en="Another service cannot be reached; try again later",
    )


def _problem(answer: httpx.Response) -> Problem:
    """The refusal of another service, as if it were our own."""
    try:
        body = answer.json()
        said = {"ja": body["title"], "en": body.get("title_en", "")}
    except (ValueError, KeyError, TypeError):
        return _away()
    known = ("type", "title", "title_en", "status", "code", "field")
    more = {name: value for name, value in body.items() if name not in known}
    return Problem(
        answer.status_code, body.get("code", "refused"), **said, field=body.get("field"), **more
    )
