"""One scenario for each act: what it needs, what it does, and what must then be there."""

from collections.abc import Awaitable, Callable

from services.coordination.models import TeamMember
from tests.services.coordination.desk import Case, Desk

Scenario = Callable[[Desk], Awaitable[Case]]

SCENARIOS: dict[str, Scenario] = {}
"""By the code of the act, which is the scenario's own name."""


def effect(scenario: Scenario) -> Scenario:
    SCENARIOS[scenario.__name__] = scenario
    return scenario


async def team(desk: Desk, case: Case) -> set[tuple[str, str]]:
    """The agencies that are in the team now, with their roles."""
    rows = await desk.rows(TeamMember, case_id=case.case_id)
    return {(row.agency, row.role) for row in rows if row.until is None}
