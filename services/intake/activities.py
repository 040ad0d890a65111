"""What workflows may ask of intake."""

from temporalio import activity

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context
from contracts.calendar import today
from contracts.steps import AgeBoundaries, AgeBoundary
from services.intake.age import next_boundary
from services.intake.sealing import Safe
from services.intake.store.persons import find_persons
from workflows.activities import IntakeActivities

WORKFLOWS = Principal(sub="workflows", kind="service")
"""Who looks, in the audit trail, when a workflow asks."""


class Activities(IntakeActivities):
    """The port, on this service's database."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @activity.defn
    async def find_age_boundaries(self, asked: AgeBoundaries) -> AgeBoundaries:
        """For the persons asked about, when each next reaches 18, 40 or 65.

        Changes nothing; somebody without a known birth date is named as unknown.
        """
        safe, on = Safe.of(self._context), today()
        boundaries: list[AgeBoundary] = []
        known = set()
        async with self._context.database.transaction() as session:
            for person in await find_persons(session, asked.persons):
                who = await safe.open_identity(session, person.person_id, person.sealed)
                if who is None or who.birth_date is None:
                    continue
                await audit(session, WORKFLOWS, "person.age", "person", str(person.person_id))
                known.add(person.person_id)
                if found := next_boundary(who.birth_date, on):
                    boundaries.append(
                        AgeBoundary(person_id=person.person_id, age=found[0], reached_on=found[1])
                    )
        return AgeBoundaries(
            persons=asked.persons,
            boundaries=tuple(boundaries),
            unknown=tuple(one for one in asked.persons if one not in known),
        )
