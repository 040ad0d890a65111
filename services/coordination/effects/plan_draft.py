"""The paper of a plan: drafted, prepared in advance, revised until a meeting has adopted it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from contracts.acts import AgencyRole, DraftPlan, Goal, PlanKind, PreparePlan, ReviseDraft
from contracts.acts import PlanTask as Undertaken
from services.coordination.effects.plan import next_version
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import PlanGoal, PlanRole, PlanTask, PlanVersion
from services.coordination.plan_rules import latest_plan


@effect(DraftPlan)
async def draft_plan(scene: Scene, act: DraftPlan) -> None:
    await _draft(scene, act, prepared=False)


@effect(PreparePlan)
async def prepare_plan(scene: Scene, act: PreparePlan) -> None:
    await _draft(scene, act, prepared=True)


@effect(ReviseDraft)
async def revise_draft(scene: Scene, act: ReviseDraft) -> None:
    """The next 稿 takes the place of the one before; who wrote it may not decide on it."""
    plan = await scene.session.get_one(PlanVersion, scene.step.entity_id)
    plan.revision += 1
    plan.revisers = sorted({*plan.revisers, scene.by})
    for table in (PlanRole, PlanGoal, PlanTask):
        await scene.session.execute(delete(table).where(col(table.plan_id) == plan.plan_id))
    _write(scene, plan, act)
    await write_parts(scene, plan.plan_id, act.roles, act.goals)
    write_tasks(scene, plan.plan_id, act.tasks)


async def _draft(scene: Scene, act: DraftPlan, *, prepared: bool) -> None:
    plan = PlanVersion(
        plan_id=scene.created,
        case_id=scene.case.case_id,
        kind=PlanKind.SUPPORT,
        version=await next_version(scene, PlanKind.SUPPORT),
        author=scene.by,
        drafted_at=scene.step.at,
        episode=scene.case.episode,
        previous_plan_id=await latest_plan(scene.session, scene.case.case_id, PlanKind.SUPPORT),
        prepared=prepared,
        starts_on=act.starts_on,
        ends_on=act.ends_on,
    )
    _write(scene, plan, act)
    scene.session.add(plan)
    await write_parts(scene, plan.plan_id, act.roles, act.goals)
    write_tasks(scene, plan.plan_id, act.tasks)


def _write(scene: Scene, plan: PlanVersion, act: DraftPlan) -> None:
    command = scene.step.command
    plan.content_command = command.command_id if command else None
    plan.starts_on, plan.ends_on = act.starts_on, act.ends_on
    plan.participation, plan.outreach = act.participation, act.outreach
    plan.issues = list(act.issues)
    plan.monitoring_on = sorted(set(act.monitoring_on))


async def write_parts(
    scene: Scene, plan_id: UUID, roles: Iterable[AgencyRole], goals: Iterable[Goal]
) -> None:
    """The roles and goals of a plan that is not decided yet."""
    await scene.session.flush()
    scene.session.add_all(
        PlanRole(plan_id=plan_id, agency=given.agency, role=given.role) for given in roles
    )
    scene.session.add_all(
        PlanGoal(plan_id=plan_id, number=number, term=goal.term, review_on=goal.review_on)
        for number, goal in enumerate(goals, start=1)
    )
    await scene.session.flush()


def write_tasks(scene: Scene, plan_id: UUID, tasks: Iterable[Undertaken]) -> None:
    """取組, numbered as their errands are."""
    scene.session.add_all(
        PlanTask(plan_id=plan_id, number=number, **task.model_dump(exclude={"text"}))
        for number, task in enumerate(tasks, start=1)
    )
