"""What may stand in an act's form before anything is typed: taken from what the case has already.

A plan is drafted from the assessment, the version before (再プラン) and what the meeting left; a
draft is revised from what stands in it; a monitoring asks for every goal. Words are suggested only
to those who may read them.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal, not_allowed
from chassis.context import Context
from contracts import ages
from contracts.acts import PlanKind
from contracts.calendar import add_months, today
from contracts.policies import Policy
from services.coordination.models import Assessment, Handover
from services.coordination.permissions import role_allows
from services.coordination.plan_rules import lived_by
from services.coordination.reading.cases import show_case
from services.coordination.reading.from_meeting import latest_outcome, of_meeting
from services.coordination.reading.records import show_records
from services.coordination.views import CaseView, PlanView, Record

DRAFTING = ("draft_plan", "prepare_plan")


async def suggest(
    ctx: Context,
    session: AsyncSession,
    principal: Principal,
    case_id: UUID,
    act: str,
    target: UUID,
) -> dict[str, Any]:
    """Values of an act's fields by their names; empty where nothing is known. Raises Problem."""
    if not role_allows(principal, act):
        raise not_allowed()
    case = await show_case(session, principal, case_id)
    if act in DRAFTING:
        return await _draft(ctx, session, principal, case)
    if act == "revise_draft":
        plan = next((one for one in case.plans if one.plan_id == target), None)
        if plan is None:
            return {}
        words = (await show_records(ctx, session, principal, case_id, "planning")).items
        return {**_paper(plan, words), "based_on": plan.revision}
    if act == "record_monitoring":
        return _of_goals(next((one for one in case.plans if one.plan_id == target), None))
    if act == "evaluate_closure":
        lived = await lived_by(session, case_id)
        return _of_goals(next((one for one in case.plans if one.plan_id == lived), None))
    if act == "decide_support":
        return _outreach(case)
    if act in ("name_sides", "pack_handover"):
        return await _handover(session, target, act)
    return {}


async def _draft(
    ctx: Context, session: AsyncSession, principal: Principal, case: CaseView
) -> dict[str, Any]:
    """The paper of the version before, in a period that begins today; else what is known."""
    begins = today()
    period = {
        "starts_on": begins,
        "ends_on": add_months(begins, Policy().plan_period.count) - timedelta(days=1),
    }
    written = [one for one in case.plans if one.kind == PlanKind.SUPPORT]
    issues = {"issues": await _weighed(session, case.case_id)}
    words = (await show_records(ctx, session, principal, case.case_id, "planning")).items
    outcome = await latest_outcome(session, case.case_id)
    met = of_meeting(outcome, words, **period) if outcome else {"roles": [], "tasks": []}
    if written:
        before = _paper(written[-1], words)
        open_tasks = [
            task
            for task, known in zip(before["tasks"], written[-1].tasks, strict=True)
            if known.result is None
        ]
        late = {
            "monitoring_on": [],
            "tasks": [*open_tasks, *met["tasks"]],
            "roles": _merged(before["roles"], met["roles"] if outcome and outcome.duties else []),
            "note": met.get("note"),
        }
        return {**before, **late, **period, **{k: v for k, v in issues.items() if v}}
    return {**period, **issues, **met}


def _outreach(case: CaseView) -> dict[str, Any]:
    """再プラン of an outreach plan: who, and what is not done yet; its words are not to be had."""
    made = [one for one in case.plans if one.kind == PlanKind.OUTREACH]
    if not made:
        return {}
    before = _paper(made[-1], ())
    lead = next((role["agency"] for role in before["roles"] if role["role"] == "lead"), None)
    return {
        "agency": lead,
        "roles": [role for role in before["roles"] if role["agency"] != lead],
        "tasks": [
            {**task, "due_on": None}
            for task, known in zip(before["tasks"], made[-1].tasks, strict=True)
            if known.result is None
        ],
    }


def _merged(before: list[dict[str, str]], new: list[dict[str, str]]) -> list[dict[str, str]]:
    """The roles of the version before, and of whoever has taken something on since."""
    there = {role["agency"] for role in before}
    return [*before, *(role for role in new if role["agency"] not in there)]


def _paper(plan: PlanView, words: tuple[Record, ...]) -> dict[str, Any]:
    """A plan as it would be typed, with its words as far as the reader may have them."""
    mine = f"{plan.content_id}/"
    texts = {
        record.record_id.removeprefix(mine): record.text
        for record in words
        if record.record_id.startswith(mine) and record.text
    }
    goals = [
        {
            "term": goal.term,
            "text": texts.get(f"goals.{place}.text"),
            "measure": texts.get(f"goals.{place}.measure"),
            "review_on": goal.review_on,
        }
        for place, goal in enumerate(plan.goals)
    ]
    tasks = [
        {
            "agency": task.agency,
            "what": task.what,
            "text": texts.get(f"tasks.{place}.text"),
            "due_on": task.due_on,
            "duty_id": task.duty_id,
        }
        for place, task in enumerate(plan.tasks)
    ]
    return {
        "roles": [{"agency": role.agency, "role": role.role} for role in plan.roles],
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "issues": list(plan.issues),
        "wishes": texts.get("wishes"),
        "goals": goals,
        "tasks": tasks,
        "monitoring_on": list(plan.monitoring_on),
        "participation": plan.participation,
        "outreach": plan.outreach,
    }


def _of_goals(plan: PlanView | None) -> dict[str, Any]:
    return {"goals": [{"goal": goal.number} for goal in plan.goals]} if plan else {}


async def _weighed(session: AsyncSession, case_id: UUID) -> list[str]:
    """What the latest assessment found."""
    found = select(Assessment).where(col(Assessment.case_id) == case_id)
    latest = (await session.scalars(found.order_by(col(Assessment.at).desc()).limit(1))).first()
    return list(latest.issues) if latest else []


async def _handover(session: AsyncSession, handover_id: UUID, act: str) -> dict[str, Any]:
    """The sides that the data propose; the papers that always go along."""
    handover = await session.get(Handover, handover_id)
    if handover is None:
        return {}
    if act == "name_sides":
        return {"giving": handover.giving, "receiving": handover.receiving}
    return {"items": [{"item": p.item} for p in ages.handover_items().values() if p.required]}
