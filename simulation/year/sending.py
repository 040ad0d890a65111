"""A year on its way in: files and reports sent over the public API, and what is said of each."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from simulation.stage import INTAKE
from simulation.web import Web
from simulation.year.files import ByProgram, Year
from simulation.year.lines import Line

FILES = f"{INTAKE}/report-files"
REPORTS = f"{INTAKE}/activity-reports"

AT_ONCE = 8
"""Files on their way at once; more would only wait for their turn."""
LINES_AT_ONCE = 500
POLL_FIRST, POLL_MOST = 0.1, 1.0
"""Seconds until a file is asked after: soon for a small one, seldom for a large one."""

Told = Callable[[int], None]
"""Is told how many more rows have been dealt with."""


class YearRefusedError(Exception):
    """Something of the year was refused. The message says what."""


async def send_year(web: Web, year: Year, run: str, told: Told) -> None:
    """Send everything; `run` tells this sending from a later one of the same year.

    Raises YearRefusedError as soon as a row is refused.
    """
    turn = asyncio.Semaphore(AT_ONCE)

    async def in_turn(number: int, path: Path) -> None:
        async with turn:
            await _send_file(web, path, f"{run}/{number}", told)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_report_by_program(web, year.by_program, run, told))
            for number, path in enumerate(year.files):
                group.create_task(in_turn(number, path))
    except* YearRefusedError as refused:
        raise YearRefusedError(str(refused.exceptions[0])) from None


async def _send_file(web: Web, path: Path, key: str, told: Told) -> None:
    file = await web.send_file(FILES, await asyncio.to_thread(path.read_bytes), key=key)
    done, pause = 0, POLL_FIRST
    while True:
        rows = file["counts"]["rows"]
        told(rows - done)
        done = rows
        if file["status"] in ("done", "failed"):
            break
        await asyncio.sleep(pause)
        pause = min(2 * pause, POLL_MOST)
        file = await web.get(file["links"]["self"])
    if file["status"] == "failed":
        raise YearRefusedError(f"{path.name}: {file['problem']['ja']}")
    if file["counts"]["refused"] or file["counts"]["differing"]:
        rows = await web.get(file["links"]["rows"], limit=1)
        raise YearRefusedError(f"{path.name}: {rows['items'][0]}")


async def _report_by_program(web: Web, sent: Sequence[ByProgram], run: str, told: Told) -> None:
    """As systems do that have an interface: lines, and later what was wrong with them."""
    for number, some in enumerate(_some(sent)):
        body = {"lines": [_body(one) for one in some]}
        answer = await web.post(REPORTS, body, key=f"{run}/report/{number}")
        if answer["errors"]:
            raise YearRefusedError(f"report {number}: {answer['errors'][0]}")
        for taken in answer["lines"]:
            await _mend(web, answer["report_id"], taken["line_id"], some[taken["row"] - 1], run)
        told(len(some))


async def _mend(web: Web, report_id: str, line_id: str, one: ByProgram, run: str) -> None:
    at, key = f"{REPORTS}/{report_id}/lines/{line_id}", f"{run}/{line_id}"
    if one.taken_back:
        await web.post(f"{at}/withdrawal", {"reason": "entered-twice"}, key=key)
    elif one.at_first is not None:
        body = {"reason": "typing-error", "quantity": one.line.quantity}
        await web.post(f"{at}/correction", body, key=key)


def _some(sent: Sequence[ByProgram]) -> Iterator[Sequence[ByProgram]]:
    for first in range(0, len(sent), LINES_AT_ONCE):
        yield sent[first : first + LINES_AT_ONCE]


def _body(one: ByProgram) -> dict[str, Any]:
    line: Line = one.line
    return {
        "line_ref": line.ref,
        "channel": line.channel,
        "kind": line.kind,
        "date": line.on.isoformat(),
        "quantity": line.quantity if one.at_first is None else one.at_first,
        "venue": line.venue,
        "flags": list(line.flags),
    }
