"""A keyed digest of who somebody is, by which the same person or shop is noticed twice.

Without the key a digest cannot be turned back by trying names; the name itself is sealed.
"""

import hashlib
import hmac
import re
import unicodedata
from base64 import b64decode

import jaconv

from chassis.settings import Settings

PURPOSE = b"kasane participation likeness v1"
"""Keeps this key apart from everything else made from the master keys."""
_NOT_WORDS = re.compile(r"[\W_ー]+")
_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


def likeness(settings: Settings, name: str, contact: str | None) -> list[bytes]:
    """The digests of a name and a contact under every master key, the newest first.

    Width, case, kana, small kana and blanks do not matter.
    """
    term = f"{fold(name)}\0{fold(contact or '')}".encode()
    keys = settings.master_keys.get_secret_value()
    encoded = [part.strip().partition(":")[2] for part in keys.split(",") if part.strip()]
    derived = [hmac.digest(b64decode(one), PURPOSE, "sha256") for one in encoded]
    return [hmac.digest(key, term, hashlib.sha256)[:16] for key in derived]


def fold(text: str) -> str:
    plain = jaconv.hira2kata(unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORDS.sub("", plain.translate(_SMALL_KANA))
