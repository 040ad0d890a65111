"""What the workflows ask of the services: the port.

Each class is implemented by the service it is named after, which subclasses it and polls its own
task queue. An activity may be run twice: its request carries a key that survives retries, and
asking twice has one effect.
"""

from temporalio import activity

from contracts.fiscal_years import FiscalYearStep
from contracts.steps import (
    AgeBoundaries,
    Candidates,
    Escalate,
    PlacementStep,
    Step,
)


class CoordinationActivities:
    """Cases, consents, meetings, plans and the worklist."""

    @activity.defn
    async def record_step(self, step: Step) -> None:
        """Remember one step: effects, timeline, tasks and facts in one transaction.

        Keyed by (workflow_id, number). Raises a non-retryable ApplicationError whose type is a
        `contracts.cases.Refusal` if the data forbid the act after all.
        """
        raise NotImplementedError

    @activity.defn
    async def escalate_task(self, escalation: Escalate) -> None:
        """Bring an open task to mind, or to a superior; a task that is closed stays as it is."""
        raise NotImplementedError


class IntakeActivities:
    """Persons: the only home of personal data."""

    @activity.defn
    async def find_age_boundaries(self, asked: AgeBoundaries) -> AgeBoundaries:
        """For the persons asked about, when each next reaches 18, 40 or 65 (plan section 7(4))."""
        raise NotImplementedError


class ParticipationActivities:
    """Resources and placements."""

    @activity.defn
    async def find_candidates(self, step: PlacementStep) -> Candidates:
        """Rank the resources for a wish; the same wish and directory give the same ranking."""
        raise NotImplementedError

    @activity.defn
    async def record_placement(self, step: PlacementStep) -> None:
        """Remember one step of a placement; holds and gives back the host's capacity.

        Keyed by (placement_id, number). Raises a non-retryable ApplicationError `resource-full`
        or `resource-unknown` if the host cannot take the person.
        """
        raise NotImplementedError


class IndicatorsActivities:
    """The figures of fiscal years, and the versions in which they are frozen."""

    @activity.defn
    async def record_year_step(self, step: FiscalYearStep) -> None:
        """Remember one step of a fiscal year; freeze the figures if it says so.

        Keyed by (fiscal_year, number).
        """
        raise NotImplementedError
