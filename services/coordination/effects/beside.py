"""Errands, and transfers of a case to another office."""

from sqlalchemy.dialects.postgresql import insert

from contracts.acts import (
    AcceptTransfer,
    DeclineTransfer,
    ProposeTransfer,
    ReportErrand,
    WithdrawTransfer,
)
from contracts.life import ErrandState, TransferState
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Errand, Transfer
from services.coordination.store.ownership import Owner, hand_case_over


async def errand_moved(scene: Scene) -> None:
    """The first step begins its row; the last says what came of it."""
    step = scene.step
    if step.cause == "started":
        await scene.session.execute(
            insert(Errand)
            .values(
                errand_id=step.entity_id,
                case_id=scene.case.case_id,
                topic=step.topic or "",
                agency=step.agency,
                plan_id=step.plan_id,
                meeting_id=step.meeting_id,
                person_id=step.person_id,
                due_on=step.on,
                began_at=step.at,
            )
            .on_conflict_do_nothing()
        )
    if step.state in (ErrandState.DONE, ErrandState.STOPPED):
        errand = await scene.session.get_one(Errand, step.entity_id)
        errand.ended_at = step.at
        # Its place takes a task of the plan, or nobody has to do it any more.
        errand.result = errand.result or ("planned" if step.result == "planned" else "stopped")


@effect(ReportErrand)
async def report_errand(scene: Scene, act: ReportErrand) -> None:
    errand = await scene.session.get_one(Errand, scene.step.entity_id)
    if act.result == "later":
        errand.due_on = act.due_on
    else:
        errand.result = act.result


@effect(ProposeTransfer)
async def propose_transfer(scene: Scene, act: ProposeTransfer) -> None:
    scene.session.add(
        Transfer(
            transfer_id=scene.created,
            case_id=scene.case.case_id,
            from_agency=scene.case.coordinator_agency,
            to_agency=act.agency,
            reason=act.reason,
            proposed_by=scene.by,
            proposed_at=scene.step.at,
        )
    )


async def _answered(scene: Scene, outcome: str) -> Transfer:
    transfer = await scene.session.get_one(Transfer, scene.step.entity_id)
    transfer.outcome = outcome
    transfer.answered_by, transfer.answered_at = scene.by, scene.step.at
    return transfer


@effect(AcceptTransfer)
async def accept_transfer(scene: Scene, act: AcceptTransfer) -> None:
    """Whoever accepts has the case from now on: open tasks follow, and those to come."""
    transfer = await _answered(scene, "accepted")
    to = Owner(coordinator=scene.by, agency=transfer.to_agency)
    await hand_case_over(scene.session, scene.case, to, scene.step.at)


@effect(DeclineTransfer)
async def decline_transfer(scene: Scene, act: DeclineTransfer) -> None:
    (await _answered(scene, "declined")).decline_reason = act.reason


@effect(WithdrawTransfer)
async def withdraw_transfer(scene: Scene, act: WithdrawTransfer) -> None:
    await _answered(scene, "withdrawn")


async def transfer_moved(scene: Scene) -> None:
    """A case that is closed takes the question with it."""
    if scene.step.state == TransferState.STOPPED:
        await _answered(scene, "stopped")
