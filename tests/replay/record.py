"""Record the histories of lives: `python -m tests.replay.record VERSION [LIFE ...]`.

Each release adds a folder of its own under `tests/replay/histories`. What was recorded stays as
it is: a running case out there has that history, whatever the code has become.
"""

import asyncio
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.replay.lives import LIVES
from tests.workflows.conftest import QUIET, SERVER
from tests.workflows.ward import Ward, at_work

WHOSE = re.compile(r'"identity": *"[^"]*"')
"""The recording process and its machine, which are nobody's business."""

HISTORIES = Path(__file__).parent / "histories"


async def record(version: str, names: Sequence[str]) -> None:
    """Play lives and keep the history of each workflow in them."""
    folder = HISTORIES / version
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        life = LIVES[name]
        async with await WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter,
            test_server_existing_path=str(SERVER),
            runtime=QUIET,
        ) as env:
            ward = Ward(env)
            async with at_work(ward):
                await life(ward)
                for number, workflow in enumerate(sorted(ward.steps)):
                    history = await ward.client.get_workflow_handle(workflow).fetch_history()
                    kind = workflow.partition(":")[0]
                    target = folder / f"{name}-{number:02d}-{kind}.json"
                    told = WHOSE.sub('"identity": "recorder"', history.to_json())
                    target.write_text(told + "\n", "utf-8")


def recorded(version: str, name: str) -> bool:
    return any((HISTORIES / version).glob(f"{name}-[0-9]*.json"))


def main() -> int:
    version, *names = sys.argv[1:] or [""]
    names = names or sorted(LIVES)
    known = set(names) <= set(LIVES)
    if not version or not known or any(recorded(version, name) for name in names):
        sys.stderr.write("name a version and new lives; nothing is ever recorded anew\n")
        return 2
    asyncio.run(record(version, names))
    # The SDK's own threads may bring the interpreter down if it ends under them (sdk-python 300).
    time.sleep(0.3)
    return 0


if __name__ == "__main__":
    sys.exit(main())
