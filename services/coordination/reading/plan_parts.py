"""Plans as the case page shows them: their paper, their goals' progress, their tasks."""

from collections import defaultdict
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.beside import task_errand_id
from contracts.cases import Kind
from services.coordination import labels, views
from services.coordination.models import (
    Errand,
    GoalLook,
    Monitoring,
    PlanGoal,
    PlanRole,
    PlanTask,
    PlanVersion,
)
from services.coordination.reading.names import Names
from services.coordination.reading.part import States, rows

Row = TypeVar("Row")


async def plan_views(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.PlanView, ...]:
    found = await rows(
        session,
        select(PlanVersion)
        .where(col(PlanVersion.case_id) == case_id)
        .order_by(col(PlanVersion.drafted_at), col(PlanVersion.plan_id)),
    )
    ids = [row.plan_id for row in found]
    parts: dict[type, dict[UUID, list[Any]]] = {}
    for table, order in (
        (PlanRole, col(PlanRole.agency)),
        (PlanGoal, col(PlanGoal.number)),
        (PlanTask, col(PlanTask.number)),
        (GoalLook, col(GoalLook.at)),
        (Errand, col(Errand.began_at)),
        (Monitoring, col(Monitoring.at)),
    ):
        of_plans = select(table).where(col(table.plan_id).in_(ids)).order_by(order)
        parts[table] = defaultdict(list)
        for part in await rows(session, of_plans):
            parts[table][part.plan_id].append(part)
    names = await Names.of(session, [sub for row in found for sub in (row.author, row.decided_by)])
    shown, adopted = [], set()
    for row in sorted(found, key=lambda one: (one.adopted_at is None, one.adopted_at)):
        of = {table: some[row.plan_id] for table, some in parts.items()}
        renewal = (row.kind, row.episode) in adopted
        shown.append((row, _plan(row, of, names, states, renewal)))
        if row.adopted_at is not None:
            adopted.add((row.kind, row.episode))
    order_of = {row.plan_id: place for place, row in enumerate(found)}
    return tuple(view for row, view in sorted(shown, key=lambda one: order_of[one[0].plan_id]))


def _plan(
    row: PlanVersion,
    of: dict[type, list[Any]],
    names: Names,
    states: States,
    renewal: bool,
) -> views.PlanView:
    state = states.of(Kind.PLAN, row.plan_id)
    if row.kind == "outreach":
        # No workflow lives an outreach plan; the meeting that made it also decided it.
        code = "active" if row.current else "completed"
        state = {"state": code, "state_label": labels.state(Kind.PLAN, code)}
    at = row.decided_at or row.drafted_at
    return views.PlanView(
        **row.model_dump(
            include={
                "plan_id",
                "kind",
                "version",
                "current",
                "prepared",
                "starts_on",
                "ends_on",
                "participation",
                "outreach",
                "adopted_at",
                "decided_at",
                "episode",
                "revision",
                "previous_plan_id",
                "issues",
                "monitoring_on",
            }
        ),
        **state,
        kind_label=labels.plan_kind(row.kind),
        author=names.staff(row.author),
        decided_by=names.maybe(row.decided_by),
        content_id=row.content_command,
        renewal=renewal,
        issue_labels=tuple(labels.value("issues", code) for code in row.issues),
        roles=tuple(
            views.RoleView(
                agency=role.agency,
                agency_name=labels.agency(role.agency, at),
                role=role.role,
                role_label=labels.value("role", role.role),
            )
            for role in of[PlanRole]
        ),
        goals=tuple(_goal(goal, of[GoalLook]) for goal in of[PlanGoal]),
        tasks=tuple(_task(task, of[Errand]) for task in of[PlanTask]),
        monitorings=tuple(
            views.MonitoringView(
                at=look.at,
                result=look.result,
                result_label=labels.value("result", look.result, "record_monitoring"),
                on_paper=look.on_paper,
            )
            for look in of[Monitoring]
        ),
    )


def _goal(goal: PlanGoal, looks: list[GoalLook]) -> views.GoalView:
    seen = [look.progress for look in looks if look.number == goal.number]
    progress = seen[-1] if seen else None
    return views.GoalView(
        number=goal.number,
        term=goal.term,
        term_label=labels.value("term", goal.term, "goals"),
        review_on=goal.review_on,
        progress=progress,
        progress_label=labels.value("progress", progress, "goals") if progress else None,
    )


def _task(task: PlanTask, errands: list[Errand]) -> views.PlanTaskView:
    key = task_errand_id(task.plan_id, task.number)
    result = next((one.result for one in errands if one.errand_id == key), None)
    return views.PlanTaskView(
        number=task.number,
        agency=task.agency,
        agency_name=labels.agency(task.agency),
        what=task.what,
        what_label=labels.value("what", task.what, "tasks"),
        due_on=task.due_on,
        duty_id=task.duty_id,
        errand_id=key,
        result=result,
        result_label=labels.value("result", result, "report_errand") if result else None,
    )
