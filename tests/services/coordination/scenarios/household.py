"""The household: another of its members becomes a subject."""

from contracts.events import new_id
from contracts.events.household import HouseholdMemberAdded
from services.coordination.models import CasePerson
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.registry import effect


@effect
async def add_person(desk: Desk) -> Case:
    case = await desk.open()
    member = new_id()
    await desk.hear(
        HouseholdMemberAdded(
            intake_id=case.intake.intake_id, household_id=new_id(), person_id=member
        )
    )
    await desk.step(case, "triage", act_of("add_person", person_id=member))
    rows = await desk.rows(CasePerson, case_id=case.case_id)
    assert {row.person_id for row in rows} == {case.person, member}
    return case
