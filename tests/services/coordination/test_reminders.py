"""Before a consent or a 支援措置 ends somebody is asked, in time; and the asking ends with it."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.calendar import add_business_days, today, tokyo_date
from contracts.policies import Policy
from services.coordination.models import Task, TimelineEntry
from services.coordination.reminding import raise_overdue
from services.coordination.store.reminders import PROTECTION, settle
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.household import protected

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
DAY = timedelta(days=1)


async def asked(desk: Desk, case: Case) -> list[Task]:
    """The reminders that are still open."""
    rows = await desk.rows(Task, case_id=case.case_id)
    return [one for one in rows if "settle_reminder" in one.acts and one.closed_at is None]


async def test_a_consent_that_ends_is_brought_to_mind_in_time_and_settled_by_renewal(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open(state="active")
    last = today() + 200 * DAY
    act = act_of(
        "record_consent",
        person_id=case.person,
        kinds=["sharing"],
        method="signature",
        expires_on=last,
    )
    await desk.step(case, "active", act)
    [task] = await asked(desk, case)
    ahead = Policy().consent_expiry_warning.count
    assert task.due_at is not None
    assert task.snoozed_until is not None
    assert (task.due_at - task.snoozed_until).days == ahead
    assert "同意の期限" in task.asks
    await desk.step(case, "monitor", came_from="active")
    assert await asked(desk, case), "it outlives the states of the case"
    waits = (await get(f"/cases/{case.case_id}", hanako)).json()["waiting"]
    assert waits["asks"] is None, "a reminder is not what the case waits for"
    await desk.consent(case)
    assert await asked(desk, case) == []


@pytest.mark.parametrize("end", ["withdrawn", "expired", "case closed"])
async def test_the_asking_ends_with_the_consent_and_with_the_case(desk: Desk, end: str) -> None:
    case = await desk.open(state="active")
    await desk.consent(case, expires_on=today() + 20 * DAY)
    assert len(await asked(desk, case)) == 2, "sharing and support apart"
    if end == "withdrawn":
        await desk.step(case, "sk-requested", act_of("withdraw_consent", person_id=case.person))
    elif end == "expired":
        for kind in ("sharing", "support"):
            await desk.step(
                case, "sk-requested", cause="consent-expired", person_id=case.person, result=kind
            )
    else:
        await desk.step(case, "close-review")
        evaluated = act_of(
            "evaluate_closure", reason="solved", achievement="met", lead_agency="jobota"
        )
        await desk.step(case, "close-approval", evaluated)
        await desk.step(case, "closed", act_of("approve_closure"), by="ichiro", result="solved")
    assert await asked(desk, case) == []


async def test_the_renewal_of_address_protection_is_a_task_from_a_month_before(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    flag = await protected(desk, case, left=200)
    [task] = await asked(desk, case)
    assert task.snoozed_until is not None, "not yet"
    await protected(desk, case, flag=flag, left=20)
    [task] = await asked(desk, case)
    assert task.snoozed_until is None, "now"
    assert "支援措置" in task.asks
    body = {"act": {"act": "settle_reminder"}}
    done = await post(f"/tasks/{task.task_id}/complete", body, hanako)
    assert done.status_code == 200, done.text
    assert await asked(desk, case) == []
    row = await desk.row(Task, task_id=task.task_id)
    assert (row.closed_by, row.closing_act) == ("hanako", "settle_reminder")


async def test_a_renewed_protection_asks_again_a_year_later(desk: Desk) -> None:
    case = await desk.open()
    flag = await protected(desk, case, left=20)
    [before] = await asked(desk, case)
    await protected(desk, case, flag=flag, left=385)
    [after] = await asked(desk, case)
    assert after.task_id != before.task_id
    assert after.snoozed_until is not None


def rises(task: Task) -> date:
    assert task.escalates_at is not None
    return tokyo_date(task.escalates_at)


async def test_a_reminder_goes_to_a_superior_some_business_days_after_it_came_back(
    desk: Desk,
) -> None:
    case = await desk.open(state="active")
    last = today() + 200 * DAY
    await desk.consent(case, expires_on=last)
    came_back = last - timedelta(days=Policy().consent_expiry_warning.count)
    for task in await asked(desk, case):
        assert rises(task) == add_business_days(came_back, Policy().reminder_escalation.count)


@pytest.mark.parametrize(("left", "by_its_end"), [(20, False), (3, True)])
async def test_one_that_is_asked_late_goes_there_before_it_is_too_late(
    desk: Desk, left: int, by_its_end: bool
) -> None:
    case = await desk.open()
    await protected(desk, case, left=left)
    [task] = await asked(desk, case)
    in_time = add_business_days(today(), Policy().reminder_escalation.count)
    assert rises(task) == (today() + left * DAY if by_its_end else in_time)


async def test_a_superior_is_told_once_and_only_of_what_nobody_has_answered(
    desk: Desk, get: Get, ichiro: Headers
) -> None:
    answered, open_ = await desk.open(), await desk.open()
    flag = await protected(desk, answered)
    await protected(desk, open_)
    [done] = await asked(desk, answered)
    async with desk.context.database.transaction() as session:
        await settle(session, PROTECTION, [flag], datetime.now(UTC))
    [task] = await asked(desk, open_)
    assert task.escalates_at is not None
    await raise_overdue(desk.context, task.escalates_at - timedelta(seconds=1))
    assert (await desk.row(Task, task_id=task.task_id)).escalated_at is None
    later = task.escalates_at + timedelta(seconds=1)
    assert await raise_overdue(desk.context, later) >= 1
    assert await raise_overdue(desk.context, later) == 0
    row = await desk.row(Task, task_id=task.task_id)
    assert (row.escalated_at, row.escalated_to) == (task.escalates_at, "manager")
    assert (await desk.row(Task, task_id=done.task_id)).escalated_at is None
    entries = await desk.rows(TimelineEntry, case_id=open_.case_id, cause="escalated")
    assert [entry.result for entry in entries] == ["manager"]
    one = {"case_id": str(open_.case_id), "escalated": True}
    shown = (await get("/tasks", ichiro, **one)).json()["items"]
    assert [item["task_id"] for item in shown] == [str(task.task_id)]


async def test_two_who_look_at_once_tell_a_superior_once(desk: Desk) -> None:
    case = await desk.open()
    await protected(desk, case)
    [task] = await asked(desk, case)
    assert task.escalates_at is not None
    later = task.escalates_at + timedelta(seconds=1)
    await asyncio.gather(*(raise_overdue(desk.context, later) for _ in range(3)))
    entries = await desk.rows(TimelineEntry, case_id=case.case_id, cause="escalated")
    assert len(entries) == 1
