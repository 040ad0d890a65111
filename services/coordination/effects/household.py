"""The household of a case: another of its members becomes a subject; reminders are settled."""

from contracts.acts import AddPerson, SettleReminder
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import CasePerson, CommandRow
from services.coordination.store.reminders import settle_task


@effect(AddPerson)
async def add_person(scene: Scene, act: AddPerson) -> None:
    """From now on nothing is shared on consent until this person has consented too."""
    scene.session.add(CasePerson(case_id=scene.case.case_id, person_id=act.person_id))


@effect(SettleReminder)
async def settle_reminder(scene: Scene, act: SettleReminder) -> None:
    """The task that asked for it is done; a reminder that was settled meanwhile stays as it is."""
    if scene.step.command is None:
        return
    command = await scene.session.get(CommandRow, scene.step.command.command_id)
    if command is not None and command.task_id is not None:
        await settle_task(
            scene.session,
            scene.case.case_id,
            command.task_id,
            scene.step.at,
            scene.by,
            act.code,
        )
