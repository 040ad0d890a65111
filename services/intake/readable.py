"""A JSON body that can be stored and told: no NUL, no lone surrogates, no infinities, no abyss."""

import math
import re
from collections.abc import Iterator
from typing import Any

from services.intake.faults import Fault

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which no text column holds, and halves of surrogate pairs, which are no characters."""

DEEPEST = 12
"""Levels of nesting; the deepest honest body has six."""


def unreadable(body: Any) -> Iterator[Fault]:
    """What in a JSON value no honest sender writes and no database keeps."""
    waiting: list[tuple[str, Any, int]] = [("", body, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            yield Fault("body", "too-deep")
            return
        if isinstance(value, dict):
            if not all(storable(str(key)) for key in value):
                yield Fault(path or "body", "text-not-storable")
                continue
            waiting += [(f"{path}.{key}".strip("."), at, depth + 1) for key, at in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{place}", at, depth + 1) for place, at in enumerate(value)]
        elif isinstance(value, str) and not storable(value):
            yield Fault(path or "body", "text-not-storable")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Fault(path or "body", "invalid")


def storable(text: str) -> bool:
    """Whether a text column holds the text."""
    return _UNSTORABLE.search(text) is None
