"""Symmetric keys by id: the newest encrypts, all of them decrypt, so that keys can be rotated."""

import os
from base64 import b64decode
from binascii import Error as NotBase64

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class KeyMissing(Exception):
    """Something was encrypted with a key that this process does not hold."""


class KeyRing:
    """AES-256-GCM under one of several keys, written `id:base64,id:base64`, newest first."""

    def __init__(self, written: str) -> None:
        """Raises ValueError if a key is not 32 bytes of base64 with an id before it."""
        self._keys: dict[str, AESGCM] = {}
        for part in filter(None, written.split(",")):
            key_id, _, encoded = part.strip().partition(":")
            try:
                self._keys[key_id] = AESGCM(b64decode(encoded, validate=True))
            except (NotBase64, ValueError) as error:
                raise ValueError("a key is written id:base64 of 32 bytes") from error
        if not self._keys:
            raise ValueError("there is no key")
        self.newest = next(iter(self._keys))

    def encrypt(self, plain: bytes, bound_to: bytes = b"") -> tuple[str, bytes]:
        """The key's id, and nonce with ciphertext. `bound_to` must be given again to decrypt."""
        nonce = os.urandom(NONCE_BYTES)
        return self.newest, nonce + self._keys[self.newest].encrypt(nonce, plain, bound_to)

    def decrypt(self, key_id: str, sealed: bytes, bound_to: bytes = b"") -> bytes:
        """Raises KeyMissing, or cryptography's InvalidTag if anything was changed."""
        if key_id not in self._keys:
            raise KeyMissing(key_id)
        return self._keys[key_id].decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
