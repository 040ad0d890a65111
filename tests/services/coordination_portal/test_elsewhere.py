"""What the portal asks of the other services: one client for everybody, and nothing shared."""

import httpx

from services.coordination.portal.elsewhere import Elsewhere


async def test_what_one_reader_is_told_to_keep_is_not_sent_for_the_next() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={}, headers={"Set-Cookie": "session=hanako; Path=/"})

    elsewhere = Elsewhere("http://kasane.test", httpx.MockTransport(answer))
    await elsewhere.get("first", "/api/intake/v1/persons")
    await elsewhere.get("second", "/api/intake/v1/persons")

    assert [request.headers["Authorization"] for request in asked] == [
        "Bearer first",
        "Bearer second",
    ]
    assert not any("Cookie" in request.headers for request in asked)
