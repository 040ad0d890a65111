"""A referral to one agency: asked, answered, referred on, finished."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from contracts.acts import (
    AcceptReferral,
    DeclineReferral,
    FinishReferral,
    ReferOn,
    ReportReferral,
    RequestReferral,
    ReturnReferral,
    StartReferral,
)
from contracts.events.coordination import (
    ReferralAnswered,
    ReferralAsked,
    ReferralFinished,
    ReferralReturned,
)
from contracts.events.envelope import new_id
from contracts.life import CaseState, ReferralState
from services.coordination.effects.loop import close_loop, wait_for_end
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Referral, ReferralReport, TeamMember
from services.coordination.store.team import disclose, join_team, leave_team, legal_basis

SOLE, BESIDE = "sole", "referral"
"""Roles in the team: the case rests on the agency, or it helps beside a plan."""


async def ask_agency(
    scene: Scene, referral_id: UUID, agency: str, *, sole: bool, due_on: date | None = None
) -> None:
    """A request goes out: it is a disclosure of its own. Who asked hears how it ends."""
    scene.session.add(
        Referral(
            referral_id=referral_id,
            case_id=scene.case.case_id,
            agency=agency,
            sole=sole,
            asked_by=scene.by,
            asked_at=scene.step.at,
            due_on=due_on,
        )
    )
    await scene.session.flush()
    asking = [scene.agency] if scene.agency else []
    await wait_for_end(scene, referral_id, [*asking, *(await _windows(scene) if sole else [])])
    await _tell_agency(scene, referral_id, agency)


async def _tell_agency(scene: Scene, referral_id: UUID, agency: str) -> None:
    basis = await legal_basis(scene.session, scene.case, scene.on, agency)
    await disclose(
        scene.session,
        scene.case,
        "referral",
        [agency],
        basis=basis,
        by=scene.by,
        at=scene.step.at,
    )
    await scene.tell(ReferralAsked, referral_id=referral_id, agency=agency)


async def _of(scene: Scene) -> Referral:
    return await scene.session.get_one(Referral, scene.step.entity_id)


async def _windows(scene: Scene) -> list[str]:
    """The windows that took the consultation in: they brought the case to the one agency."""
    found = await scene.session.scalars(
        select(col(TeamMember.agency)).where(
            col(TeamMember.case_id) == scene.case.case_id,
            col(TeamMember.role) == "intake",
            col(TeamMember.until).is_(None),
        )
    )
    return list(found)


def _role(referral: Referral) -> str:
    return SOLE if referral.sole else BESIDE


@effect(RequestReferral)
async def request_referral(scene: Scene, act: RequestReferral) -> None:
    await ask_agency(scene, scene.created, act.agency, sole=False, due_on=act.due_on)


@effect(AcceptReferral)
async def accept_referral(scene: Scene, act: AcceptReferral) -> None:
    referral = await _of(scene)
    referral.answered_at = scene.step.at
    await join_team(
        scene.session, scene.case.case_id, referral.agency, _role(referral), scene.step.at
    )
    await scene.tell(
        ReferralAnswered,
        referral_id=referral.referral_id,
        agency=referral.agency,
        accepted=True,
    )


@effect(DeclineReferral)
async def decline_referral(scene: Scene, act: DeclineReferral) -> None:
    referral = await _of(scene)
    referral.answered_at, referral.reason = scene.step.at, act.reason
    referral.result = "declined"
    await close_loop(scene, referral)
    await scene.tell(
        ReferralAnswered,
        referral_id=referral.referral_id,
        agency=referral.agency,
        accepted=False,
    )


@effect(ReferOn)
async def refer_on(scene: Scene, act: ReferOn) -> None:
    """再転: the same request goes to another agency, which has not answered yet."""
    referral = await _of(scene)
    await _leave(scene, referral)
    await wait_for_end(scene, referral.referral_id, [referral.agency])
    referral.began_at = None
    referral.agency, referral.answered_at, referral.reason = act.agency, None, None
    await _tell_agency(scene, referral.referral_id, act.agency)


@effect(ReturnReferral)
async def return_referral(scene: Scene, act: ReturnReferral) -> None:
    """退回: back to whoever asked, who may mend it and ask anew."""
    referral = await _of(scene)
    referral.finished_at, referral.result = scene.step.at, "returned"
    referral.reason = act.reason
    await _leave(scene, referral)
    await close_loop(scene, referral)
    await scene.tell(
        ReferralReturned,
        referral_id=referral.referral_id,
        agency=referral.agency,
        reason=act.reason,
    )


@effect(StartReferral)
async def start_referral(scene: Scene, act: StartReferral) -> None:
    (await _of(scene)).began_at = scene.step.at


@effect(ReportReferral)
async def report_referral(scene: Scene, act: ReportReferral) -> None:
    scene.session.add(
        ReferralReport(
            report_id=new_id(),
            referral_id=scene.step.entity_id,
            on=act.on,
            by=scene.by,
            at=scene.step.at,
        )
    )


@effect(FinishReferral)
async def finish_referral(scene: Scene, act: FinishReferral) -> None:
    referral = await _of(scene)
    referral.finished_at, referral.result = scene.step.at, act.result
    referral.reason = act.reason
    await close_loop(scene, referral)
    if not referral.sole:
        await _leave(scene, referral)
    await scene.tell(
        ReferralFinished,
        referral_id=referral.referral_id,
        agency=referral.agency,
        result=act.result,
    )


async def _leave(scene: Scene, referral: Referral) -> None:
    await leave_team(
        scene.session,
        scene.case.case_id,
        scene.step.at,
        roles=[_role(referral)],
        agency=referral.agency,
    )


async def referral_moved(scene: Scene) -> None:
    """A referral that no act of the case asked for (a meeting did) begins with its first step."""
    referral = await scene.session.get(Referral, scene.step.entity_id)
    if referral is None:
        asked = (task.agency for task in scene.step.opens if task.agency)
        agency = scene.step.agency or next(asked, None)
        if agency is not None:
            sole = scene.case.state == CaseState.SINGLE_AGENCY
            await ask_agency(scene, scene.step.entity_id, agency, sole=sole)
    elif scene.step.state == ReferralState.STOPPED and referral.finished_at is None:
        referral.finished_at = scene.step.at
        await _leave(scene, referral)


async def sole_agency(scene: Scene) -> str | None:
    """The agency on which the case rested at last, if there was one."""
    agency: str | None = await scene.session.scalar(
        select(col(Referral.agency))
        .where(
            col(Referral.case_id) == scene.case.case_id,
            col(Referral.sole),
            col(Referral.result) == "done",
        )
        .order_by(col(Referral.finished_at).desc())
        .limit(1)
    )
    return agency
