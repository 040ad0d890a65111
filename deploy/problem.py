"""What keeps the stack from starting, said in one line of Japanese and one of English."""

UNHEALTHY = 1
REFUSED = 2
"""Exit statuses: something does not work; something is missing or taken."""


class ProblemError(Exception):
    """Something the person at the keyboard can mend: a taken port, a missing prerequisite."""

    def __init__(self, japanese: str, english: str) -> None:
        super().__init__(f"{japanese} / {english}")
        self.japanese = japanese
        self.english = english


class StartFailedError(Exception):
    """The stack came up only in part; `part` is what stood in the way."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part
