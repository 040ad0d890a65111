"""A step in one transaction: the worklist, the waiting line, the timeline, the command."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from contracts.cases import Kind
from contracts.events import new_id
from contracts.life import Role
from contracts.steps import Escalate, TaskToOpen
from services.coordination.models import Task, TimelineEntry, UrgentMeasure
from services.coordination.store.cases import lock_case
from services.coordination.store.worklist import name_coordinator
from tests.services.coordination.desk import HANAKO, Desk, act_of


async def test_a_step_opens_its_task_and_closes_those_before_it(desk: Desk) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    await desk.step(case, "consent", act_of("ask_consent"), ask=True)
    first, second = sorted(
        await desk.rows(Task, case_id=case.case_id), key=lambda task: task.opened_at
    )
    assert (first.closed_by, first.closing_act) == (HANAKO, "ask_consent")
    assert first.closed_at is not None
    assert second.closed_at is None
    assert (second.owner, second.agency) == ("coordinator", "chiiki-fukushi-omori")


async def test_a_task_of_an_agency_is_that_agencys(desk: Desk) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    task = await desk.row(Task, case_id=case.case_id)
    assert (task.owner, task.agency) == ("agency", "sapota")


async def test_a_case_says_why_it_waits_for_whom_and_until_when(desk: Desk) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    file = await desk.file(case)
    task = await desk.row(Task, case_id=case.case_id)
    assert (file.waiting_asks, file.waiting_role) == ("スクリーニングを行う", "coordinator")
    assert file.waiting_until == task.due_at


async def test_a_case_without_a_task_says_when_its_next_timer_rings(desk: Desk) -> None:
    case = await desk.open()
    at = datetime.now(UTC) + timedelta(days=90)
    await desk.step(case, "active", waits_until=at)
    file = await desk.file(case)
    assert (file.waiting_asks, file.waiting_until) == (None, at)


async def test_whoever_has_a_task_keeps_it_when_the_workflow_asks_again(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.outreach(case)
    async with desk.context.database.transaction() as session:
        task = await desk.row(Task, case_id=case.case_id)
        (await session.get_one(Task, task.task_id)).assignee = "sapota-1"
    await desk.step(case, "related", kind=Kind.OUTREACH, key=key, agency="sapota", ask=True)
    still = [row for row in await desk.rows(Task, case_id=case.case_id) if row.closed_at is None]
    assert [row.assignee for row in still] == ["sapota-1"]


async def test_the_coordinator_in_charge_is_given_the_coordinators_tasks(desk: Desk) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    async with desk.context.database.transaction() as session:
        file = await lock_case(session, case.case_id)
        assert file is not None
        await name_coordinator(session, file, HANAKO)
    await desk.step(case, "consent", act_of("ask_consent"), ask=True)
    assert [row.assignee for row in await desk.rows(Task, case_id=case.case_id)] == [HANAKO] * 2


async def test_the_timeline_has_a_line_for_every_step(desk: Desk) -> None:
    case = await desk.open()
    await desk.step(case, "consent", act_of("ask_consent"), of="chiiki-fukushi-omori")
    entries = sorted(
        await desk.rows(TimelineEntry, case_id=case.case_id), key=lambda entry: entry.at
    )
    assert [(e.cause, e.act, e.came_from, e.state) for e in entries] == [
        ("opened", None, None, "received"),
        ("started", None, "received", "triage"),
        (None, "ask_consent", "triage", "consent"),
    ]
    assert (entries[-1].actor, entries[-1].agency) == (HANAKO, "chiiki-fukushi-omori")


async def test_a_step_told_by_many_at_once_has_one_effect(desk: Desk) -> None:
    case = await desk.open()
    await desk.step(case, "triage", act_of("respond_urgently", measure="food"))
    assert desk.last is not None
    again = desk.last.model_copy(
        update={
            "number": 7,
            "command": desk.last.command.model_copy(update={"command_id": new_id()}),  # type: ignore[union-attr]
        }
    )
    await asyncio.gather(*(desk.activities.record_step(again) for _ in range(4)))
    assert len(await desk.rows(UrgentMeasure, case_id=case.case_id)) == 2


async def test_an_act_that_a_second_step_carries_again_has_its_effect_once(desk: Desk) -> None:
    case = await desk.open()
    first = await desk.step(case, "triage", act_of("respond_urgently", measure="food"))
    await desk.step(case, "triage", command=first.command)
    assert len(await desk.rows(UrgentMeasure, case_id=case.case_id)) == 1


async def test_a_step_of_a_case_that_was_never_opened_is_refused_for_good(desk: Desk) -> None:
    case = await desk.open()
    assert desk.last is not None
    stray = desk.last.model_copy(update={"case_id": uuid4()})
    with pytest.raises(ApplicationError) as caught:
        await desk.activities.record_step(stray)
    assert caught.value.non_retryable
    assert (await desk.file(case)).state == "triage"


async def test_no_case_is_without_somebody_in_charge(desk: Desk) -> None:
    assert (await desk.file(await desk.open())).coordinator_agency == "chiiki-fukushi-omori"
    nowhere = await desk.open(basic_area=None)
    assert (await desk.file(nowhere)).coordinator_agency == "fukushi-kanri"


# --- reminding and escalating -----------------------------------------------------------------


async def test_a_task_is_brought_to_mind_and_escalated_once(desk: Desk) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    task = await desk.row(Task, case_id=case.case_id)
    at = datetime.now(UTC)
    remind = Escalate(
        task_id=task.task_id, case_id=case.case_id, to=Role.COORDINATOR, reason="reminder", at=at
    )
    escalate = remind.model_copy(update={"reason": "overdue", "to": Role.MANAGER})
    for told in (remind, remind, escalate, escalate):
        await desk.activities.escalate_task(told)
    task = await desk.row(Task, case_id=case.case_id)
    assert (task.reminded_at, task.escalated_at, task.escalated_to) == (at, at, "manager")
    causes = [row.cause for row in await desk.rows(TimelineEntry, case_id=case.case_id)]
    assert (causes.count("reminder"), causes.count("escalated")) == (1, 1)


async def test_a_task_that_is_done_is_not_escalated(desk: Desk) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    task = await desk.row(Task, case_id=case.case_id)
    await desk.step(case, "consent", act_of("ask_consent"))
    await desk.activities.escalate_task(
        Escalate(
            task_id=task.task_id,
            case_id=case.case_id,
            to=Role.MANAGER,
            reason="overdue",
            at=datetime.now(UTC),
        )
    )
    assert (await desk.row(Task, case_id=case.case_id)).escalated_at is None


async def test_a_task_opened_twice_is_one(desk: Desk) -> None:
    case = await desk.open()
    asked = TaskToOpen(task_id=new_id(), owner=Role.WARD, asks="判断する", acts=())
    await desk.step(case, "triage", opens=(asked,))
    await desk.step(case, "triage", opens=(asked,))
    assert len(await desk.rows(Task, case_id=case.case_id)) == 1
