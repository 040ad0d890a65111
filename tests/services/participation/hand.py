"""What the tests of community building do over and over: write over the API, and read back."""

from datetime import date, timedelta
from typing import Any

import httpx

from contracts.calendar import today
from contracts.events import new_id

BASE = "/api/participation/v1"
YESTERDAY = today() - timedelta(days=1)


def keyed(headers: dict[str, str], key: str | None = None) -> dict[str, str]:
    return headers | {"Idempotency-Key": key or str(new_id())}


class Hand:
    """Somebody who keeps the records of a programme."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def send(self, path: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        return await self.client.post(f"{BASE}{path}", json=body, headers=keyed(self.headers, key))

    async def write(self, path: str, **body: Any) -> dict[str, Any]:
        """What the answer says to a request that must succeed."""
        answer = await self.send(path, _plain(body))
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def refused(self, path: str, **body: Any) -> tuple[int, str, str | None]:
        """Status, code and field of a refusal."""
        answer = await self.send(path, _plain(body))
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, told["code"], told.get("field")

    async def read(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(f"{BASE}{path}", params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value
