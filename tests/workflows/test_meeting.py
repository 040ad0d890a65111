"""One meeting, from the first dates to the minutes, on the workflows alone."""

from datetime import timedelta
from uuid import uuid4

from contracts import acts
from contracts.awaited import PlannedTask
from contracts.beside import task_errand_id
from contracts.cases import Kind
from contracts.life import ERRANDS, Role
from contracts.policies import Policy
from tests.replay.lives_of_meetings import taken_on
from tests.workflows.samples import FAR, PERSON, placed
from tests.workflows.ward import MANAGER, Ward
from workflows.policies import after


async def test_a_meeting_without_a_date_waits_for_one_and_is_then_due_on_it(ward: Ward) -> None:
    key = uuid4()
    memory = placed("meeting", key, "", await ward.now(), {"starts_at": None})
    await ward.start(Kind.MEETING, key, memory)
    await ward.reaches(Kind.MEETING, key, "polling")
    soon = (await ward.now()) + timedelta(days=3)
    await ward.act(Kind.MEETING, key, acts.ChooseDate(starts_at=soon))
    step = ward.last(Kind.MEETING, key)
    assert (step.state, step.result, step.opens[0].due_at) == ("preparing", "short-notice", soon)


async def test_who_has_not_answered_is_reminded(ward: Ward) -> None:
    key = uuid4()
    memory = placed("meeting", key, "", await ward.now(), {"starts_at": None})
    await ward.start(Kind.MEETING, key, memory)
    await ward.reaches(Kind.MEETING, key, "polling")
    rings = after(Policy(), "availability_reminder", ward.last(Kind.MEETING, key).at)
    await ward.pass_time(rings - (await ward.now()) + timedelta(seconds=1))
    await ward.until(lambda: ward.escalations, "the reminder")
    assert [told.reason for told in ward.escalations] == ["reminder"]


async def test_too_few_who_came_lead_to_another_date_or_back_to_the_dates(ward: Ward) -> None:
    key = uuid4()
    await ward.start(Kind.MEETING, key, placed("meeting", key, "preparing", await ward.now()))
    await ward.act(Kind.MEETING, key, acts.ReportNoQuorum(present=("jobota",), starts_at=FAR))
    step = ward.last(Kind.MEETING, key)
    assert (step.state, step.result, step.opens[0].due_at) == ("preparing", "no-quorum", FAR)
    await ward.act(Kind.MEETING, key, acts.ReportNoQuorum(present=()))
    assert ward.state(Kind.MEETING, key) == "polling"


async def test_returned_minutes_are_written_again_and_approved_by_another(ward: Ward) -> None:
    key = uuid4()
    await ward.start(Kind.MEETING, key, placed("meeting", key, "minutes", await ward.now()))
    await ward.act(Kind.MEETING, key, acts.ReturnMinutes(), MANAGER)
    assert ward.state(Kind.MEETING, key) == "revising"
    await ward.act(Kind.MEETING, key, acts.DraftMinutes(), "writer")
    assert ward.state(Kind.MEETING, key) == "minutes"
    refusal = await ward.refused(Kind.MEETING, key, acts.ApproveMinutes(), "writer")
    assert refusal.type == "approver-is-author"
    await ward.act(Kind.MEETING, key, acts.ApproveMinutes(), MANAGER)
    assert ward.state(Kind.MEETING, key) == "done"


async def test_what_an_agency_takes_on_is_its_task_until_it_reports_or_the_case_is_closed(
    ward: Ward,
) -> None:
    case = await taken_on(ward)
    first, second = case.all(Kind.ERRAND)
    assert [ward.state(Kind.ERRAND, key) for key in (first, second)] == ["done", "stopped"]
    [step, *_] = ward.steps[f"errand:{first}"]
    [task] = step.opens
    assert (task.agency, task.asks) == ("sapota", ERRANDS["duty"])
    meeting = await case.newest(Kind.MEETING)
    assert (step.topic, step.meeting_id) == ("duty", meeting)
    [assigned, _] = [
        one
        for one in ward.steps[f"meeting:{meeting}"]
        if one.command and one.command.act.code == "assign_duty"
    ]
    assert assigned.created_id == first, "a duty and its errand have one id"


async def test_what_was_taken_on_is_asked_for_once_when_a_plan_takes_it_up(ward: Ward) -> None:
    duty, plan, now = uuid4(), uuid4(), await ward.now()
    memory = {"topic": acts.ErrandTopic.DUTY, "owner": Role.AGENCY, "agency": "sapota"}
    await ward.start(Kind.ERRAND, duty, placed("errand", duty, "", now, memory))
    await ward.reaches(Kind.ERRAND, duty, "open")
    task = PlannedTask(agency="sapota", due_on=now.date() + timedelta(days=30), duty_id=duty)
    await ward.start(Kind.PLAN, plan, placed("plan", plan, "to-accept", now, {"tasks": (task,)}))
    await ward.act(Kind.PLAN, plan, acts.RecordAcceptance(person_id=PERSON))
    await ward.reaches(Kind.ERRAND, duty, "stopped")
    assert ward.last(Kind.ERRAND, duty).result == "planned"
    await ward.reaches(Kind.ERRAND, task_errand_id(plan, 1), "open")
