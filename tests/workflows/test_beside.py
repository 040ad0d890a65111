"""Beside the course of a case, over years: errands, transfers, ages, the days of a plan."""

from datetime import timedelta
from uuid import UUID

from contracts import acts
from contracts.awaited import LOOK_AGAIN
from contracts.cases import Kind
from contracts.life import ERRANDS
from contracts.steps import AgeBoundaries, AgeBoundary
from tests.replay.lives import asked_when_born, taken_over, tasks_of_a_plan
from tests.replay.lives_of_meetings import outreach_decided, outreach_planned
from tests.workflows import plays
from tests.workflows.samples import consent, draft, monitoring
from tests.workflows.ward import Ward, opened


async def test_a_plan_is_looked_at_on_its_own_days_and_its_tasks_wait_with_their_agencies(
    ward: Ward,
) -> None:
    case = await tasks_of_a_plan(ward)
    plan = await case.newest(Kind.PLAN)
    causes = [step.cause for step in ward.steps[f"plan:{plan}"]]
    assert causes.count("monitoring-date") == 2, "a goal's day, and a planned one"
    first, second = case.all(Kind.ERRAND)
    asked = [step.opens[0] for key in (first, second) for step in ward.steps[f"errand:{key}"][:1]]
    assert {task.agency for task in asked} == {"jobota", "sapota"}
    assert {task.asks for task in asked} == {ERRANDS["plan-task"]}
    ends = sorted(str(ward.state(Kind.ERRAND, key)) for key in (first, second))
    assert ends == ["done", "stopped"], "what is left of a plan that is revised is not asked for"


async def test_an_errand_that_nobody_reports_goes_to_a_superior(ward: Ward) -> None:
    person = UUID("00000000-0000-4000-8000-000000000041")
    ward.ages = AgeBoundaries(persons=(person,), unknown=(person,))
    case = await opened(ward, person_ids=(person,))
    await case.child_reaches(Kind.ERRAND, "open")
    errand = await case.newest(Kind.ERRAND)
    [task] = ward.tasks(Kind.ERRAND, errand)
    await ward.pass_time(timedelta(days=45))
    told = [one for one in ward.escalations if one.task_id == task.task_id]
    assert [one.reason for one in told] == ["overdue"]


async def test_a_birth_date_is_asked_for_and_a_corrected_one_moves_the_handover(
    ward: Ward,
) -> None:
    case = await asked_when_born(ward)
    [handover] = case.all(Kind.HANDOVER)
    assert ward.states(Kind.HANDOVER, handover) == ["waiting", "preparing", "waiting"]
    assert not ward.tasks(Kind.HANDOVER, handover), "asked again when the corrected day is near"
    ward.ages = AgeBoundaries(persons=case.persons)
    await ward.signal(Kind.CASE, case.id, LOOK_AGAIN)
    await case.child_reaches(Kind.HANDOVER, "stopped")


async def test_a_long_case_looks_ahead_again_every_year(ward: Ward) -> None:
    """Three years: an age beyond the first look comes into sight, and begins its handover."""
    case = await plays.living_by_a_plan(ward)
    person = case.persons[0]
    assert not case.all(Kind.HANDOVER)
    on = (await ward.now()).date() + timedelta(days=365 * 3)
    ward.ages = AgeBoundaries(
        persons=case.persons, boundaries=(AgeBoundary(person_id=person, age=65, reached_on=on),)
    )
    for _ in range(6):
        await ward.pass_time(timedelta(days=150))
        await case.child(Kind.PLAN, monitoring("continue"))
    await case.child_reaches(Kind.HANDOVER, "waiting")
    await ward.pass_time(timedelta(days=60))
    await case.child_reaches(Kind.HANDOVER, "preparing")
    until = [step.waits_until for step in case.steps if step.state == "active"]
    assert not any(until), "nobody waits for the day on which the case looks ahead again"


async def test_one_office_at_a_time_is_asked_to_take_a_case_over(ward: Ward) -> None:
    case = await taken_over(ward)
    await ward.settle()
    offer = acts.ProposeTransfer(agency="chiiki-fukushi-chofu", reason="workload")
    await case.act(offer)
    refusal = await case.refused(offer)
    assert refusal.details[0]["transfer"] == "under-way"


async def test_a_plan_prepared_in_advance_is_looked_at_until_consent_comes(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await case.act(draft(acts.PreparePlan))
    await case.child_reaches(Kind.ERRAND, "open")
    await case.child(Kind.ERRAND, acts.ReportErrand(result="done"))
    await ward.until(lambda: len(case.all(Kind.ERRAND)) == 2, "the next review")
    await case.act(consent(case.persons[0]))
    await case.act(acts.CompleteAssessment(issues=("debt",)))
    await case.child_reaches(Kind.ERRAND, "stopped")


async def test_an_outreach_plan_has_tasks_and_days_as_a_support_plan_has(ward: Ward) -> None:
    """Issue 3, item 5: tasks in the worklist, monitoring on its days, 再プラン, evaluation."""
    case = await outreach_planned(ward)
    first, second = case.all(Kind.PLAN)
    walked = [ward.states(Kind.PLAN, key) for key in (first, second)]
    assert walked == [
        ["active", "monitoring", "active", "revised"],
        ["active", "paused", "active", "completed"],
    ]
    causes = {step.cause for step in ward.steps[f"plan:{first}"]}
    assert {"started", "monitoring-date"} <= causes
    asked = [ward.steps[f"errand:{key}"][0].opens[0] for key in case.all(Kind.ERRAND)]
    assert {(task.agency, task.asks) for task in asked} == {("jobota", ERRANDS["plan-task"])}
    ends = [ward.state(Kind.ERRAND, key) for key in case.all(Kind.ERRAND)]
    assert ends == ["done", "stopped"], "what is left of a plan that is over is not asked for"
    [relation, again, *_] = [ward.states(Kind.OUTREACH, key) for key in case.all(Kind.OUTREACH)]
    assert (relation[-1], again[-1]) == ("stopped", "stopped"), "one work on the relation at a time"


async def test_consent_ends_an_outreach_plan_and_the_case_goes_on_with_it(ward: Ward) -> None:
    case = await opened(ward)
    await case.act(acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED))
    await outreach_decided(case)
    await case.act(consent(case.persons[0]))
    await case.reaches("assess")
    await case.child_reaches(Kind.PLAN, "stopped")
