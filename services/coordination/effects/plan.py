"""Assessment, and plans from draft to monitoring; a decided version never changes."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from contracts.acts import (
    ApprovePlan,
    CompleteAssessment,
    DraftPlan,
    PlanKind,
    PlanVerdict,
    PreparePlan,
    RecordAcceptance,
    RecordDecline,
    RecordMonitoring,
    ReturnPlan,
)
from contracts.events.coordination import PlanAdopted, PlanDecided
from contracts.events.envelope import new_id
from contracts.life import PlanState
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import (
    Assessment,
    Meeting,
    Monitoring,
    PlanAcceptance,
    PlanRole,
    PlanVersion,
)
from services.coordination.store.team import join_team, leave_team

PLAN_ROLES = ("lead", "support", "watch", "advice")
CARRIED_OUT = (PlanState.ACTIVE, PlanState.MONITORING)


async def next_version(scene: Scene, kind: str) -> int:
    """The workflow's number; the next free one where it named none, or one that is taken."""
    numbers = set(
        await scene.session.scalars(
            select(col(PlanVersion.version)).where(
                col(PlanVersion.case_id) == scene.case.case_id, col(PlanVersion.kind) == kind
            )
        )
    )
    asked = scene.step.plan_version
    if asked is not None and asked not in numbers and kind == PlanKind.SUPPORT:
        return asked
    return max(numbers, default=0) + 1


async def make_current(scene: Scene, plan: PlanVersion) -> None:
    """Exactly one plan of a kind is carried out (invariant 5); its agencies are the team."""
    await scene.session.flush()
    await end_current(scene, plan.kind)
    plan.current = True
    await scene.session.flush()
    if plan.kind != PlanKind.SUPPORT:
        return
    roles = (
        await scene.session.scalars(select(PlanRole).where(col(PlanRole.plan_id) == plan.plan_id))
    ).all()
    for role in PLAN_ROLES:
        stay = [given.agency for given in roles if given.role == role]
        await leave_team(scene.session, scene.case.case_id, scene.step.at, roles=[role], but=stay)
        for agency in stay:
            await join_team(scene.session, scene.case.case_id, agency, role, scene.step.at)


async def end_current(scene: Scene, kind: str) -> None:
    """No plan of the kind is carried out any more."""
    await scene.session.execute(
        update(PlanVersion)
        .where(
            col(PlanVersion.case_id) == scene.case.case_id,
            col(PlanVersion.kind) == kind,
            col(PlanVersion.current),
        )
        .values(current=False)
    )


async def adopt(scene: Scene, plan: PlanVersion, meeting_id: UUID | None) -> None:
    """A meeting adopts a plan: a renewal (再プラン) if one of its kind was adopted before."""
    earlier = await scene.session.scalar(
        select(func.count()).where(
            col(PlanVersion.case_id) == scene.case.case_id,
            col(PlanVersion.kind) == plan.kind,
            col(PlanVersion.adopted_at).is_not(None),
        )
    )
    plan.adopted_at, plan.meeting_id = scene.step.at, meeting_id
    await scene.tell(
        PlanAdopted,
        plan_id=plan.plan_id,
        kind=plan.kind,
        version=plan.version,
        renewal=bool(earlier),
    )


async def _last_meeting(scene: Scene) -> UUID | None:
    meeting_id: UUID | None = await scene.session.scalar(
        select(col(Meeting.meeting_id))
        .where(
            col(Meeting.case_id) == scene.case.case_id,
            col(Meeting.verdict) == PlanVerdict.ADOPTED,
        )
        .order_by(col(Meeting.held_at).desc())
        .limit(1)
    )
    return meeting_id


async def plan_moved(scene: Scene) -> None:
    """To be decided, a plan has been adopted; it is current only while it is carried out.

    While its case is suspended it stays what it was: current, or still on its way to a decision.
    """
    plan = await scene.session.get(PlanVersion, scene.step.entity_id)
    if plan is None:
        return
    if scene.step.state == PlanState.TO_DECIDE and plan.adopted_at is None:
        await adopt(scene, plan, await _last_meeting(scene))
    if scene.step.state in CARRIED_OUT:
        if not plan.current:
            await make_current(scene, plan)
    elif plan.current and scene.step.state != PlanState.PAUSED:
        plan.current = False


@effect(CompleteAssessment)
async def complete_assessment(scene: Scene, act: CompleteAssessment) -> None:
    """With a plan prepared in advance, that plan becomes the draft (process A4)."""
    scene.session.add(
        Assessment(
            assessment_id=new_id(),
            case_id=scene.case.case_id,
            issues=list(act.issues),
            by=scene.by,
            at=scene.step.at,
        )
    )
    if scene.step.created_id is not None:
        plan = await scene.session.get(PlanVersion, scene.step.created_id)
        if plan is not None and plan.version != scene.step.plan_version:
            plan.version = await next_version(scene, PlanKind.SUPPORT)


@effect(DraftPlan)
async def draft_plan(scene: Scene, act: DraftPlan) -> None:
    await _draft(scene, act, prepared=False)


@effect(PreparePlan)
async def prepare_plan(scene: Scene, act: PreparePlan) -> None:
    await _draft(scene, act, prepared=True)


async def _draft(scene: Scene, act: DraftPlan, *, prepared: bool) -> None:
    plan = PlanVersion(
        plan_id=scene.created,
        case_id=scene.case.case_id,
        kind=PlanKind.SUPPORT,
        version=await next_version(scene, PlanKind.SUPPORT),
        author=scene.by,
        drafted_at=scene.step.at,
        prepared=prepared,
        starts_on=act.starts_on,
        ends_on=act.ends_on,
        participation=act.participation,
        outreach=act.outreach,
    )
    scene.session.add(plan)
    await scene.session.flush()
    scene.session.add_all(
        PlanRole(plan_id=plan.plan_id, agency=given.agency, role=given.role) for given in act.roles
    )


async def _of(scene: Scene) -> PlanVersion:
    return await scene.session.get_one(PlanVersion, scene.step.entity_id)


@effect(ApprovePlan)
async def approve_plan(scene: Scene, act: ApprovePlan) -> None:
    plan = await _of(scene)
    plan.decided_by, plan.decided_at = scene.by, scene.step.at
    await scene.tell(PlanDecided, plan_id=plan.plan_id, version=plan.version)


@effect(ReturnPlan)
async def return_plan(scene: Scene, act: ReturnPlan) -> None:
    """The plan's own state says it; the reason lies with the command."""


@effect(RecordAcceptance)
async def record_acceptance(scene: Scene, act: RecordAcceptance) -> None:
    await _answer(scene, act, accepted=True)


@effect(RecordDecline)
async def record_decline(scene: Scene, act: RecordDecline) -> None:
    await _answer(scene, act, accepted=False)


async def _answer(scene: Scene, act: RecordAcceptance | RecordDecline, *, accepted: bool) -> None:
    """The person's last word on the plan stands."""
    said = {"accepted": accepted, "at": scene.step.at, "recorded_by": scene.by}
    await scene.session.execute(
        insert(PlanAcceptance)
        .values(plan_id=scene.step.entity_id, person_id=act.person_id, **said)
        .on_conflict_do_update(index_elements=["plan_id", "person_id"], set_=said)
    )


@effect(RecordMonitoring)
async def record_monitoring(scene: Scene, act: RecordMonitoring) -> None:
    scene.session.add(
        Monitoring(
            monitoring_id=new_id(),
            case_id=scene.case.case_id,
            plan_id=scene.step.entity_id,
            result=act.result,
            on_paper=act.on_paper,
            by=scene.by,
            at=scene.step.at,
        )
    )
