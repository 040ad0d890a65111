"""The household: another of its members becomes a subject."""

from datetime import timedelta
from uuid import UUID

from contracts.calendar import today
from contracts.events import new_id
from contracts.events.household import HouseholdMemberAdded, PersonFlagged
from services.coordination.models import CasePerson, Task
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


async def protected(desk: Desk, case: Case, *, flag: UUID | None = None, left: int = 20) -> UUID:
    """Intake tells of a 支援措置 with so many days left."""
    told = PersonFlagged(
        intake_id=case.intake.intake_id,
        household_id=new_id(),
        person_id=case.person,
        flag_id=flag or new_id(),
        kind="address-protection",
        starts_on=today() - timedelta(days=365 - left),
        expires_on=today() + timedelta(days=left),
        renewable_from=today() + timedelta(days=left - 31),
    )
    await desk.hear(told)
    return told.flag_id


@effect
async def settle_reminder(desk: Desk) -> Case:
    case = await desk.open()
    await protected(desk, case)
    [task] = await desk.rows(Task, case_id=case.case_id)
    assert task.closed_at is None
    await desk.step(case, "triage", act_of("settle_reminder"))
    return case
