"""役割分担: what is taken on at a meeting is a task, and is looked at when a plan is monitored."""

from typing import Any
from uuid import UUID

import pytest

from contracts.calendar import add_business_days, today
from contracts.cases import Kind
from contracts.life import ERRANDS
from contracts.policies import Policy
from services.coordination.models import Duty, Staff, Task
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, _task, act_of
from tests.services.coordination.scenarios.outcome import held


async def taken_on(desk: Desk, case: Case, key: UUID, **more: Any) -> Duty:
    """A duty of SAPOTA, and the errand that its case begins for it."""
    act = act_of("assign_duty", **{"agency": "sapota", "duty": "visit", **more})
    step = await desk.step(case, "held", act, kind=Kind.MEETING, key=key)
    assert step.command is not None
    duty = await desk.row(Duty, meeting_id=key)
    await desk.step(
        case,
        "open",
        kind=Kind.ERRAND,
        key=duty.duty_id,
        cause="started",
        topic="duty",
        agency="sapota",
        meeting_id=key,
        on=duty.due_on,
        opens=tuple(
            one.model_copy(update={"asks": ERRANDS["duty"], "owner": "agency"})
            for one in _task(Kind.ERRAND, "open", "sapota")
        ),
    )
    return duty


async def test_a_duty_is_a_task_of_the_one_who_does_it_and_one_report_says_what_became_of_it(
    desk: Desk, get: Get, hanako: dict[str, str], sapota: dict[str, str]
) -> None:
    case, key = await held(desk)
    await get("/tasks", sapota)
    async with desk.context.database.transaction() as session:
        await session.merge(
            Staff(
                sub="sapota-1", name="訪問 一子", agency="sapota", seen_at=case.intake.occurred_at
            )
        )
    duty = await taken_on(desk, case, key, assignee="sapota-1")
    assert duty.due_on == add_business_days(today(), Policy().duty_due.count)
    task = await desk.row(Task, entity_id=duty.duty_id)
    assert (task.agency, task.assignee, task.acts) == ("sapota", "sapota-1", ["report_errand"])
    mine = (await get("/tasks?mine=true", sapota)).json()
    assert str(task.task_id) in {one["task_id"] for one in mine["items"]}
    [shown] = (await get(f"/meetings/{key}", hanako)).json()["duties"]
    assert (shown["standing"], shown["standing_label"]) == ("open", "未報告")
    done = act_of("report_errand", result="done")
    await desk.step(case, "done", done, kind=Kind.ERRAND, key=duty.duty_id)
    [seen] = (await get(f"/cases/{case.case_id}", hanako)).json()["duties"]
    assert (seen["standing"], seen["reported_at"] is None) == ("done", False)
    [errand] = (await get(f"/cases/{case.case_id}", hanako)).json()["errands"]
    assert "訪問" in errand["asks"]


async def test_a_team_that_was_not_invited_does_not_see_who_took_on_what(
    desk: Desk, get: Get, sapota: dict[str, str], tokens: Any
) -> None:
    """Invariant 2: of a 支援会議 those who were not invited read the decision alone."""
    case = await desk.open()
    await desk.referral(case, "jobota")
    key = await desk.meeting(case, basis="law-106-6", agencies=("sapota", "houkatsu"))
    await taken_on(desk, case, key)
    outsider = tokens.bearer("jobota-2", roles=("agency",), agency="jobota")
    shown = (await get(f"/cases/{case.case_id}", outsider)).json()
    assert (shown["duties"], shown["errands"]) == ([], [])
    assert (await get(f"/cases/{case.case_id}", sapota)).json()["duties"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"agency": "iryo"}, "act.agency"),
        ({"agency": "sapota", "due_on": "2020-01-01"}, "act.due_on"),
        ({"agency": "sapota", "assignee": "nobody"}, "act.assignee"),
    ],
)
async def test_nobody_takes_on_what_they_have_not_heard(
    desk: Desk, post: Post, hanako: dict[str, str], fields: dict[str, str], wrong: str
) -> None:
    case, key = await held(desk)
    act = {"act": "assign_duty", "duty": "visit", **fields}
    body = {"act": act, "target": {"kind": "meeting", "id": str(key)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, hanako)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "act-incomplete")
    assert told["errors"][0]["field"] == wrong
