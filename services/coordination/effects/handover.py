"""Handover at 18, 40 and 65: both sides confirm it."""

from contracts.acts import ConfirmHandover
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Handover
from services.coordination.store.team import join_team


async def handover_moved(scene: Scene) -> None:
    """The first step of a handover begins its row."""
    if await scene.session.get(Handover, scene.step.entity_id) is None:
        scene.session.add(
            Handover(
                handover_id=scene.step.entity_id,
                case_id=scene.case.case_id,
                person_id=scene.step.person_id,
                began_at=scene.step.at,
            )
        )


@effect(ConfirmHandover)
async def confirm_handover(scene: Scene, act: ConfirmHandover) -> None:
    """The receiving side belongs to the team from now on: both sides stay for the overlap."""
    await handover_moved(scene)
    await scene.session.flush()
    handover = await scene.session.get_one(Handover, scene.step.entity_id)
    if act.side == "giving":
        handover.giving, handover.giving_at = act.agency, scene.step.at
    else:
        handover.receiving, handover.receiving_at = act.agency, scene.step.at
        await join_team(scene.session, scene.case.case_id, act.agency, "support", scene.step.at)
