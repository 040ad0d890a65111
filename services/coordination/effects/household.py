"""The household of a case: another of its members becomes a subject."""

from contracts.acts import AddPerson
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import CasePerson


@effect(AddPerson)
async def add_person(scene: Scene, act: AddPerson) -> None:
    """From now on nothing is shared on consent until this person has consented too."""
    scene.session.add(CasePerson(case_id=scene.case.case_id, person_id=act.person_id))
