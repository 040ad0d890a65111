"""Record the history of a fiscal year's life: `python -m tests.replay.record_years VERSION`."""

import asyncio
import sys
import time

from contracts.fiscal_years import FISCAL_YEAR_KIND, fiscal_year_workflow_id
from tests.replay.record import HISTORIES, WHOSE
from tests.workflows.years import counting_years, lead_a_year


async def record(version: str) -> bool:
    """Play a year and keep its history; False if there is one of this version already."""
    target = HISTORIES / version / f"fiscal_year-00-{FISCAL_YEAR_KIND}.json"
    if target.exists():
        return False
    async with counting_years() as years:
        year = await lead_a_year(years)
        handle = years.env.client.get_workflow_handle(fiscal_year_workflow_id(year))
        told = WHOSE.sub('"identity": "recorder"', (await handle.fetch_history()).to_json())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(told + "\n", "utf-8")
    return True


def main() -> int:
    if len(sys.argv) != 2 or not asyncio.run(record(sys.argv[1])):
        sys.stderr.write("name a new version; what was recorded is never recorded anew\n")
        return 2
    # The SDK's own threads may bring the interpreter down if it ends under them (sdk-python 300).
    time.sleep(0.3)
    return 0


if __name__ == "__main__":
    sys.exit(main())
