"""How often one address may ask without a login: enough for people, too little for a copy."""

import time
from typing import Annotated

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from chassis.problems import Problem

A_MINUTE = 240
"""Requests of one address; a page with its photos is about ten."""

_limiter = FixedWindowRateLimiter(MemoryStorage())
_limit = RateLimitItemPerMinute(A_MINUTE)


def within_limit(request: Request) -> None:
    """Raises Problem 429 `too-many-requests`. The address is counted in memory, kept nowhere."""
    client = request.client.host if request.client else "unknown"
    # The front door adds the address it saw itself, behind whatever the sender claims.
    seen = request.headers.get("x-forwarded-for", client).rpartition(",")[2].strip()
    if _limiter.hit(_limit, seen):
        return
    wait = max(1, int(_limiter.get_window_stats(_limit, seen).reset_time - time.time()) + 1)
    raise Problem(
        429,
        "too-many-requests",
        ja="アクセスが集中しています。しばらくしてからやり直してください",
        en="Too many requests; try again later",
        headers={"Retry-After": str(wait)},
    )


Limited = Annotated[None, Depends(within_limit)]
