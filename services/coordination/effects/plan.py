"""Assessment, and plans from their adoption to monitoring; a decided version never changes."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from contracts.acts import (
    ApprovePlan,
    CompleteAssessment,
    GoalProgress,
    PlanKind,
    PlanVerdict,
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
    GoalLook,
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
    """A meeting adopts a plan: a renewal (再プラン) if one was before, in this episode."""
    earlier = await scene.session.scalar(
        select(func.count()).where(
            col(PlanVersion.case_id) == scene.case.case_id,
            col(PlanVersion.kind) == plan.kind,
            col(PlanVersion.episode) == plan.episode,
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
    monitoring = Monitoring(
        monitoring_id=new_id(),
        case_id=scene.case.case_id,
        plan_id=scene.step.entity_id,
        result=act.result,
        on_paper=act.on_paper and act.meeting_id is None,
        meeting_id=act.meeting_id,
        by=scene.by,
        at=scene.step.at,
    )
    scene.session.add(monitoring)
    remember_goals(scene, monitoring.monitoring_id, scene.step.entity_id, act.goals)


def remember_goals(
    scene: Scene, seen_id: UUID, plan_id: UUID, goals: Iterable[GoalProgress]
) -> None:
    """How each goal stood when it was looked at."""
    scene.session.add_all(
        GoalLook(
            seen_id=seen_id,
            plan_id=plan_id,
            number=seen.goal,
            progress=seen.progress,
            at=scene.step.at,
        )
        for seen in goals
    )
