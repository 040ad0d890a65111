"""Handover at 18, 40 and 65: the sides, the package of records, both confirmations."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from contracts.acts import ConfirmHandover, NameSides, PackHandover
from contracts.events.coordination import HandoverCompleted
from contracts.life import HandoverState
from services.coordination.effects.plan import PLAN_ROLES
from services.coordination.effects.scene import Scene, effect
from services.coordination.handing_over import proposed_sides
from services.coordination.models import Handover, HandoverPaper, PlanRole, PlanVersion, TeamMember
from services.coordination.store.team import disclose, join_team, leave_team, legal_basis

SIDE = "handover"
"""The role in the team of whoever gives or receives, for as long as the handover lasts."""


async def handover_moved(scene: Scene) -> None:
    """The first step begins its row, with the sides that the data propose; the last ends it."""
    handover = await scene.session.get(Handover, scene.step.entity_id)
    if handover is None:
        handover = Handover(
            handover_id=scene.step.entity_id,
            case_id=scene.case.case_id,
            person_id=scene.step.person_id,
            began_at=scene.step.at,
        )
        scene.session.add(handover)
    if scene.step.on is not None:
        handover.age, handover.reached_on = scene.step.age, scene.step.on
        await _propose(scene, handover)
    if scene.step.state in (HandoverState.DONE, HandoverState.STOPPED):
        await leave_team(scene.session, scene.case.case_id, scene.step.at, roles=[SIDE])
    if scene.step.state == HandoverState.DONE and handover.done_at is None:
        await _complete(scene, handover)


async def _propose(scene: Scene, handover: Handover) -> None:
    """Who gives and who receives, as long as nobody has said otherwise."""
    if handover.giving_at or handover.receiving_at or handover.age is None:
        return
    on = handover.reached_on or scene.on
    sides = proposed_sides(handover.age, on, await _team(scene))
    handover.giving = handover.giving or sides.giving
    handover.receiving = handover.receiving or sides.receiving


async def _team(scene: Scene) -> frozenset[str]:
    found = select(col(TeamMember.agency)).where(
        col(TeamMember.case_id) == scene.case.case_id, col(TeamMember.until).is_(None)
    )
    return frozenset(await scene.session.scalars(found))


async def _complete(scene: Scene, handover: Handover) -> None:
    """The overlap is over: whoever gave stays only where the plan still gives it a role."""
    handover.done_at = scene.step.at
    if handover.giving is not None:
        kept = select(col(PlanRole.role)).join(
            PlanVersion, col(PlanVersion.plan_id) == col(PlanRole.plan_id)
        )
        roles = await scene.session.scalars(
            kept.where(
                col(PlanVersion.case_id) == scene.case.case_id,
                col(PlanVersion.current),
                col(PlanRole.agency) == handover.giving,
            )
        )
        gone = set(PLAN_ROLES) - set(roles)
        await leave_team(
            scene.session, scene.case.case_id, scene.step.at, roles=gone, agency=handover.giving
        )
    if handover.age is not None and handover.person_id is not None:
        await scene.tell(
            HandoverCompleted,
            handover_id=handover.handover_id,
            person_id=handover.person_id,
            age=handover.age,
        )


async def _of(scene: Scene) -> Handover:
    await handover_moved(scene)
    await scene.session.flush()
    return await scene.session.get_one(Handover, scene.step.entity_id)


async def _let_in(scene: Scene, *sides: str) -> None:
    """Whoever is named by a person, not only proposed by the data, works on the case from now on.

    That an agency learns of the case by it is a disclosure; a side that is named no more leaves.
    """
    session, case, at = scene.session, scene.case, scene.step.at
    team = await _team(scene)
    await leave_team(session, case.case_id, at, roles=[SIDE], but=sides)
    for side in sides:
        if side not in team:
            basis = await legal_basis(session, case, scene.on, side)
            await disclose(session, case, "handover", [side], basis=basis, by=scene.by, at=at)
        await join_team(session, case.case_id, side, SIDE, at)


@effect(NameSides)
async def name_sides(scene: Scene, act: NameSides) -> None:
    handover = await _of(scene)
    handover.giving, handover.receiving = act.giving, act.receiving
    await _let_in(scene, act.giving, act.receiving)


@effect(PackHandover)
async def pack_handover(scene: Scene, act: PackHandover) -> None:
    """Each paper is a disclosure of its own, on its own ground; told twice, it is kept once."""
    handover = await _of(scene)
    receiving = handover.receiving or ""
    handover.packed_at = scene.step.at
    await _let_in(scene, *(side for side in (handover.giving, receiving) if side))
    for paper in act.items:
        kept = await scene.session.scalar(
            insert(HandoverPaper)
            .values(
                handover_id=handover.handover_id,
                item=paper.item,
                legal_basis=paper.basis,
                to_agency=receiving,
                by=scene.by,
                at=scene.step.at,
            )
            .on_conflict_do_nothing()
            .returning(col(HandoverPaper.item))
        )
        if kept is not None:
            await disclose(
                scene.session,
                scene.case,
                f"handover-{paper.item}",
                [receiving],
                basis=paper.basis,
                by=scene.by,
                at=scene.step.at,
            )


@effect(ConfirmHandover)
async def confirm_handover(scene: Scene, act: ConfirmHandover) -> None:
    """The receiving side belongs to the team from now on: both sides stay for the overlap."""
    handover = await _of(scene)
    if act.side == "giving":
        handover.giving, handover.giving_at = act.agency, scene.step.at
    else:
        handover.receiving, handover.receiving_at = act.agency, scene.step.at
        await join_team(scene.session, scene.case.case_id, act.agency, "support", scene.step.at)
