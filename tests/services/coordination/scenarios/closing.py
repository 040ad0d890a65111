"""Closing, following up, opening again."""

from services.coordination.models import (
    Evaluation,
    FollowUp,
)
from tests.services.coordination.desk import (
    HANAKO,
    ICHIRO,
    Case,
    Desk,
    act_of,
)
from tests.services.coordination.scenarios.registry import effect, team


@effect
async def evaluate_closure(desk: Desk) -> Case:
    case = await desk.open(state="close-review")
    act = act_of(
        "evaluate_closure", reason="roles-agreed", achievement="mostly-met", lead_agency="houkatsu"
    )
    await desk.step(case, "close-approval", act)
    row = await desk.row(Evaluation, case_id=case.case_id)
    assert (row.reason, row.lead_agency, row.evaluated_by) == ("roles-agreed", "houkatsu", HANAKO)
    return case


@effect
async def approve_closure(desk: Desk) -> Case:
    case = await evaluate_closure(desk)
    await desk.step(
        case, "closed", act_of("approve_closure"), by=ICHIRO, result="roles-agreed", ask=True
    )
    file = await desk.file(case)
    assert (file.closure_reason, file.lead_agency) == ("roles-agreed", "houkatsu")
    assert file.waiting_asks == "終結後のフォローを行う"
    fact = await desk.fact(case, "case.closed")
    assert (fact["reason"], fact["lead_agency"]) == ("roles-agreed", "houkatsu")
    assert await team(desk, case) == {("houkatsu", "lead")}, "closing is not leaving alone"
    return case


@effect
async def return_closure(desk: Desk) -> Case:
    case = await evaluate_closure(desk)
    await desk.step(case, "close-review", act_of("return_closure"), by=ICHIRO)
    assert (await desk.row(Evaluation, case_id=case.case_id)).approved is False
    return case


@effect
async def continue_support(desk: Desk) -> Case:
    case = await desk.open(state="close-review")
    await desk.step(case, "active", act_of("continue_support"))
    assert (await desk.file(case)).state == "active"
    return case


@effect
async def record_follow_up(desk: Desk) -> Case:
    case = await approve_closure(desk)
    await desk.step(case, "closed", act_of("record_follow_up", result="worry"))
    row = await desk.row(FollowUp, case_id=case.case_id)
    assert (row.result, row.placement_id) == ("worry", None)
    return case


@effect
async def reopen(desk: Desk) -> Case:
    case = await approve_closure(desk)
    await desk.step(case, "triage", act_of("reopen"))
    file = await desk.file(case)
    assert (file.episode, file.closure_reason, file.closed_at) == (2, None, None)
    assert (await desk.fact(case, "case.reopened"))["episode"] == 2
    return case
