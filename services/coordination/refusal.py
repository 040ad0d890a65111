"""An act that the data forbid."""

from typing import Any

from contracts.cases import Refusal


class RefusedError(Exception):
    """Raised before anything is changed; the transaction rolls back.

    `details` hold identifiers and codes only: they travel to the workflow and to the caller.
    """

    def __init__(self, code: Refusal, **details: Any) -> None:
        super().__init__(str(code))
        self.code, self.details = code, details


def incomplete(field: str) -> RefusedError:
    """The act lacks a field, or what it says there cannot be."""
    return RefusedError(Refusal.INCOMPLETE, field=field)
