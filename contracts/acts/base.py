"""The base of every act."""

from typing import Any, TypeVar

from contracts.message import Message, Text, private_fields

Part = TypeVar("Part", bound=Message)


class Act(Message):
    """The base of every act. `note` is for the record and never leaves coordination."""

    note: Text | None = None

    @property
    def code(self) -> str:
        return str(getattr(self, "act"))  # noqa: B009 - each act narrows it to its own literal


def without_private(act: Part) -> Part:
    """The act as it may travel: every private text left out, those of its parts too."""
    told: dict[str, Any] = dict.fromkeys(private_fields(type(act)))
    for name, value in act:
        if isinstance(value, tuple) and any(isinstance(part, Message) for part in value):
            told[name] = tuple(without_private(part) for part in value)
    return act.model_copy(update=told)
