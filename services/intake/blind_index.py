"""Search keys that tell nothing: a keyed digest of a folded term.

Equal terms have equal digests, so that a person can be found without storing the reading in plain;
without the key a digest cannot be turned back by trying names. The keys come from the master keys:
entries are written under the newest and looked up under all, so that keys can be rotated.
"""

import hashlib
import hmac
from base64 import b64decode

from chassis.settings import Settings

PURPOSE = b"kasane intake blind index v1"
"""Keeps these keys apart from everything else made from the master keys."""
DIGEST_BYTES = 16


class BlindIndex:
    """Digests of search terms under keys derived from the master keys."""

    def __init__(self, master_keys: str) -> None:
        """`master_keys` is written `id:base64,id:base64`, newest first."""
        self._keys: dict[str, bytes] = {}
        for part in filter(None, master_keys.split(",")):
            key_id, _, encoded = part.strip().partition(":")
            self._keys[key_id] = hmac.digest(b64decode(encoded), PURPOSE, "sha256")
        self.newest = next(iter(self._keys))

    @classmethod
    def of(cls, settings: Settings) -> "BlindIndex":
        return cls(settings.master_keys.get_secret_value())

    def digest(self, kind: str, term: str) -> bytes:
        """The entry of a term, under the newest key."""
        return self._digest(self._keys[self.newest], kind, term)

    def digests(self, kind: str, term: str) -> list[bytes]:
        """Every entry under which the term may stand."""
        return [self._digest(key, kind, term) for key in self._keys.values()]

    @staticmethod
    def _digest(key: bytes, kind: str, term: str) -> bytes:
        return hmac.digest(key, f"{kind}\0{term}".encode(), hashlib.sha256)[:DIGEST_BYTES]
