"""The base of every act."""

from contracts.message import Message, Text


class Act(Message):
    """The base of every act. `note` is for the record and never leaves coordination."""

    note: Text | None = None

    @property
    def code(self) -> str:
        return str(getattr(self, "act"))  # noqa: B009 - each act narrows it to its own literal
