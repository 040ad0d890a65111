"""What the issuer keeps between two requests: codes, logged-in browsers, failed attempts.

All of it is in memory only. A restart of the issuer makes people log in again and loses a login
that is half way, nothing else, which is enough for the embedded stack and its one process.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from deploy.embedded.issuer.signing import PERSON_TOKEN_SECONDS, Clock

CODE_SECONDS = 60
"""RFC 6749, section 4.1.2 allows ten minutes at most; a browser needs a second."""

ATTEMPTS_BEFORE_LOCK = 5
LOCK_SECONDS = 15 * 60
REMEMBERED_NAMES = 10_000
"""Bounds what a guesser of user names can make the issuer remember."""


@dataclass(frozen=True)
class Grant:
    """What an authorization code stands for."""

    username: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    scope: str
    auth_time: int


@dataclass(frozen=True)
class Login:
    """A browser in which a person has logged in."""

    username: str
    auth_time: int


class Codes:
    """Authorization codes: each is good once, and for a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._grants: OrderedDict[str, tuple[float, Grant]] = OrderedDict()

    def issue(self, grant: Grant) -> str:
        """A new code for the grant."""
        now = self._clock()
        while self._grants and next(iter(self._grants.values()))[0] <= now:
            self._grants.popitem(last=False)
        code = secrets.token_urlsafe(32)
        self._grants[code] = (now + CODE_SECONDS, grant)
        return code

    def redeem(self, code: str) -> Grant | None:
        """The code's grant, once; None when it is unknown, used or too old."""
        expires, grant = self._grants.pop(code, (0.0, None))
        return grant if expires > self._clock() else None


class Logins:
    """Browsers with a person logged in, by the value of their cookie."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: OrderedDict[str, Login] = OrderedDict()

    def open(self, username: str) -> tuple[str, Login]:
        """Remembers a login just made. Returns the cookie's value and the login."""
        oldest_live = self._clock() - PERSON_TOKEN_SECONDS
        while self._logins and next(iter(self._logins.values())).auth_time < oldest_live:
            self._logins.popitem(last=False)
        key = secrets.token_urlsafe(32)
        self._logins[key] = Login(username, int(self._clock()))
        return key, self._logins[key]

    def find(self, key: str | None) -> Login | None:
        """The login of a browser, unless it is over."""
        login = self._logins.get(key) if key else None
        if login is None or login.auth_time + PERSON_TOKEN_SECONDS <= self._clock():
            return None
        return login

    def close(self, key: str | None) -> None:
        """Logs the browser out."""
        if key:
            self._logins.pop(key, None)


class Attempts:
    """Counts failed logins by user name, known or not, and locks a name that failed too often."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def locked(self, username: str) -> bool:
        """Whether the name may not log in now, even with its right password."""
        count, last = self._failures.get(username, (0, 0.0))
        if last + LOCK_SECONDS <= self._clock():
            self._failures.pop(username, None)
            return False
        return count >= ATTEMPTS_BEFORE_LOCK

    def failed(self, username: str) -> None:
        """Counts one more failure in a row."""
        count, _ = self._failures.pop(username, (0, 0.0))
        self._failures[username] = (count + 1, self._clock())
        if len(self._failures) > REMEMBERED_NAMES:
            self._failures.popitem(last=False)

    def succeeded(self, username: str) -> None:
        """Forgets the failures of a name."""
        self._failures.pop(username, None)
