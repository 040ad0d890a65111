"""A list of rows in an act's form: goals, tasks, papers. Each row asks the same questions.

Pure. A question's name is its path (`goals.0.text`), as in the problem details of the API. A row in
which nothing was said is no row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FIRST_ROWS, MORE_ROWS = 2, 3

Sent = Mapping[str, Sequence[str]]


def path(name: str, row: int, column: str) -> str:
    return f"{name}.{row}.{column}"


def rows_sent(name: str, sent: Sent) -> int:
    """How many rows a form had when it was sent."""
    found = (re.fullmatch(rf"{re.escape(name)}\.(\d+)\.\w+", key) for key in sent)
    return max((int(match.group(1)) + 1 for match in found if match), default=0)


def rows_shown(name: str, sent: Sent, given: bool, more: bool) -> int:
    """How many rows a form shows: those sent, some to begin with, some more if asked for."""
    there = rows_sent(name, sent)
    if more:
        return there + MORE_ROWS
    return there if given and there else max(there, FIRST_ROWS)


def decoded(
    name: str, columns: Sequence[Any], rows: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows in which something was said beside what stands there anyway."""
    standing = {one.name for one in columns if one.type == "number" or one.default is not None}
    return [dict(row) for row in rows if set(row) - standing]
