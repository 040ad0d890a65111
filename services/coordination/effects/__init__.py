"""What a step does to coordination's rows: the effect of its act, and of its workflow's move."""

from collections.abc import Awaitable, Callable

from contracts.cases import Kind
from services.coordination.effects import (
    beside,
    closure,
    consent,
    dates,
    handover,
    household,
    meeting,
    outcome,
    outreach,
    placement,
    plan,
    plan_draft,
    referral,
    screening,
)
from services.coordination.effects.scene import EFFECTS, Scene
from services.coordination.rules import Attempt, check

MOVES: dict[Kind, Callable[[Scene], Awaitable[None]]] = {
    Kind.CASE: closure.case_moved,
    Kind.MEETING: meeting.meeting_moved,
    Kind.PLAN: plan.plan_moved,
    Kind.OUTREACH: outreach.outreach_moved,
    Kind.REFERRAL: referral.referral_moved,
    Kind.PLACEMENT: placement.placement_moved,
    Kind.HANDOVER: handover.handover_moved,
    Kind.ERRAND: beside.errand_moved,
    Kind.TRANSFER: beside.transfer_moved,
}
"""What it means that a workflow of a kind is in a state, whatever brought it there."""


async def play(scene: Scene) -> None:
    """Give a step its effect. Raises RefusedError if the data forbid its act."""
    command = scene.step.command
    if command is not None:
        await check(
            Attempt(
                session=scene.session,
                case=scene.case,
                kind=scene.step.kind,
                entity_id=scene.step.entity_id,
                act=command.act,
                sub=command.actor.sub,
                on=scene.on,
                agency=scene.agency,
                now=command.at,
            )
        )
        await EFFECTS[command.act.code](scene, command.act)
        await scene.session.flush()
    move = MOVES.get(scene.step.kind)
    if move is not None:
        await move(scene)
        await scene.session.flush()


__all__ = [
    "EFFECTS",
    "MOVES",
    "Scene",
    "beside",
    "closure",
    "consent",
    "dates",
    "handover",
    "household",
    "meeting",
    "outcome",
    "outreach",
    "placement",
    "plan",
    "plan_draft",
    "play",
    "referral",
    "screening",
]
