"""Assessment, and plans from draft to monitoring."""

from uuid import uuid4

from contracts.cases import Kind
from services.coordination.models import (
    Assessment,
    Monitoring,
    PlanAcceptance,
    PlanRole,
    PlanVersion,
)
from tests.services.coordination.desk import (
    HANAKO,
    ICHIRO,
    Case,
    Desk,
    a_plan,
    act_of,
)
from tests.services.coordination.scenarios.registry import effect, team


@effect
async def complete_assessment(desk: Desk) -> Case:
    case = await desk.open(state="assess")
    act = act_of("complete_assessment", issues=["housing", "debt"])
    await desk.step(case, "plan-draft", act)
    assert (await desk.row(Assessment, case_id=case.case_id)).issues == ["housing", "debt"]
    return case


@effect
async def draft_plan(desk: Desk) -> Case:
    case = await desk.open(state="plan-draft")
    key = uuid4()
    await desk.step(case, "meeting", a_plan(participation=True), created_id=key, plan_version=1)
    plan = await desk.row(PlanVersion, plan_id=key)
    assert (plan.version, plan.author, plan.prepared) == (1, HANAKO, False)
    assert plan.participation
    assert not plan.current
    roles = {(row.agency, row.role) for row in await desk.rows(PlanRole, plan_id=key)}
    assert roles == {("jobota", "lead"), ("houkatsu", "support")}
    return case


@effect
async def prepare_plan(desk: Desk) -> Case:
    case = await desk.open(state="outreach")
    key = uuid4()
    await desk.step(case, "outreach", a_plan("prepare_plan"), created_id=key, plan_version=1)
    assert (await desk.row(PlanVersion, plan_id=key)).prepared
    return case


@effect
async def approve_plan(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.plan(case)
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=key, by=ICHIRO)
    plan = await desk.row(PlanVersion, plan_id=key)
    assert plan.decided_by == ICHIRO
    assert not plan.current, "current only when the person has accepted it"
    assert (await desk.fact(case, "plan.decided"))["plan_id"] == str(key)
    return case


@effect
async def return_plan(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.plan(case)
    await desk.step(case, "returned", act_of("return_plan"), kind=Kind.PLAN, key=key, by=ICHIRO)
    assert (await desk.row(PlanVersion, plan_id=key)).decided_at is None
    return case


@effect
async def record_acceptance(desk: Desk) -> Case:
    case = await approve_plan(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_acceptance", person_id=case.person)
    await desk.step(case, "active", act, kind=Kind.PLAN, key=plan.plan_id)
    assert (await desk.row(PlanAcceptance, plan_id=plan.plan_id)).accepted
    assert (await desk.row(PlanVersion, plan_id=plan.plan_id)).current
    assert await team(desk, case) == {("jobota", "lead"), ("houkatsu", "support")}
    return case


@effect
async def record_decline(desk: Desk) -> Case:
    case = await approve_plan(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_decline", person_id=case.person)
    await desk.step(case, "returned", act, kind=Kind.PLAN, key=plan.plan_id)
    assert not (await desk.row(PlanAcceptance, plan_id=plan.plan_id)).accepted
    return case


@effect
async def record_monitoring(desk: Desk) -> Case:
    case = await record_acceptance(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    act = act_of("record_monitoring", result="goal-met", on_paper=False)
    await desk.step(case, "completed", act, kind=Kind.PLAN, key=plan.plan_id)
    seen = await desk.row(Monitoring, plan_id=plan.plan_id)
    assert (seen.result, seen.on_paper) == ("goal-met", False)
    finished = await desk.row(PlanVersion, plan_id=plan.plan_id)
    assert not finished.current, "a finished plan is current no more"
    return case
